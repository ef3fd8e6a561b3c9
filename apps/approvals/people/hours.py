"""Working hours as arithmetic: on which instants somebody is there, and when so many hours of theirs have passed.

Wall times are those of the person's zone. Where clocks go forward at such a time the day begins with the gap's end, and
where they go back it begins the first time: a day is never counted twice, and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)
MIDNIGHT: Final = time(0)
WORKWEEK: Final = frozenset(range(5))
NINE: Final = time(9)
FIVE: Final = time(17)
FAR: Final = 800  # days: longer than anything here waits


@dataclass(frozen=True, slots=True)
class Hours:
    """`weekdays`: 0 is Monday. `ends` at midnight is the end of the day."""

    zone: str
    weekdays: frozenset[int] = WORKWEEK
    begins: time = NINE
    ends: time = FIVE

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def holds(self, at: datetime) -> bool:
        """Whether somebody works at that instant."""
        span = self._span(self.day(at))
        return span is not None and span[0] <= at < span[1]

    def end_of_day(self, at: datetime) -> datetime:
        """The midnight after that instant."""
        return self._instant(self.day(at) + DAY, MIDNIGHT)

    def next(self, at: datetime) -> datetime:
        """The first instant from `at` on at which somebody works."""
        return next(max(begin, at) for begin, _ in self.spans(at))

    def after(self, at: datetime, span: timedelta) -> datetime:
        """When so much working time has passed since `at`."""
        left = span
        for begin, end in self.spans(at):
            begin = max(begin, at)
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError("spans never end")

    def spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working days from `at` on, as instants; the first may have begun."""
        first = self.day(at)
        for number in range(FAR):
            span = self._span(first + number * DAY)
            if span is not None and span[1] > at:
                yield span

    def _span(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() not in self.weekdays:
            return None
        last = day + DAY if self.ends == MIDNIGHT else day
        begin, end = self._instant(day, self.begins), self._instant(last, self.ends)
        return (begin, end) if begin < end else None

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self.zone)).astimezone(UTC)
