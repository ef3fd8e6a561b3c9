"""The rounds that a worker makes by itself for as long as it lives, whatever becomes of the queue and of beat.

A message only nudges a round that pauses: with the queue down, every round still looks at the rows every few seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.db import connections

logger = logging.getLogger(__name__)

AFTER_A_FAILURE: Final = 1.0  # seconds
FAREWELL: Final = 20.0  # seconds for what is under way; the lease of what takes longer settles it


class Round(Protocol):
    def __call__(self, *, again: threading.Event, ending: threading.Event) -> object:
        """Work until nothing is left. `again` is set by others when there may be more; with `ending` take no more."""


class Standing:
    """A round that is made again and again in a thread of its own, `pause` seconds after it found nothing more."""

    def __init__(self, name: str, work: Round, *, pause: float) -> None:
        self.name = name
        self._work = work
        self._pause = pause
        self._again = threading.Event()
        self._ending = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def goes_on(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def begin(self) -> None:
        """Start it, unless it goes on already."""
        with self._starting:
            if self.goes_on:
                return
            self._ending.clear()
            self._thread = threading.Thread(target=self._run, name=f"round: {self.name}", daemon=True)
            self._thread.start()

    def nudge(self) -> None:
        """There may be something to do."""
        self._again.set()

    def ask_to_end(self) -> None:
        self._ending.set()
        self._again.set()

    def end(self, *, within: float) -> None:
        """Ask it to end, and wait so many seconds at most for what it has in hand."""
        self.ask_to_end()
        if self._thread is not None:
            self._thread.join(within)

    def _run(self) -> None:
        while not self._ending.is_set():
            self._again.clear()
            try:
                self._work(again=self._again, ending=self._ending)
            except Exception:  # A database that restarts, say. Nobody else would begin the next round.
                logger.exception("The round %s broke off and begins anew", self.name)
                self._ending.wait(AFTER_A_FAILURE)
            else:
                self._again.wait(self._pause)
            finally:
                connections.close_all()


class Rota:
    """Which rounds a worker makes, by the lanes that it serves."""

    def __init__(self, rounds: Mapping[str, Sequence[Standing]]) -> None:
        self._rounds = rounds

    def listen(self) -> None:
        """Hear of workers that begin and end in this process."""
        worker_ready.connect(self._worker_begins, dispatch_uid="publishing.rota")
        worker_shutting_down.connect(self._worker_is_ending, dispatch_uid="publishing.rota")
        worker_shutdown.connect(self._worker_ends, dispatch_uid="publishing.rota")

    def forget(self) -> None:
        """Hear of them no more."""
        for signal in (worker_ready, worker_shutting_down, worker_shutdown):
            signal.disconnect(dispatch_uid="publishing.rota")

    def begin(self, lanes: Sequence[str]) -> None:
        for lane in lanes:
            for standing in self._rounds.get(lane, ()):
                standing.begin()

    def end(self) -> None:
        """Give every round the same few seconds to bring home what it has in hand."""
        self._worker_is_ending()
        until = time.monotonic() + FAREWELL
        for standing in self._all():
            standing.end(within=max(0.0, until - time.monotonic()))

    def _worker_begins(self, sender: Any, **_: Any) -> None:
        """Celery's `worker_ready`, which comes again after each lost connection; `sender` consumes the messages."""
        self.begin(sorted(queue.name for queue in sender.task_consumer.queues))

    def _worker_is_ending(self, **_: Any) -> None:
        for standing in self._all():
            standing.ask_to_end()

    def _worker_ends(self, **_: Any) -> None:
        self.end()

    def _all(self) -> list[Standing]:
        return [standing for rounds in self._rounds.values() for standing in rounds]
