"""Whose night it is. A night belongs to the day that it ends: it begins at a wall-clock hour of the next.

Every day has exactly one night, whatever clocks do: an hour that is left out begins when clocks have gone forward, and
of one that comes twice the first counts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core.calendar import cell_of

DAY = timedelta(days=1)


def night_of(day: date, *, zone: str, hour: int) -> datetime:
    """When the figures of `day` are read."""
    return datetime.combine(day + DAY, time(hour), ZoneInfo(zone)).astimezone(UTC)


def last_day_due(now: datetime, *, zone: str, hour: int) -> date:
    """The latest day whose night has begun."""
    yesterday = cell_of(now, zone) - DAY
    return yesterday if night_of(yesterday, zone=zone, hour=hour) <= now else yesterday - DAY


def place_in(spread: timedelta, of: UUID) -> timedelta:
    """Where in the span this one has its turn: always the same, and all of them evenly."""
    number = int.from_bytes(blake2b(of.bytes, digest_size=4).digest(), "big")
    return spread * (number / 2**32)
