"""What a project may do in a day: buckets that turn at midnight in Los Angeles. No header tells how full they are."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.sandbox.core.world import World
from apps.sandbox.youtube.errors import refused

PACIFIC = ZoneInfo("America/Los_Angeles")
# The setting that says how much a bucket holds; 0 is no limit.
BUCKETS = {
    "units": "daily_units",
    "uploads": "daily_uploads",
    "searches": "daily_searches",
    "batches": "daily_batches",
    "analytics": "daily_analytics",
}
USUAL = {"daily_units": 10_000, "daily_uploads": 100, "daily_searches": 100, "daily_batches": 10_000}
USUAL |= {"daily_analytics": 0}


def next_reset(now: datetime) -> datetime:
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)


def charge(world: World, bucket: str, cost: int) -> None:
    """Take `cost` from the project's bucket, whether the call will succeed or not; refuses when too little is left."""
    limit = int(world.setting("youtube", BUCKETS[bucket]))
    if not limit or not cost:
        return
    now = world.now()
    window = world.limits.hit(f"youtube {bucket}", limit=limit, window=next_reset(now) - now, now=now, cost=cost)
    if window.is_exceeded:
        raise refused("quotaExceeded", status=int(world.setting("youtube", "quota_status")))
