"""What was prepared has an end, and past it nothing is sent any more.

How a platform refuses what has lapsed there is mostly not documented, and some of these refusals cannot be told from
one of the content, which would send a person to look for a fault that there is not. So a commit asks first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.platforms import http as wire
from apps.platforms.errors import StagedLost


def require_fresh(begun_at: object, *, lasts: timedelta, now: datetime, label: str) -> None:
    """Raise StagedLost, before any request, for what was begun at `begun_at` and is over; no instant, no end."""
    begun = wire.instant(begun_at)
    if begun is not None and now >= begun + lasts:
        raise StagedLost(f"What was prepared at {label} has lapsed: it is prepared again.")
