"""Workers that take up whatever is due, and the hand that moves the clocks when nobody has anything to begin.

A request may be on its way while time jumps, but for no longer than a second: the clocks wait for whoever takes longer.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from tests.benchmarks.harness.minutes.clocks import Clocks

SKEW: Final = 0.25  # seconds
WAY: Final = timedelta(seconds=1)
LONGEST_STEP: Final = timedelta(seconds=1)
SHORTEST_STEP: Final = timedelta(milliseconds=50)
LOOKS_AGAIN: Final = 0.02  # real seconds: the clocks run by themselves, too

Job = TypeVar("Job")


@dataclass
class Crew(Generic[Job]):
    """`work(job)` does the next piece of a job that never ends, and says when it is worth coming back to it."""

    clocks: Clocks
    workers: int
    work: Callable[[Job], datetime]
    _due: list[tuple[datetime, int, Job]] = field(default_factory=list)
    _under_way: dict[int, datetime] = field(default_factory=dict)
    _failed: list[BaseException] = field(default_factory=list)
    _is_over: bool = False

    def __post_init__(self) -> None:
        self._moved, self._numbers = threading.Condition(), itertools.count()

    def run(self, jobs: list[Job], until: datetime) -> None:
        """Until it is that late; raises what a worker has raised."""
        for job in jobs:
            heapq.heappush(self._due, (self.clocks.true(), next(self._numbers), job))
        chance = random.Random(11)
        skews = [timedelta(seconds=chance.uniform(-SKEW, SKEW)) for _ in range(self.workers)]
        hands = [threading.Thread(target=self._hand, args=(number, skew)) for number, skew in enumerate(skews)]
        for hand in hands:
            hand.start()
        try:
            self._lead(until)
        finally:
            with self._moved:
                self._is_over = True
                self._moved.notify_all()
            for hand in hands:
                hand.join()
        if self._failed:
            raise self._failed[0]

    def _lead(self, until: datetime) -> None:
        while self.clocks.true() < until and not self._failed:
            with self._moved:
                step = min(self._step(), until - self.clocks.true())
                if step < SHORTEST_STEP:
                    self._moved.wait(LOOKS_AGAIN)
                    continue
            self.clocks.move(step)
            with self._moved:
                self._moved.notify_all()

    def _step(self) -> timedelta:
        """How far the clocks may be moved now: not while there is something to begin, nor past what is on its way."""
        now = self.clocks.true()
        next_due = self._due[0][0] if self._due else now + LONGEST_STEP
        oldest = min(self._under_way.values(), default=now)
        return min(next_due - now, oldest + WAY - now, LONGEST_STEP)

    def _hand(self, number: int, skew: timedelta) -> None:
        self.clocks.skew = skew
        while (job := self._take(number)) is not None:
            try:
                again_at = self.work(job)
            except BaseException as error:  # It is raised where the crew was started.
                self._failed.append(error)
                return
            self._give_back(number, job, again_at)

    def _take(self, number: int) -> Job | None:
        with self._moved:
            while not self._is_over:
                if self._due and self._due[0][0] <= self.clocks.true():
                    self._under_way[number] = self.clocks.true()
                    return heapq.heappop(self._due)[2]
                self._moved.wait(LOOKS_AGAIN)
            return None

    def _give_back(self, number: int, job: Job, again_at: datetime) -> None:
        with self._moved:
            del self._under_way[number]
            heapq.heappush(self._due, (again_at, next(self._numbers), job))
            self._moved.notify()
