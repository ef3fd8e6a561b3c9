"""Hands that work side by side, each with a database connection of its own where it needs one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

from django.db import connections

from apps.publishing.engine.freshness import Freshness

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Crew(Generic[T]):
    """`size` threads that call `work` with each piece given; leaving the block waits for what is under way."""

    def __init__(self, work: Callable[[T], None], *, size: int, freshness: Freshness) -> None:
        self._work = work
        self._size = size
        self._freshness = freshness
        self._pieces: SimpleQueue[T | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._busy = 0

    @property
    def free(self) -> int:
        return self._size - self._busy

    @property
    def is_idle(self) -> bool:
        return self._busy == 0

    def give(self, pieces: Iterable[T]) -> None:
        """Hand out work, never more than there are free hands: a lease that waits in a queue is a lease wasted."""
        for piece in pieces:
            with self._changed:
                self._busy += 1
                if len(self._threads) < min(self._busy, self._size):
                    self._threads.append(threading.Thread(target=self._run, name="publishing", daemon=True))
                    self._threads[-1].start()
            self._pieces.put(piece)

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
            self._pieces.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        try:
            while (piece := self._pieces.get()) is not None:
                self._do(piece)
        finally:
            connections.close_all()

    def _do(self, piece: T) -> None:
        try:
            self._freshness.keep()
            self._work(piece)
        except Exception:  # A hand that fell would be missed for as long as the round goes on.
            logger.exception("A hand let go of its work; the end of the lease settles it")
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()
