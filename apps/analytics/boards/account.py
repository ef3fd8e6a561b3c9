"""Everything that a network tells of one account, day by day, over a span and the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from apps.analytics.boards.days import DAY
from apps.analytics.boards.figures import Number
from apps.analytics.charting import Point
from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.metrics import LEVELS, NOT_ADDED_UP
from apps.analytics.models import AccountDay
from apps.analytics.selectors import span_of
from apps.platforms.insights import Metric
from apps.social_accounts.models import SocialAccount

Value = int | float


@dataclass(frozen=True)
class AccountBoard:
    """`rows` are the days of both spans, as they hold."""

    account: SocialAccount
    first: date
    last: date
    rows: Mapping[date, AccountDay]

    @cached_property
    def metrics(self) -> Sequence[Metric]:
        """What the network tells of accounts, in our order."""
        told = BOOKS.get(self.account.platform, NOTHING).accounts
        return [metric for metric in Metric if metric in told]

    @property
    def length(self) -> int:
        return span_of(self.first, self.last)

    @cached_property
    def days(self) -> list[AccountDay]:
        """The days of the span that have a row, the newest first."""
        return [row for day, row in sorted(self.rows.items(), reverse=True) if self.first <= day <= self.last]

    def number(self, metric: Metric) -> Number:
        """A level is that of the last day told; what is of a day is added up, and people reached are told as a mean,
        for nobody knows how many of two days were the same."""
        now, before = self._values(metric, self.first), self._values(metric, self.first - DAY * self.length)
        taken_at = max((self.rows[day].taken_at for day in now), default=None)
        if metric in LEVELS:
            last, earlier = _last(now), _last(before)
            return Number(last, len(now), self.length, before=earlier, now=last, taken_at=taken_at)
        both = [day for day in now if day - DAY * self.length in before]
        sides = [[now[day] for day in both], [before[day - DAY * self.length] for day in both]]
        value, side_now, side_before = (_joined(metric, values) for values in (list(now.values()), *sides))
        return Number(value, len(now), self.length, before=side_before, now=side_now, taken_at=taken_at)

    def points(self, metric: Metric, *, before: bool = False) -> list[Point]:
        first = self.first - DAY * self.length if before else self.first
        told = self._values(metric, first)
        days = [first + DAY * step for step in range(self.length)]
        return [Point(day, told.get(day), told.get(day), int(day in told), 1) for day in days]

    def _values(self, metric: Metric, first: date) -> dict[date, Value]:
        days = [first + DAY * step for step in range(self.length)]
        rows = [(day, self.rows[day]) for day in days if day in self.rows]
        return {day: value for day, row in rows if (value := getattr(row, metric.value)) is not None}


def account_board(account: SocialAccount, *, first: date, last: date) -> AccountBoard:
    """One query, for whoever has the account already."""
    before = first - DAY * span_of(first, last)
    rows = AccountDay.objects.filter(account=account, day__gte=before, day__lte=last)
    return AccountBoard(account, first, last, {row.day: row for row in rows})


MEAN_OF: Final = NOT_ADDED_UP - LEVELS


def _joined(metric: Metric, values: Sequence[Value]) -> int | None:
    if not values:
        return None
    return round(sum(values) / len(values)) if metric in MEAN_OF else round(sum(values))


def _last(values: Mapping[date, Value]) -> int | None:
    return round(values[max(values)]) if values else None
