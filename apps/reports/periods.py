"""Which days a report is about, which it is compared with, and when a schedule is due."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apps.core.calendar import Month, cell_of
from apps.reports.plan import Comparison
from apps.reports.states import Cadence

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
APART: Final = timedelta(hours=28)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def compared(period: Period, with_: Comparison) -> Period | None:
    """The days of the same number that these are held against; None for none."""
    if with_ is Comparison.NONE:
        return None
    if with_ is Comparison.BEFORE:
        return Period(period.first - DAY * period.days, period.first - DAY)
    first = _a_year_before(period.first)
    return Period(first, first + DAY * (period.days - 1))


def _a_year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When it is due, on the wall clock of `zone`: on a weekday (0 is Monday), or on a day of the month, which in a
    shorter month is its last."""

    cadence: Cadence
    weekday: int
    day: int
    hour: int
    zone: str

    def next_after(self, instant: datetime) -> datetime:
        """The next time after `instant`. An hour that clocks leave out is the one after it; of one that comes twice
        the first counts. So each day has exactly one."""
        day = cell_of(instant, self.zone) - DAY
        while True:
            day += DAY
            at = datetime.combine(day, time(self.hour), ZoneInfo(self.zone)).astimezone(UTC)
            if at > instant and self._is_due_on(day):
                return at

    def last_until(self, instant: datetime, *, since: datetime) -> datetime:
        """The latest time up to `instant`, from `since` on, which is one of them."""
        found = since
        while (following := self.next_after(found)) <= instant:
            found = following
        return found

    def of_same_day(self, stored: datetime) -> datetime:
        """The time of this rhythm on the day that `stored` was laid for, on this clock or another. Zones lie up to 26
        hours apart, and an hour may be left out; so it is the first one from there on."""
        return self.next_after(stored - APART)

    def period_at(self, due_at: datetime) -> Period:
        """The whole week, or month, that is over then."""
        today = cell_of(due_at, self.zone)
        if self.cadence == Cadence.MONTHLY:
            month = Month.of(today) - 1
            return Period(month.first, month.last)
        monday = today - DAY * today.weekday()
        return Period(monday - WEEK, monday - DAY)

    def _is_due_on(self, day: date) -> bool:
        if self.cadence == Cadence.WEEKLY:
            return day.weekday() == self.weekday
        return day.day == min(self.day, monthrange(day.year, day.month)[1])
