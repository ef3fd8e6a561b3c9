"""Time that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from apps.core import clock as system_clock


class Clock:
    """`clock.advance(minutes=6)` moves it; `clock.now` is what the application sees, in this process alone."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def advance(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now

    def set(self, now: datetime) -> datetime:
        self.now = now
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock, held still at a full second of the present."""
    held = Clock(datetime.now(UTC).replace(microsecond=0))
    system_clock.use(lambda: held.now)
    yield held
    system_clock.use(None)
