"""Spans of time in questions about figures: milliseconds for pages, calendar days for members. All days are UTC's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from apps.sandbox.core.world import World
from apps.sandbox.linkedin.access import Visit
from apps.sandbox.linkedin.errors import illegal, invalid

LINKEDIN = "linkedin"
DAY = timedelta(days=1)
WINDOW = timedelta(days=365)


def days_of_intervals(visit: Visit) -> list[date] | None:
    """The days of `timeIntervals=(timeRange:(start:ms,end:ms),timeGranularityType:DAY)`; None where it is not given."""
    if "timeIntervals" not in visit.query:
        return None
    asked = visit.query["timeIntervals"]
    span = asked.get("timeRange") if isinstance(asked, dict) else None
    if not isinstance(span, dict) or not all(str(span.get(end, "")).isdigit() for end in ("start", "end")):
        raise illegal("timeIntervals is (timeRange:(start:..,end:..),timeGranularityType:DAY), in milliseconds")
    if asked.get("timeGranularityType") != "DAY":
        raise invalid("INVALID_VALUE_FOR_FIELD", "timeIntervals/timeGranularityType", "the granularity is DAY")
    start, end = (datetime.fromtimestamp(int(span[name]) / 1000, UTC) for name in ("start", "end"))
    return known_days(visit.world, start.date(), end.date())


def days_of_range(visit: Visit) -> list[date] | None:
    """The days of `dateRange=(start:(day:1,month:11,year:2026),end:(..))`, the last one not included."""
    if "dateRange" not in visit.query:
        return None
    asked = visit.query["dateRange"]
    if not isinstance(asked, dict):
        raise illegal("dateRange is (start:(day:..,month:..,year:..),end:(..))")
    return known_days(visit.world, _day(asked.get("start")), _day(asked.get("end")))


def _day(asked: Any) -> date:
    try:
        return date(int(asked["year"]), int(asked["month"]), int(asked["day"]))
    except (KeyError, TypeError, ValueError):
        raise illegal("A day is (day:..,month:..,year:..)") from None


def known_days(world: World, start: date, end: date) -> list[date]:
    """The days from `start` to before `end` of which there are figures: a year back, and not the latest."""
    if end <= start:
        raise illegal("The range ends before it begins")
    now = world.now()
    lag = timedelta(days=float(world.setting(LINKEDIN, "statistics_lag_days")))
    first = max(start, (now - WINDOW).date())
    days = [first + timedelta(days=n) for n in range(max(0, (end - first).days))]
    return [day for day in days if midnight(day) + DAY + lag <= now]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def milliseconds(day: date) -> int:
    return int(midnight(day).timestamp()) * 1000


def range_in_milliseconds(day: date) -> dict[str, int]:
    return {"start": milliseconds(day), "end": milliseconds(day + DAY)}


def range_in_days(day: date) -> dict[str, dict[str, int]]:
    following = day + DAY
    return {
        "start": {"day": day.day, "month": day.month, "year": day.year},
        "end": {"day": following.day, "month": following.month, "year": following.year},
    }
