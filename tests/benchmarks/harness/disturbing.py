"""What disturbs a measurement from outside, while it runs: each is called again and again, and ended at the end.

`progress` says how much is done; whatever strikes does so after some more of it, so that it meets work under way
however fast the machine is.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.harness.fleet import Fleet, Process
from tests.benchmarks.harness.marks import Board
from tests.benchmarks.harness.servers import Server

Progress = Callable[[], int]


class Disturbance(Protocol):
    def __call__(self) -> None: ...

    def end(self) -> None:
        """Leave everything as it was found: what stands still goes on, what is down comes back."""

    def told(self) -> dict[str, Any]:
        """What it has done, for the figures."""


class Paced:
    """When it is time again: after `step` more is done, and never sooner than `every` seconds after the last time."""

    def __init__(self, progress: Progress, *, step: int, every: float = 0.0, times: int | None = None) -> None:
        self._progress, self._step, self._every, self._left = progress, step, every, times
        self._at, self._done = time.monotonic() + every, step

    def is_time(self) -> bool:
        if self._left == 0 or time.monotonic() < self._at or (done := self._progress()) < self._done:
            return False
        self._at, self._done = time.monotonic() + self._every, done + self._step
        self._left = None if self._left is None else self._left - 1
        return True


class Killer:
    """Kills the workers in turn, wherever they are, and starts them anew."""

    def __init__(self, fleet: Fleet, pace: Paced, *, of: str = "worker") -> None:
        self._victims, self._pace, self._turn = fleet.named(of), pace, 0

    def __call__(self) -> None:
        if self._pace.is_time():
            victim = self._victims[self._turn % len(self._victims)]
            self._turn += 1
            victim.kill()
            victim.start()

    def end(self) -> None:
        """The workers are up."""

    def told(self) -> dict[str, Any]:
        return {}  # the fleet counts


class Striker:
    """Arms one marked point after the other, each `times` times, and lets go of one that nobody passes for `patience`
    seconds. Whoever was killed is started anew; whoever was stopped goes on after `still` seconds."""

    def __init__(
        self, fleet: Fleet, board: Board, points: Collection[str], pace: Paced, *, times: int, patience: float,
        still: float | None = None,
    ) -> None:  # fmt: skip
        self._fleet, self._board, self._pace, self._patience, self._still = fleet, board, pace, patience, still
        self._left = Counter(dict.fromkeys(points, times))
        self.struck = Counter[str](dict.fromkeys(points, 0))
        self._armed, self._armed_at = "", 0.0
        self._stopped: dict[int, float] = {}

    def __call__(self) -> None:
        self._see()
        self._thaw(until=time.monotonic())
        self._fleet.revive()
        if self._armed and time.monotonic() > self._armed_at + self._patience:
            self._let_go()
        if not self._armed and not self._stopped and self._left.total() and self._pace.is_time():
            self._armed, self._armed_at = max(self._left, key=self._left.__getitem__), time.monotonic()
            self._left[self._armed] -= 1
            self._board.arm(self._armed, signal.SIGKILL if self._still is None else signal.SIGSTOP)

    def end(self) -> None:
        self._let_go()
        self._thaw(until=float("inf"))
        self._fleet.revive()

    def told(self) -> dict[str, Any]:
        return {"struck_at" if self._still is None else "stopped_at": dict(self.struck)}

    def _let_go(self) -> None:
        if self._armed:
            self._board.disarm(self._armed)
            self._see()
            self._armed = ""

    def _see(self) -> None:
        if self._armed and (pid := self._board.taken(self._armed)) is not None:
            self.struck[self._armed] += 1
            self._armed = ""
            if self._still is not None:
                self._stopped[pid] = time.monotonic() + self._still

    def _thaw(self, *, until: float) -> None:
        for pid in [pid for pid, at in self._stopped.items() if at <= until]:
            del self._stopped[pid]
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class Freezer:
    """Stops one worker wherever it is, for `still` seconds."""

    def __init__(self, fleet: Fleet, pace: Paced, *, still: float) -> None:
        self._victims, self._pace, self._still = fleet.named("worker"), pace, still
        self._frozen: tuple[Process, float] | None = None
        self._freezes = 0

    def __call__(self) -> None:
        if self._frozen and time.monotonic() >= self._frozen[1]:
            self.end()
        if self._frozen is None and self._pace.is_time():
            victim = self._victims[self._freezes % len(self._victims)]
            victim.signal(signal.SIGSTOP)
            self._frozen = (victim, time.monotonic() + self._still)
            self._freezes += 1

    def end(self) -> None:
        if self._frozen:
            self._frozen[0].signal(signal.SIGCONT)
            self._frozen = None

    def told(self) -> dict[str, Any]:
        return {"freezes": self._freezes}


class Doer:
    """Does the same thing now and then, over in a moment: the queue is emptied, the database restarted."""

    def __init__(self, what: str, act: Callable[[], object], pace: Paced) -> None:
        self._what, self._act, self._pace, self._times = what, act, pace, 0

    def __call__(self) -> None:
        if self._pace.is_time():
            self._act()
            self._times += 1

    def end(self) -> None:
        """It is over already."""

    def told(self) -> dict[str, Any]:
        return {self._what: self._times}


class Outage:
    """The server is gone from the beginning, with all that it had in memory, and comes back after `seconds`."""

    def __init__(self, server: Server, *, seconds: float) -> None:
        self._server, self._seconds = server, seconds
        self._fell_at: float | None = None
        self._lasted = 0.0

    def __call__(self) -> None:
        if self._fell_at is None:
            self._server.stop(signal.SIGKILL)
            self._fell_at = time.monotonic()
        elif not self._lasted and time.monotonic() >= self._fell_at + self._seconds:
            self._bring_back(self._fell_at)

    def end(self) -> None:
        """It lasts as long as was said, whatever else is over."""
        while self._fell_at is not None and not self._lasted:
            time.sleep(max(0.0, self._fell_at + self._seconds - time.monotonic()))
            self()

    def told(self) -> dict[str, Any]:
        return {"outage_seconds": round(self._lasted, 1)}

    def _bring_back(self, since: float) -> None:
        self._server.start()
        self._lasted = time.monotonic() - since


class ClockStep:
    """The clock of one worker goes back by an hour, and later on again."""

    def __init__(self, path: Path, worker: str, back: Paced, on: Paced) -> None:
        self._path, self._worker, self._back, self._on = path, worker, back, on
        self._steps = 0

    def __call__(self) -> None:
        if self._steps == 0 and self._back.is_time():
            self._path.write_text(self._worker)
            self._steps = 1
        elif self._steps == 1 and self._on.is_time():
            self.end()

    def end(self) -> None:
        if self._path.exists():
            self._path.unlink()
            self._steps = 2

    def told(self) -> dict[str, Any]:
        return {"clock_steps": self._steps}
