"""Counting against limits, in windows that are aligned to the clock or start with the first request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Window:
    limit: int
    used: int
    reset_at: datetime

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit


class Limits:
    """Counters live in memory: a restarted sandbox forgives."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}

    def hit(
        self, bucket: str, *, limit: int, window: timedelta, now: datetime, cost: int = 1, aligned: bool = False
    ) -> Window:
        """Count `cost` and show the window; a count beyond the limit is not kept."""
        current = self.look(bucket, limit=limit, window=window, now=now, aligned=aligned)
        counted = Window(limit, current.used + cost, current.reset_at)
        if not counted.is_exceeded:
            self._windows[bucket] = counted
        return counted

    def look(self, bucket: str, *, limit: int, window: timedelta, now: datetime, aligned: bool = False) -> Window:
        current = self._windows.get(bucket)
        if current is None or current.reset_at <= now:
            self._windows.pop(bucket, None)
            return Window(limit, 0, _end(now, window, aligned=aligned))
        return Window(limit, current.used, current.reset_at)

    def clear(self) -> None:
        self._windows.clear()


def _end(now: datetime, window: timedelta, *, aligned: bool) -> datetime:
    if not aligned:
        return now + window
    seconds = window.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)
