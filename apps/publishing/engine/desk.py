"""The desk where hands have things written down: each at once by itself, or many of them together in one transaction.

A hand that waits for a platform needs no database meanwhile; what a hundred of them have to write in the same instant
is a few statements. Whoever hands something in waits until it is written, and is told what became of it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final, Protocol, Self

from django.db import connections

from apps.publishing.engine import intents, readiness, receipts
from apps.publishing.engine.freshness import Freshness
from apps.publishing.engine.intents import Intent
from apps.publishing.engine.readiness import Prepared
from apps.publishing.engine.receipts import Arrival

logger = logging.getLogger(__name__)

LINGER: Final = 0.01  # seconds that the first one waits for others
MOST: Final = 100
Writer = Callable[[Sequence[Any]], Sequence[Any]]


class Desk(Protocol):
    def intend(self, intent: Intent) -> bool:
        """Whether the request may leave: its intent is written. Raises LostClaim."""

    def ready(self, prepared: Prepared) -> None:
        """Write down that it is prepared. Raises LostClaim."""

    def store(self, arrival: Arrival) -> None:
        """Record that it is live; raises as `receipts.store`."""


class AtOnce:
    """Writes each by itself, in the thread of whoever hands it in."""

    def intend(self, intent: Intent) -> bool:
        return bool(_told(intents.commit([intent])[0]))

    def ready(self, prepared: Prepared) -> None:
        _told(readiness.store([prepared])[0])

    def store(self, arrival: Arrival) -> None:
        receipts.store(arrival.claim, arrival.receipt)


AT_ONCE: Final = AtOnce()


class SharedDesk:
    """Gathers what many threads hand in, and writes it together in a thread of its own."""

    def __init__(self, freshness: Freshness) -> None:
        self._freshness = freshness
        self._in: queue.SimpleQueue[tuple[Writer, Any, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="publishing-desk", daemon=True)

    def intend(self, intent: Intent) -> bool:
        return bool(self._hand_in(intents.commit, intent))

    def ready(self, prepared: Prepared) -> None:
        self._hand_in(readiness.store, prepared)

    def store(self, arrival: Arrival) -> None:
        self._hand_in(receipts.store_all, arrival)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        self._in.put(None)
        self._thread.join()

    def _hand_in(self, writer: Writer, what: Any) -> Any:
        told: Future[Any] = Future()
        self._in.put((writer, what, told))
        return _told(told.result())

    def _run(self) -> None:
        try:
            while handed := self._gathered():
                self._freshness.keep()
                for writer in {writer for writer, _, _ in handed}:
                    _write(writer, [(what, told) for one, what, told in handed if one is writer])
        finally:
            connections.close_all()

    def _gathered(self) -> list[tuple[Writer, Any, Future[Any]]]:
        """The first that is handed in and what comes with it; nothing at the end."""
        if (first := self._in.get()) is None:
            return []
        time.sleep(LINGER)
        handed = [first]
        while len(handed) < MOST:
            try:
                one = self._in.get_nowait()
            except queue.Empty:
                break
            if one is None:
                self._in.put(None)  # for the next round, which is the last
                break
            handed.append(one)
        return handed


def _write(writer: Writer, entries: Sequence[tuple[Any, Future[Any]]]) -> None:
    """Write them together; what cannot be written together is written one by one, so that each meets its own error."""
    try:
        answers = writer([what for what, _ in entries])
    except Exception as error:
        if len(entries) == 1:
            entries[0][1].set_exception(error)
            return
        logger.warning("%s entries are written one by one", len(entries), exc_info=True)
        for one in entries:
            _write(writer, [one])
        return
    for (_, told), answer in zip(entries, answers, strict=True):
        told.set_result(answer)


def _told(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer
