"""Rate limits: points in fixed windows, and the headers that tell of the tightest one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .errors import XRPCError

WRITE_POINTS = {"create": 3, "update": 2, "delete": 1}


@dataclass(frozen=True, slots=True)
class Window:
    """So many points in so many seconds."""

    points: int
    seconds: int


WRITES = (Window(5_000, 3_600), Window(35_000, 86_400))
SESSIONS = (Window(30, 300), Window(300, 86_400))


@dataclass(slots=True)
class _Meter:
    ends_at: float
    used: int = 0


class Limits:
    """Counts points by key; each key has a meter for each of its windows, opened by its first use."""

    def __init__(self) -> None:
        self._meters: dict[tuple[str, Window], _Meter] = {}

    def consume(self, key: str, windows: Sequence[Window], *, points: int, now: datetime) -> dict[str, str]:
        """Take `points` from every window and return the headers; XRPCError 429 when one would overflow."""
        instant = now.timestamp()
        meters = [(window, self._meter(key, window, instant)) for window in windows]
        full = [(window, meter) for window, meter in meters if meter.used + points > window.points]
        if full:
            raise XRPCError(429, "RateLimitExceeded", "Rate Limit Exceeded", _headers(*full[-1]))
        for _, meter in meters:
            meter.used += points
        return _headers(*min(meters, key=lambda pair: pair[0].points - pair[1].used))

    def _meter(self, key: str, window: Window, instant: float) -> _Meter:
        meter = self._meters.get((key, window))
        if meter is None or meter.ends_at <= instant:
            meter = self._meters[key, window] = _Meter(ends_at=instant + window.seconds)
        return meter


def _headers(window: Window, meter: _Meter) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(window.points),
        "RateLimit-Remaining": str(max(0, window.points - meter.used)),
        "RateLimit-Reset": str(int(meter.ends_at)),
        "RateLimit-Policy": f"{window.points};w={window.seconds}",
    }
