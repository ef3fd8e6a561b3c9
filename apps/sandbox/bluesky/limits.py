"""Rate limits: points in windows, and the headers that tell of the tightest one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.sandbox.core.limits import Window

from .errors import XRPCError

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

WRITE_POINTS = {"create": 3, "update": 2, "delete": 1}
SETTINGS = {
    "points_per_hour": 5_000,
    "points_per_day": 35_000,
    "sessions_per_5_minutes": 30,
    "sessions_per_day": 300,
    "uploads_per_day": 1_000,
    "email_confirmed": True,
    "videos_per_day": 25,
    "video_bytes_per_day": 10_000_000_000,
    "video_multipart": True,
    "video_part_bytes": 8_000_000,
    "video_seconds": 3,
    "video_failure": "",
    "index_seconds": 0,
}

_NO_LIMIT = 10**9
_HOUR, _DAY, _FIVE_MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=5)


def write_points(world: World, did: str, points: int) -> dict[str, str]:
    """Take points for a write of this account; the headers of the answer, or 429."""
    windows = [("points_per_hour", _HOUR), ("points_per_day", _DAY)]
    return _take(world, f"bluesky writes {did}", windows, points)


def session_attempt(world: World, identifier: str) -> dict[str, str]:
    """Count a try to sign in as `identifier`, right or wrong; the headers of the answer, or 429."""
    windows = [("sessions_per_5_minutes", _FIVE_MINUTES), ("sessions_per_day", _DAY)]
    return _take(world, f"bluesky sessions {identifier}", windows, 1)


def upload(world: World, did: str) -> dict[str, str]:
    """Count an uploaded file of this account; the headers of the answer, or 429."""
    return _take(world, f"bluesky uploads {did}", [("uploads_per_day", _DAY)], 1)


def refused_until(reset_at: datetime, headers: dict[str, str] | None = None) -> XRPCError:
    """429 as the server words it."""
    told = {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(reset_at.timestamp()))}
    return XRPCError(429, "RateLimitExceeded", "Rate Limit Exceeded", {**told, **(headers or {})})


def _take(world: World, bucket: str, windows: list[tuple[str, timedelta]], cost: int) -> dict[str, str]:
    """Take from all windows or from none; a limit of 0 is no limit."""
    now = world.now()
    looks = []
    for name, span in windows:
        limit = int(world.setting("bluesky", name)) or _NO_LIMIT
        window = world.limits.look(f"{bucket} {name}", limit=limit, window=span, now=now)
        looks.append((window, span))
    for window, span in reversed(looks):
        if window.used + cost > window.limit:
            raise refused_until(window.reset_at, _headers(window, span))
    hits = [
        (world.limits.hit(f"{bucket} {name}", limit=look.limit, window=span, now=now, cost=cost), span)
        for (name, span), (look, _) in zip(windows, looks, strict=True)
    ]
    return _headers(*min(hits, key=lambda hit: hit[0].remaining))


def _headers(window: Window, span: timedelta) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(window.limit),
        "RateLimit-Remaining": str(window.remaining),
        "RateLimit-Reset": str(int(window.reset_at.timestamp())),
        "RateLimit-Policy": f"{window.limit};w={int(span.total_seconds())}",
    }
