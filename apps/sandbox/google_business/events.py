"""The event of a local post: a title, and a span of the business's own wall clock, perhaps again and again.

`recurrenceInfo` has one pattern of three. That is documented and little tried; `takes_recurrence` refuses it.
"""

from __future__ import annotations

from datetime import date, time
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.google_business.errors import invalid
from apps.sandbox.google_business.fields import check_fields, is_number, part
from apps.sandbox.google_business.names import NAME

SCHEDULE = ("startDate", "startTime", "endDate", "endTime")
PATTERNS = ("dailyPattern", "weeklyPattern", "monthlyPattern")
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
OCCURRENCES = ("FIRST", "SECOND", "THIRD", "FOURTH", "LAST")
WORKED_OUT = ("recurringInstanceTime",)


def check(call: Call, event: dict[str, Any]) -> None:
    check_fields(call, event, ("title", "schedule", "recurrenceInfo", *WORKED_OUT), within="event")
    title, longest = str(event.get("title") or "").strip(), int(call.world.setting(NAME, "max_event_title"))
    if not title:
        raise invalid(call, "MISSING_VALUE", "event.title")
    if len(title) > longest:
        raise invalid(call, "VALUE_OUTSIDE_ALLOWED_RANGE", "event.title", f"Must be at most {longest} characters")
    _check_schedule(call, part(call, event, "schedule", within="event"))
    if "recurrenceInfo" in event:
        _check_recurrence(call, part(call, event, "recurrenceInfo", within="event"))


def _check_schedule(call: Call, schedule: dict[str, Any]) -> None:
    check_fields(call, schedule, SCHEDULE, within="event.schedule")
    needed = SCHEDULE if call.world.setting(NAME, "requires_times") else ("startDate", "endDate")
    for name in needed:
        if name not in schedule:
            raise invalid(call, "MISSING_VALUE", f"event.schedule.{name}")
    try:
        starts = _date(schedule["startDate"]), _time(schedule.get("startTime", {}))
        ends = _date(schedule["endDate"]), _time(schedule.get("endTime", {"hours": 23, "minutes": 59}))
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise invalid(call, "INVALID_VALUE", "event.schedule") from None
    if ends < starts:
        raise invalid(call, "INVERTED_RANGE", "event.schedule")


def _date(told: dict[str, int]) -> date:
    return date(told.get("year", 0), told.get("month", 0), told.get("day", 0))


def _time(told: dict[str, int]) -> time:
    if set(told) - {"hours", "minutes", "seconds", "nanos"}:
        raise ValueError
    return time(told.get("hours", 0), told.get("minutes", 0), told.get("seconds", 0))


def _check_recurrence(call: Call, told: dict[str, Any]) -> None:
    within = "event.recurrenceInfo"
    check_fields(call, told, ("seriesEndTime", *PATTERNS), within=within)
    if not call.world.setting(NAME, "takes_recurrence"):
        raise invalid(call, "UNSUPPORTED_VALUE", within)
    patterns = [name for name in PATTERNS if name in told]
    if len(patterns) != 1:
        raise invalid(call, "MISSING_VALUE" if not patterns else "FIELD_HAS_DEPENDENCIES", within)
    (name,) = patterns
    pattern = part(call, told, name, within=within)
    if not _is_pattern(name, pattern):
        raise invalid(call, "INVALID_VALUE", f"{within}.{name}")


def _is_pattern(name: str, pattern: dict[str, Any]) -> bool:
    if name == "dailyPattern":
        return not pattern
    if name == "weeklyPattern":
        days = pattern.get("daysOfWeek")
        return isinstance(days, list) and bool(days) and all(day in DAYS for day in days)
    occurrence, day = pattern.get("dayOfWeekOccurrence"), pattern.get("dayOfMonth")
    if (occurrence is None) == (day is None):
        return False
    return occurrence in OCCURRENCES if day is None else is_number(day) and 1 <= day <= 31
