"""Where an instant stands in a calendar. Every view that shows days asks here, so that no two of them disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7
# No zone is further from UTC than this, and no change of clocks moves a day by more.
SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; `str` gives the form that addresses carry, 2026-10."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return (self + 1).first - timedelta(days=1)

    def __add__(self, months: int) -> Month:
        number = self.year * 12 + self.month - 1 + months
        return Month(number // 12, number % 12 + 1)

    def __sub__(self, months: int) -> Month:
        return self + -months

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)

    def days(self) -> tuple[date, ...]:
        """The whole weeks, Monday to Sunday, that hold this month."""
        start = self.first - timedelta(days=self.first.weekday())
        end = self.last + timedelta(days=WEEK - 1 - self.last.weekday())
        return tuple(start + timedelta(days=number) for number in range((end - start).days + 1))


def cell_of(instant: datetime, zone: str) -> date:
    """The day that an instant belongs to, by the wall clock of `zone`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def reach(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """A half-open span of instants that holds every one whose cell lies from `first` to `last`, and some more.

    Days are not always a whole span: clocks may be set back over midnight, and then a day comes twice. So a query takes
    this span and `cell_of` decides.
    """
    begin = datetime.combine(first, time.min, ZoneInfo(zone)).astimezone(UTC) - SLACK
    end = datetime.combine(last, time.min, ZoneInfo(zone)).astimezone(UTC) + timedelta(days=1) + SLACK
    return begin, end


def clock_change(day: date, zone: str) -> str:
    """ "Clocks go back" or "Clocks go forward" where they do so on that day, else nothing."""
    there = ZoneInfo(zone)
    before = datetime.combine(day, time.min, there).utcoffset()
    after = datetime.combine(day + timedelta(days=1), time.min, there).utcoffset()
    if before is None or after is None or before == after:
        return ""
    return "Clocks go back" if after < before else "Clocks go forward"
