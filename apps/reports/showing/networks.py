"""Network by network, and who follows on each account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from apps.analytics.countries import country_name
from apps.platforms import registry
from apps.reports import wording
from apps.reports.showing.shapes import Audience, Division, Network
from apps.reports.showing.source import Source


def networks(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    apart = [registry.label(name) for name in source.data["apart"]]
    return {"networks": tuple(_network(source, row) for row in one["networks"]), "apart": ", ".join(apart)}


def _network(source: Source, row: Mapping[str, Any]) -> Network:
    names = ("posts", "followers", "views", "post_views", "interactions")
    cells = (*(wording.number(row[name]) for name in names), wording.percent(row["rate"]))
    until = wording.day(date.fromisoformat(row["until"])) if row["until"] else gettext("not yet")
    return Network(row["platform"], cells, until, row["platform"] in source.data["apart"])


def audience(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    return {"audiences": tuple(_follows(source, row) for row in one["audiences"])}


def _follows(source: Source, row: Mapping[str, Any]) -> Audience:
    account = source.accounts[row["account"]]
    day = wording.full_day(date.fromisoformat(row["day"])) if row["day"] else ""
    return Audience(
        account=f"@{account['handle'].removeprefix('@')}",
        platform=account["platform"],
        told=gettext("Told on %(day)s") % {"day": day} if day else "",
        why=gettext(wording.REASONS.get(row["missing"] or "not_read", "")) if row["missing"] or not day else "",
        divisions=tuple(_division(division) for division in row["divisions"]),
    )


def _division(division: Mapping[str, Any]) -> Division:
    longest = max((group["share"] for group in division["groups"]), default=0) or 1
    groups = tuple(
        (
            _group_name(division["by"], group["name"]),
            wording.percent(group["share"]),
            round(group["share"] / longest * 100, 1),
        )
        for group in division["groups"]
    )
    return Division(gettext(wording.DIVISIONS[division["by"]]), groups, division["left_out"])


def _group_name(by: str, name: str) -> str:
    if by == "country":
        return country_name(name)
    return gettext(wording.GENDERS[name]) if by == "gender" and name in wording.GENDERS else name
