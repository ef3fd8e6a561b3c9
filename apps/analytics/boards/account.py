"""Everything that a network tells of one account, day by day, over a span and the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db.models import Value

from apps.analytics.boards.days import DAY
from apps.analytics.boards.figures import Number
from apps.analytics.charting import Point
from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.metrics import COLUMNS, LEVELS, NOT_ADDED_UP
from apps.analytics.models import AccountDay, UploadedDay
from apps.analytics.selectors import span_of
from apps.platforms.insights import Metric
from apps.social_accounts.models import SocialAccount

UPLOADED: Final = UploadedDay.revision
ROW: Final = ("day", "revision", "taken_at", "missing", *COLUMNS)


@dataclass(frozen=True)
class AccountBoard:
    """`rows` are the days of both spans, as they hold: with `revision` 0 what was uploaded, where the network told
    nothing."""

    account: SocialAccount
    first: date
    last: date
    rows: Mapping[date, Any]

    @cached_property
    def metrics(self) -> Sequence[Metric]:
        """What the network tells of accounts, and what else files have brought, in our order."""
        told = BOOKS.get(self.account.platform, NOTHING).accounts
        return [metric for metric in Metric if metric in told or self._is_brought(metric)]

    def _is_brought(self, metric: Metric) -> bool:
        return any(row.revision == UPLOADED and _value(row, metric) is not None for row in self.rows.values())

    @property
    def length(self) -> int:
        return span_of(self.first, self.last)

    @cached_property
    def days(self) -> list[Any]:
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

    def _values(self, metric: Metric, first: date) -> dict[date, int | float]:
        days = [first + DAY * step for step in range(self.length)]
        rows = [(day, self.rows[day]) for day in days if day in self.rows]
        return {day: value for day, row in rows if (value := _value(row, metric)) is not None}


def account_board(account: SocialAccount, *, first: date, last: date) -> AccountBoard:
    """One query, for whoever has the account already."""
    days = {"account": account, "day__gte": first - DAY * span_of(first, last), "day__lte": last}
    told = AccountDay.objects.filter(**days).order_by().values_list(*ROW, named=True)
    uploads = UploadedDay.objects.filter(**days).order_by().annotate(revision=Value(UPLOADED))
    found = told.union(uploads.values_list(*ROW, named=True), all=True)
    rows: dict[date, Any] = {}
    for row in sorted(found, key=lambda row: row.revision):
        if not row.missing or row.day not in rows:
            rows[row.day] = row
    return AccountBoard(account, first, last, rows)


MEAN_OF: Final = NOT_ADDED_UP - LEVELS


def _value(row: Any, metric: Metric) -> int | float | None:
    value: int | float | None = getattr(row, metric.value)
    return value


def _joined(metric: Metric, values: Sequence[int | float]) -> int | None:
    if not values:
        return None
    return round(sum(values) / len(values)) if metric in MEAN_OF else round(sum(values))


def _last(values: Mapping[date, int | float]) -> int | None:
    return round(values[max(values)]) if values else None
