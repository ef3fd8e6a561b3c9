"""Hands that work on claims side by side, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from django.db import connections

from apps.publishing.claim import Claim


class Crew:
    """`size` threads that call `work` with each claim given; leaving the block waits for what is under way."""

    def __init__(self, work: Callable[[Claim], None], *, size: int) -> None:
        self._work = work
        self._size = size
        self._claims: SimpleQueue[Claim | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._busy = 0

    @property
    def free(self) -> int:
        return self._size - self._busy

    @property
    def is_idle(self) -> bool:
        return self._busy == 0

    def give(self, claims: Iterable[Claim]) -> None:
        """Hand out claims, never more than there are free hands: a lease that waits in a queue is a lease wasted."""
        for claim in claims:
            with self._changed:
                self._busy += 1
                if len(self._threads) < min(self._busy, self._size):
                    self._threads.append(threading.Thread(target=self._run, name="publishing", daemon=True))
                    self._threads[-1].start()
            self._claims.put(claim)

    def wait(self, *, free: int, seconds: float) -> None:
        """Until that many hands are free, or the seconds are over."""
        with self._changed:
            self._changed.wait_for(lambda: self.free >= free, timeout=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        for _ in self._threads:
            self._claims.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        try:
            while (claim := self._claims.get()) is not None:
                try:
                    self._work(claim)
                finally:
                    with self._changed:
                        self._busy -= 1
                        self._changed.notify_all()
        finally:
            connections.close_all()
