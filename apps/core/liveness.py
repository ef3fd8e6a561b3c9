"""How Celery's processes give their signs of life.

A worker does so from the loop that takes its messages, and beat from the one that sends them: a process that hangs
there falls silent although it lives.
"""

from __future__ import annotations

import time
from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django_celery_beat.schedulers import DatabaseScheduler

from apps.core.heartbeats import BEAT, EVERY, Heart

_hearts: dict[str, Heart] = {}
_timers: dict[str, Any] = {}


def listen() -> None:
    """Hear of workers that begin and end in this process."""
    worker_ready.connect(worker_begins, dispatch_uid="core.liveness")
    worker_shutdown.connect(worker_ends, dispatch_uid="core.liveness")


def worker_begins(sender: Any, **_: Any) -> None:
    """Celery's `worker_ready`, which comes again after each lost connection; `sender` is the consumer of messages."""
    lanes = sorted(queue.name for queue in sender.task_consumer.queues)
    name = str(sender.hostname).partition("@")[0]
    if name not in _hearts:
        _hearts[name] = Heart(name, lanes)
    _hearts[name].beat()
    # The new loop of a new connection has forgotten the timers of the old one.
    if name in _timers:
        _timers[name].cancel()
    _timers[name] = sender.timer.call_repeatedly(EVERY, _hearts[name].beat)


def worker_ends(**_: Any) -> None:
    while _hearts:
        _hearts.popitem()[1].stop()


class Scheduler(DatabaseScheduler):
    """Beat's schedules, with a sign of life at each turn of its loop, which comes every five seconds at least."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._heart = Heart(BEAT, [BEAT])
        self._beaten_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        pause: float = super().tick(*args, **kwargs)
        now = time.monotonic()
        if now - self._beaten_at >= EVERY / 2:
            self._heart.beat()
            self._beaten_at = now
        return min(pause, EVERY)

    def close(self) -> None:
        """Beat ends on purpose."""
        super().close()
        self._heart.stop()
