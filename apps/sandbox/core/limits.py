"""Counting against limits, in windows that are aligned to the clock, start with the first request, or move with it.

What was counted and what was refused is kept for each limit, so that whoever measures need not take a client's word.
"""

from __future__ import annotations

from collections import deque
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


@dataclass(slots=True)
class Tally:
    """What has come of one limit since the beginning. `fullest` is the most that was in one window."""

    allowed: int = 0
    counted: int = 0
    fullest: int = 0
    refused: int = 0


class Limits:
    """Counters live in memory: a restarted sandbox forgives."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._moving: dict[str, deque[datetime]] = {}
        self._tallies: dict[str, Tally] = {}

    def hit(
        self, bucket: str, *, limit: int, window: timedelta, now: datetime, cost: int = 1, aligned: bool = False
    ) -> Window:
        """Count `cost` and show the window; a count beyond the limit is not kept."""
        current = self.look(bucket, limit=limit, window=window, now=now, aligned=aligned)
        counted = Window(limit, current.used + cost, current.reset_at)
        if counted.is_exceeded:
            self.refuse(bucket, limit=limit)
        else:
            self._windows[bucket] = counted
            self.note(bucket, limit=limit, used=counted.used, cost=cost)
        return counted

    def hit_moving(self, bucket: str, *, limit: int, window: timedelta, now: datetime) -> Window:
        """Count one in the `window` that ends now; a count beyond the limit is not kept."""
        recent = self._moving.setdefault(bucket, deque())
        while recent and recent[0] <= now - window:
            recent.popleft()
        if len(recent) >= limit:
            self.refuse(bucket, limit=limit)
            return Window(limit, len(recent) + 1, recent[0] + window if recent else now + window)
        recent.append(now)
        self.note(bucket, limit=limit, used=len(recent))
        return Window(limit, len(recent), recent[0] + window)

    def look(self, bucket: str, *, limit: int, window: timedelta, now: datetime, aligned: bool = False) -> Window:
        current = self._windows.get(bucket)
        if current is None or current.reset_at <= now:
            self._windows.pop(bucket, None)
            return Window(limit, 0, _end(now, window, aligned=aligned))
        return Window(limit, current.used, current.reset_at)

    def note(self, bucket: str, *, limit: int, used: int, cost: int = 1) -> None:
        """`cost` was counted, and with it `used` is in the window."""
        tally = self._tally(bucket, limit)
        tally.counted += cost
        tally.fullest = max(tally.fullest, used)

    def refuse(self, bucket: str, *, limit: int) -> None:
        """A request was one too many."""
        self._tally(bucket, limit).refused += 1

    def tallies(self) -> dict[str, Tally]:
        """By bucket, all that requests have counted against."""
        return dict(sorted(self._tallies.items()))

    def _tally(self, bucket: str, limit: int) -> Tally:
        tally = self._tallies.setdefault(bucket, Tally())
        tally.allowed = limit
        return tally

    def clear(self) -> None:
        self._windows.clear()
        self._moving.clear()
        self._tallies.clear()


def _end(now: datetime, window: timedelta, *, aligned: bool) -> datetime:
    if not aligned:
        return now + window
    seconds = window.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)
