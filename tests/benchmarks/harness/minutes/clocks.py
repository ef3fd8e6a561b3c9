"""Postroom's clock and the sandbox's, moved in step; each worker's is up to a quarter of a second wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apps.core import clock
from tests.support.sandbox import Sandbox


class Clocks:
    """Both run by themselves as the machine's does, and are moved forward besides."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._ahead = sandbox.ahead()
        self._own = threading.local()

    @property
    def skew(self) -> timedelta:
        """How far the clock of this thread is wrong."""
        found: timedelta = getattr(self._own, "skew", timedelta(0))
        return found

    @skew.setter
    def skew(self, skew: timedelta) -> None:
        self._own.skew = skew

    def true(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def move(self, span: timedelta) -> None:
        """The sandbox first: what is on the way arrives that much later."""
        self._sandbox.advance(seconds=span.total_seconds())
        self._ahead = self._sandbox.ahead()

    def move_to(self, at: datetime) -> None:
        if (span := at - self.true()) > timedelta(0):
            self.move(span)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Within, this is what Postroom goes by."""
        clock.use(lambda: self.true() + self.skew)
        try:
            yield
        finally:
            clock.use(None)
