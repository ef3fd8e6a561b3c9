"""What `--fault` can be, each with how it is set about."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

import redis

from tests.benchmarks.harness import inside, marks
from tests.benchmarks.harness.disturbing import (
    ClockStep,
    Disturbance,
    Doer,
    Freezer,
    Killer,
    Outage,
    Paced,
    Progress,
    Striker,
)
from tests.benchmarks.harness.servers import Server

if TYPE_CHECKING:
    from tests.benchmarks.harness.course import Course

STRUCK: Final = 0.05  # of all requests that make something public
BY_THE_PLATFORM: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    # Longer than a worker waits: it is accepted all the same, when nobody listens any more.
    "timeouts": ({"kind": "latency", "seconds": 6.5},),
    "lost": ({"kind": "lost_after"}, {"kind": "lost_before"}),
    "5xx": ({"kind": "error_after"},),
    "mixed": ({"kind": "lost_after"}, {"kind": "lost_before"}),
    "blind": ({"kind": "lost_after"}, {"kind": "lost_before"}),
}
KILL_EVERY: Final = 3.0
MOST_KILLS: Final = 25
PATIENCE: Final = 3.0  # for somebody to pass a point that all pass
LONG_PATIENCE: Final = 20.0
STILL_SECONDS: Final = 15.0  # longer than a lease
DOWN_SECONDS: Final = 30.0
STOPS: Final = (
    "claiming, not committed", "read", "intent, not committed", "intent", "request under way", "answered",
    "receipt, not committed",
)  # fmt: skip


class Faults:
    """Those of one course, while so many go out. What disturbs is called again and again while they last."""

    def __init__(self, course: Course, count: int) -> None:
        self._course, self._kind = course, str(course.options["fault"])
        self._count = count
        self._board = marks.Board(course.folder)
        self._told: dict[str, Any] = {}
        self._restarts = 0

    def while_preparing(self, progress: Progress) -> Sequence[Disturbance]:
        if self._kind not in ("points", "mixed"):
            return []
        return [self._striker(marks.PREPARING, progress, patience=PATIENCE)]

    def while_publishing(self, progress: Progress) -> Sequence[Disturbance]:
        for number, fault in enumerate(BY_THE_PLATFORM.get(self._kind, ()), 1):
            self._course.stub.fault(**fault, probability=STRUCK, seed=number, times=None)
        if self._kind == "blind":
            self._course.stub.set(lists=False)
        return DISTURBANCES.get(self._kind, _none)(self, progress)

    def end(self, disturbances: Sequence[Disturbance]) -> None:
        for one in disturbances:
            one.end()
            for name, what in one.told().items():
                known = self._told.get(name)
                self._told[name] = {**known, **what} if isinstance(known, dict) else what

    def told(self) -> dict[str, Any]:
        return self._told

    # each fault

    def _kill(self, progress: Progress) -> list[Disturbance]:
        pace = Paced(progress, step=max(1, self._count // MOST_KILLS), every=KILL_EVERY)
        return [Killer(self._course.fleet, pace)]

    def _points(self, progress: Progress) -> list[Disturbance]:
        first = {} if self._course.options.get("prepared", True) else marks.PREPARING
        return [
            self._striker({**first, **marks.LEAVING}, progress, patience=PATIENCE),
            self._striker(marks.MENDING, progress, patience=LONG_PATIENCE),
        ]

    def _striker(self, points: Collection[str], progress: Progress, *, patience: float) -> Striker:
        times: int = self._course.options["strikes"]
        pace = Paced(progress, step=max(1, self._count // (2 * times * len(points))), every=0.5)
        return Striker(self._course.fleet, self._board, points, pace, times=times, patience=patience)

    def _freeze(self, progress: Progress) -> list[Disturbance]:
        step = max(1, self._count // 12)
        fleet, still = self._course.fleet, STILL_SECONDS
        return [
            Freezer(fleet, Paced(progress, step=2 * step, times=3), still=still),
            Striker(
                fleet, self._board, STOPS, Paced(progress, step=step), times=1, patience=PATIENCE, still=still
            ),
        ]  # fmt: skip

    def _clock_back(self, progress: Progress) -> list[Disturbance]:
        back, on = Paced(progress, step=self._count // 5), Paced(progress, step=self._count * 3 // 5)
        return [ClockStep(self._course.folder / inside.STEPPED, "worker1", back, on)]

    def _flush(self, progress: Progress) -> list[Disturbance]:
        queue = redis.Redis.from_url(os.environ["REDIS_URL"])
        return [Doer("flushes", queue.flushall, Paced(progress, step=self._count // 10, every=1.0))]

    def _redis_down(self, _: Progress) -> list[Disturbance]:
        return [Outage(self._server("redis", signal.SIGTERM), seconds=DOWN_SECONDS)]

    def _postgres_restart(self, progress: Progress) -> list[Disturbance]:
        server = self._server("postgres", signal.SIGINT)

        def restart() -> None:
            # In order, and then as if the machine had lost its power.
            server.stop(signal.SIGQUIT if self._restarts % 2 else signal.SIGINT)
            server.start()
            self._restarts += 1
            _until(self._course.reconnect)

        return [Doer("restarts", restart, Paced(progress, step=self._count // 5, every=2.0))]

    def _server(self, name: str, ends_by: signal.Signals) -> Server:
        return Server(self._course.options["pids"][name], ends_by=ends_by)


def _none(_: Faults, __: Progress) -> list[Disturbance]:
    return []


def _until(act: Callable[[], object], *, seconds: float = 30.0) -> None:
    import psycopg

    give_up = time.monotonic() + seconds
    while True:
        try:
            act()
            return
        except psycopg.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.05)


DISTURBANCES: Final[dict[str, Callable[[Faults, Progress], list[Disturbance]]]] = {
    "kill": Faults._kill,
    "points": Faults._points,
    "mixed": Faults._points,
    "freeze": Faults._freeze,
    "clock-back": Faults._clock_back,
    "broker-flush": Faults._flush,
    "redis-down": Faults._redis_down,
    "postgres-restart": Faults._postgres_restart,
}
