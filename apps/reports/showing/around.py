"""What stands around the figures: how posts were approved, what each figure means, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext

from apps.reports import wording
from apps.reports.showing.shapes import Book, Gap, Meaning, Tile
from apps.reports.showing.source import Source, days


def approvals(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    if not (one["approved"] or one["changes"] or one["rejected"]):
        return {}
    tiles = [
        Tile(gettext("Approved"), wording.number(one["approved"])),
        Tile(gettext("Approved at once"), wording.number(one["at_once"])),
        Tile(gettext("Changes asked for"), wording.number(one["changes"])),
        Tile(gettext("Rejected"), wording.number(one["rejected"])),
    ]
    if one["seconds"] is not None:
        tiles.insert(1, Tile(gettext("Half of them within"), wording.how_long(one["seconds"])))
    return {"tiles": tuple(tiles)}


def meanings(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    fresh = tuple((source.named(row["account"]), _until(row)) for row in one["fresh"])
    gaps = tuple(_gap(source, row) for row in one["gaps"])
    return {"books": tuple(_book(book) for book in one["meanings"]), "fresh": fresh, "gaps": gaps}


def _until(row: Mapping[str, Any]) -> str:
    return wording.full_day(date.fromisoformat(row["until"])) if row["until"] else gettext("not yet")


def _gap(source: Source, row: Mapping[str, Any]) -> Gap:
    return Gap(source.named(row["account"]), wording.span(*days(row)), gettext(wording.REASONS.get(row["why"], "")))


def _book(book: Mapping[str, Any]) -> Book:
    of = {"account": gettext("an account"), "post": gettext("a post")}
    rows = tuple(
        Meaning(gettext(wording.METRICS[row["metric"]]), of[row["of"]], row["name"], row["words"])
        for row in book["rows"]
    )
    return Book(book["platform"], book["days_in"], rows)
