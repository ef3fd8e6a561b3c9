"""Deliveries: one for each event and endpoint, sent until it is taken or given up. At least once, in no promised order.

The row is the truth, and a message only wakes a worker. One thread claims deliveries and writes down what came of them,
many at a time; the hands between do nothing but call. A hand that has waited for a second is not counted any more, so
that there are free ones however many endpoints hang: a dead one delays no one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from django.conf import settings

from apps.core import clock
from apps.webhooks.services.claiming import Claim, claim
from apps.webhooks.services.sending import Answer, Lines
from apps.webhooks.services.settling import Result, settle

logger = logging.getLogger(__name__)

SECONDS: Final = 25.0  # of one worker's round; then the next begins
LOOK: Final = 0.25  # seconds: so often it is looked for what has become due, while nothing else happens
GATHER: Final = 0.01  # seconds: answers that come so close together are written together
LINGER: Final = 1.0  # seconds without anything to do: longer than wake-ups are held back
SLOW: Final = 1.0  # seconds
SPARE: Final = 3  # times as many hands may be slow

_turn, _nudged = threading.Lock(), threading.Event()


def deliver_in_turn(*, hand_on: Callable[[], None]) -> None:
    """One round at a time in this process begins deliveries; whoever finds one going nudges it. `hand_on` is called
    when its time is up while there may be more."""
    _nudged.set()
    while _nudged.is_set() and _turn.acquire(blocking=False):
        _nudged.clear()
        _Round(seconds=SECONDS, linger=LINGER, over=_turn.release, hand_on=hand_on).run()


def deliver_due(*, seconds: float = SECONDS) -> int:
    """Send what is due, for so long, and wait for the answers; how many were sent, taken or not."""
    return _Round(seconds=seconds).run()


class _Round:
    def __init__(
        self,
        *,
        seconds: float,
        linger: float = 0.0,
        over: Callable[[], None] | None = None,
        hand_on: Callable[[], None] | None = None,
    ) -> None:
        self._until, self._over, self._hand_on = time.monotonic() + seconds, over, hand_on
        self._linger, self._busy_at = linger, time.monotonic()
        self._running: dict[Future[Answer], tuple[Claim, float]] = {}
        self._sent = 0

    def run(self) -> int:
        hands = settings.WEBHOOK_CONCURRENCY
        try:
            with Lines() as lines, ThreadPoolExecutor(hands * (1 + SPARE)) as pool:
                while self._begin(lines, pool) or self._running or self._lingers():
                    self._collect()
        finally:
            self._end()
        return self._sent

    def _begin(self, lines: Lines, pool: ThreadPoolExecutor) -> bool:
        """Begin what is due and there are hands for; whether there was any."""
        if self._over_now():
            return False
        unmade: list[Result] = []
        for one in self._claims():
            self._busy_at = time.monotonic()
            if one.letter is None:
                unmade.append((one, Answer(clock.now(), problem=one.problem)))
            else:
                self._running[pool.submit(lines.send, one.letter)] = one, self._busy_at
        _write_down(unmade)
        return bool(self._running or unmade)

    def _claims(self) -> list[Claim]:
        try:
            return claim(hands=self._free(), for_failing=self._free_for_failing())
        except Exception:  # What is under way is written down all the same; then the round is over.
            logger.exception("No deliveries could be claimed")
            self._until = 0.0
            return []

    def _lingers(self) -> bool:
        """Whether to wait for more: a wake-up that came right after another was held back."""
        return not self._over_now() and time.monotonic() - self._busy_at < self._linger

    def _collect(self) -> None:
        if not self._running:
            _nudged.wait(LOOK)
            _nudged.clear()
            return
        finished, _ = wait(self._running, timeout=LOOK, return_when=FIRST_COMPLETED)
        if finished and len(self._running) > len(finished):
            time.sleep(GATHER)
        results: list[Result] = []
        for future in [one for one in self._running if one.done()]:
            claimed, _ = self._running.pop(future)
            if error := future.exception():  # A mistake of ours: its lease ends by itself.
                logger.error("Delivery %s could not be sent", claimed.delivery_id, exc_info=error)
            else:
                results.append((claimed, future.result()))
        self._sent += len(results)
        _write_down(results)

    def _free(self) -> int:
        """Hands that may begin: those that are quick are so many, and all together not too many."""
        now, hands = time.monotonic(), settings.WEBHOOK_CONCURRENCY
        quick = sum(now - began < SLOW for _, began in self._running.values())
        return int(min(hands - quick, hands * (1 + SPARE) - len(self._running)))

    def _free_for_failing(self) -> int:
        hands = settings.WEBHOOK_CONCURRENCY
        return int(hands * SPARE // 2 - sum(claimed.of_failing for claimed, _ in self._running.values()))

    def _over_now(self) -> bool:
        if time.monotonic() < self._until:
            return False
        if self._hand_on is not None and self._over is not None:
            self._end()
            self._hand_on()
            self._hand_on = None
        return True

    def _end(self) -> None:
        """Let the next round begin, once."""
        if self._over is not None:
            self._over()
            self._over = None


def _write_down(results: Sequence[Result]) -> None:
    """All of them together; where that fails, each by itself, so that one that cannot be written spoils no other."""
    try:
        if results:
            settle(results)
    except Exception:
        logger.exception("%s deliveries could not be written down", len(results))
        if len(results) > 1:
            for result in results:
                _write_down([result])
