"""One at a time, on all machines: for rounds that beat wakes, so that two beats, or a round that outlasts its pause, do
the work once.

A round that claims its rows one by one needs none of this. The others are safe to run twice as well, for every write of
theirs is conditional; but twice the questions are asked of platforms, and that is what this spares. So without a queue
to keep the lock in, everybody runs.
"""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import redis

from apps.core.heartbeats import client

logger = logging.getLogger(__name__)

# Only whoever holds it gives it back: it may have run out, and be another's by then.
GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def one_at_a_time(*, at_most: timedelta) -> Callable[[Callable[[], Any]], Callable[[], None]]:
    """Leave out a run while another is on; one that died counts as on for `at_most`."""

    def decorate(work: Callable[[], Any]) -> Callable[[], None]:
        @functools.wraps(work)
        def run() -> None:
            with alone(f"{work.__module__}.{work.__qualname__}", at_most=at_most) as is_mine:
                if is_mine:
                    work()

        run.runs_alone = True  # type: ignore[attr-defined]
        return run

    return decorate


@contextmanager
def alone(name: str, *, at_most: timedelta) -> Iterator[bool]:
    """True for one at a time under this name, and for everybody while the queue does not answer."""
    key, token = f"postroom:alone:{name}", secrets.token_hex(8)
    try:
        is_mine = bool(client().set(key, token, nx=True, px=at_most))
    except redis.RedisError as error:
        logger.warning("%s runs without a lock: %s", name, type(error).__name__)
        yield True
        return
    try:
        yield is_mine
    finally:
        if is_mine:
            _give_back(key, token)


def _give_back(key: str, token: str) -> None:
    try:
        client().eval(GIVE_BACK, 1, key, token)
    except redis.RedisError as error:
        logger.warning("A lock is kept until it runs out: %s", type(error).__name__)
