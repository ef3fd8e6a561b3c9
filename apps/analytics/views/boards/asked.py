"""What the address of a board asks for: the days, the trend and the choice. An address says all of it, so that a page
can be kept, sent and printed; what makes no sense there is the usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext, ngettext

from apps.analytics.boards.choosing import NAMES, Choice, choice_of
from apps.analytics.selectors import span_of
from apps.core import clock
from apps.core.calendar import Month, cell_of

DAY: Final = timedelta(days=1)
SPANS: Final = (7, 28, 90, 365)
USUAL: Final = 28
MOST_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """`here` is the board's own address. `preset` is how many days up to yesterday, 0 where days are named."""

    here: str
    zone: str
    yesterday: date
    first: date
    last: date
    preset: int
    trend: str
    sort: str
    choice: Choice

    @property
    def days(self) -> int:
        return span_of(self.first, self.last)

    @property
    def before(self) -> tuple[date, date]:
        return self.first - DAY * self.days, self.first - DAY

    def span_pairs(self) -> list[tuple[str, str]]:
        if self.preset:
            return [("days", str(self.preset))]
        return [("from", self.first.isoformat()), ("to", self.last.isoformat())]

    def address(
        self,
        *,
        here: str = "",
        span: Sequence[tuple[str, str]] | None = None,
        choice: Choice | None = None,
        trend: str | None = None,
        sort: str | None = None,
    ) -> str:
        """The address of this board, or of the one at `here`, with what is named changed."""
        trend = self.trend if trend is None else trend
        sort = self.sort if sort is None else sort
        pairs = [
            *(self.span_pairs() if span is None else span),
            *([("trend", trend)] if trend else []),
            *([("sort", sort)] if sort else []),
            *(self.choice if choice is None else choice).pairs(),
        ]
        return f"{here or self.here}?{urlencode(pairs)}"

    def spans(self) -> list[Chip]:
        """Chips of the usual spans, with the months that have begun."""
        usual = [
            Chip(
                ngettext("%(days)s day", "%(days)s days", days) % {"days": days},
                self._of_days(days),
                days == self.preset,
            )
            for days in SPANS
        ]
        month = Month.of(self.yesterday)
        spans = ((gettext("This month"), month.first, self.yesterday), (gettext("Last month"), *_whole(month - 1)))
        months = [
            Chip(label, self._of_span(first, last), not self.preset and (first, last) == (self.first, self.last))
            for label, first, last in spans
        ]
        return [*usual, *months]

    def _of_days(self, days: int) -> str:
        return self.address(span=[("days", str(days))])

    def _of_span(self, first: date, last: date) -> str:
        return self.address(span=[("from", first.isoformat()), ("to", last.isoformat())])

    def hidden(self, *, without: Sequence[str] = ()) -> list[tuple[str, str]]:
        """What a form of the board carries along, but for what it asks for itself."""
        pairs = [*self.span_pairs(), ("trend", self.trend), ("sort", self.sort), *self.choice.pairs()]
        return [(name, value) for name, value in pairs if value and name not in without]


def asked_of(query: QueryDict, *, here: str, zone: str) -> Asked:
    yesterday = cell_of(clock.now(), zone) - DAY
    first, last, preset = _span(query, yesterday)
    choice = choice_of({name: query.getlist(name) for name in NAMES})
    return Asked(
        here, zone, yesterday, first, last, preset, query.get("trend", "")[:32], query.get("sort", "")[:32], choice
    )


def _span(query: Any, yesterday: date) -> tuple[date, date, int]:
    last = _day(query.get("to", "")) or yesterday
    usual = query.get("days", "")
    length = int(usual) if usual in map(str, SPANS) else USUAL
    named = _day(query.get("from", ""))
    first = named or last - DAY * (length - 1)
    if 1 <= span_of(first, last) <= MOST_DAYS:
        return first, last, 0 if named or last != yesterday else length
    return yesterday - DAY * (USUAL - 1), yesterday, USUAL


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _whole(month: Month) -> tuple[date, date]:
    return month.first, month.last
