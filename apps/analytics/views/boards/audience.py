"""Who follows an account, in words and bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext, gettext_noop

from apps.analytics.boards.audience import AudienceBoard, Division, Group
from apps.analytics.charting import Bars, Share, bars_of
from apps.analytics.countries import country_name
from apps.analytics.states import Missing
from apps.analytics.wording import number, percent

HEADINGS: Final = {
    "age": gettext_noop("Age"), "gender": gettext_noop("Gender"),
    "country": gettext_noop("Country"), "city": gettext_noop("City"),
}  # fmt: skip
# As Meta spells them; every other group is called what its network calls it.
GENDERS: Final = {"F": gettext_noop("Women"), "M": gettext_noop("Men"), "U": gettext_noop("Not told")}
MOST_BARS: Final = 8


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    count: str
    share: str


@dataclass(frozen=True, slots=True)
class Part:
    """Followers told apart by one thing. `left_out` is how many groups the table has and the drawing has not."""

    id: str
    heading: str
    bars: Bars | None
    rows: tuple[Row, ...]
    left_out: int
    told: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page has of it. `missing` says why there is nothing, or nothing newer."""

    parts: tuple[Part, ...]
    day: date | None
    taken_at: datetime | None
    missing: str


def shown(board: AudienceBoard) -> Shown | None:
    """None where the network tells nobody who follows."""
    if not board.is_offered:
        return None
    missing = str(Missing(board.missing).label) if board.missing else ""
    row = board.row
    parts = tuple(_part(one) for one in board.divisions)
    return Shown(parts, row.day if row else None, row.taken_at if row else None, missing)


def _part(one: Division) -> Part:
    heading = gettext(HEADINGS[one.by])
    drawn = one.groups[:MOST_BARS]
    shares = [Share(_label(one.by, group), group.share, percent(group.share)) for group in drawn]
    rows = tuple(Row(_label(one.by, group), number(group.count), percent(group.share)) for group in one.groups)
    left_out = len(one.groups) - len(drawn)
    bars = bars_of(shares, label=heading)
    return Part(one.by, heading, bars, rows, left_out, number(one.told), one.definition.name, one.definition.words)


def _label(by: str, group: Group) -> str:
    if by == "country":
        return country_name(group.name)
    return gettext(GENDERS[group.name]) if by == "gender" and group.name in GENDERS else group.name
