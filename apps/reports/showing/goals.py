"""How far the workspace has come with its goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext

from apps.reports import wording
from apps.reports.showing.shapes import Goal
from apps.reports.showing.source import Source

TONES: Final = {"reached": "ok", "on_pace": "ok", "behind": "warn", "missed": "bad"}
ABOUT: Final = {"followers": "account", "views": "day", "post_views": "post", "interactions": "post"}


def goals(source: Source, one: Mapping[str, Any]) -> dict[str, Any]:
    return {"goals": tuple(_goal(source, goal) for goal in one["goals"])}


def _goal(source: Source, goal: Mapping[str, Any]) -> Goal:
    account = source.accounts[goal["account"]] if goal["account"] else None
    said = {"value": wording.number(goal["value"]), "target": wording.number(goal["target"])}
    share = None if goal["share"] is None else int(goal["share"] * 100)
    return Goal(
        label=gettext(wording.AIMS[goal["aim"]]),
        platform=account["platform"] if account else "",
        where=f"@{account['handle'].removeprefix('@')}" if account else gettext("All accounts"),
        days=wording.period(*(date.fromisoformat(goal[name]) for name in ("begins_on", "ends_on"))),
        reached=gettext("%(value)s of %(target)s") % said,
        way="" if share is None else gettext("%(percent)s of the way") % {"percent": f"{wording.number(share)} %"},
        share=share,
        pace=gettext(wording.PACES[goal["pace"]]),
        tone=TONES.get(goal["pace"], ""),
        notes=tuple(_notes(goal)),
    )


def _notes(goal: Mapping[str, Any]) -> Iterator[str]:
    """How much is known of it, until when, and where it leads if it goes on like this."""
    if goal["value"] is None:
        yield gettext("No network has told it for these days.")
    elif (about := ABOUT.get(goal["aim"])) and goal["known"] < goal["of"]:
        yield wording.known(goal["known"], goal["of"], about)
    ends_on, until = (date.fromisoformat(goal[name]) for name in ("ends_on", "until"))
    yield gettext("Counted until %(day)s") % {"day": wording.full_day(until)}
    if goal["pace"] in ("on_pace", "behind"):
        said = {"forecast": wording.number(goal["forecast"]), "day": wording.full_day(ends_on)}
        yield gettext("At this pace %(forecast)s by %(day)s") % said
