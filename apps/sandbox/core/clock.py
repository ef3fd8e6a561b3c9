"""The sandbox's own time: real time plus what a test has added to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time by which tokens end, media are ready and windows turn; it can only be moved forward, or put back
    to the machine's hour once all is forgotten."""

    def __init__(self, ahead: timedelta = timedelta(), on_change: Callable[[timedelta], None] | None = None) -> None:
        self.ahead = ahead
        self._on_change = on_change

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def put_back(self) -> None:
        self._be_ahead(timedelta())

    def advance(self, span: timedelta) -> datetime:
        if span < timedelta():
            raise ValueError("The sandbox's clock only moves forward.")
        self._be_ahead(self.ahead + span)
        return self.now()

    def _be_ahead(self, span: timedelta) -> None:
        self.ahead = span
        if self._on_change:
            self._on_change(span)
