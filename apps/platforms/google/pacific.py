"""Google counts its quotas by days in California: https://developers.google.com/youtube/v3/getting-started#quota."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")


def day_of(moment: datetime) -> date:
    """The day in California."""
    return moment.astimezone(PACIFIC).date()


def next_midnight(now: datetime) -> datetime:
    """When the running day ends there; an hour earlier in UTC while it is summer."""
    return datetime.combine(day_of(now) + timedelta(days=1), time.min, tzinfo=PACIFIC).astimezone(UTC)
