"""Workers are killed, answers are lost, the queue is emptied: everything goes out, and nothing twice."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from functools import partial

import pytest
import redis

from tests.faults.conftest import Fleet
from tests.faults.workers import Workers, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

POSTS = 100  # each to three accounts: 300 publications
KILLS = 10  # at least
LOST = 0.05  # before the platform acts, and as many after it
LONGER_THAN_A_LEASE = 12.0


def test_nothing_is_lost_and_nothing_goes_out_twice(fleet: Fleet, valkey: redis.Redis) -> None:
    platforms_lose_answers(fleet)
    plan(fleet, POSTS)
    began = time.monotonic()

    with fleet.workers(4) as workers:
        kill_at_random(fleet, workers, valkey)
        last_kill = time.monotonic()
        settle(fleet, seconds=60)
        ended = time.monotonic()

    published, states = fleet.published(), fleet.states()
    assert workers.kills >= KILLS
    struck = Counter({(fault["kind"], fault["path"]): fault["hits"] for fault in fleet.sandbox.faults()})
    sys.stderr.write(
        f"\n{sum(published.values())} published in {ended - began:.0f} s, {workers.kills} kills, {workers.freezes} "
        f"freezes, quiet {ended - last_kill:.0f} s after the last; faults {dict(struck)}; states {dict(states)}\n"
    )
    assert [text for text, times in published.items() if times > 1] == []
    # What is not there is known not to be known: a person is asked about each, and about nothing else.
    assert not fleet.expected - published - fleet.undecided()
    assert not published - fleet.expected
    assert set(states) <= {"published", "needs_attention", "comment published", "comment needs_attention"}


def test_an_emptied_queue_stops_nothing(fleet: Fleet, valkey: redis.Redis) -> None:
    with fleet.workers(1):
        plan(fleet, 1)
        wait_until(fleet.is_quiet, seconds=40)

        valkey.flushall()
        # Not due yet, so nobody sends a wake-up for them: it is beat alone that finds the queue gone.
        plan(fleet, 2, delay=2)
        wait_until(fleet.is_quiet, seconds=30)

    assert fleet.troubles() == Counter()
    assert fleet.published() == fleet.expected


def platforms_lose_answers(fleet: Fleet) -> None:
    """Slow answers, so that kills meet requests under way; some lost before and some after they took effect."""
    # Keys of the platform's own would hide what Postroom does twice.
    fleet.sandbox.set("mastodon", idempotency_keys=False)
    fleet.sandbox.fault("latency", times=None, seconds=0.3)
    for kind in ("lost_after", "lost_before"):
        for operation in ("commit", "comment"):
            fleet.sandbox.fault(kind, path=operation, times=None, probability=LOST)


def settle(fleet: Fleet, *, seconds: float) -> None:
    try:
        wait_until(fleet.is_quiet, seconds=seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}: {fleet.states()}, {fleet.troubles()}") from None


def plan(fleet: Fleet, count: int, *, delay: float = 0) -> None:
    workspaces = list(fleet.accounts)
    for number in range(count):
        fleet.plan(workspace=workspaces[number % len(workspaces)], with_comment=number % 5 == 0, delay=delay)


def are_out(fleet: Fleet, count: int) -> bool:
    return fleet.states()["published"] >= count


def kill_at_random(fleet: Fleet, workers: Workers, valkey: redis.Redis) -> None:
    """Kill a worker each time some more is out, until four fifths are: so there is always something to interrupt."""
    out, is_emptied = 0, False
    while out < 2.4 * POSTS:
        enough = out + random.randint(2, 14)
        wait_until(partial(are_out, fleet, enough), seconds=60)
        time.sleep(random.uniform(0.0, 1.0))
        workers.kill_one()
        if workers.kills % 5 == 0:
            workers.freeze_one(seconds=LONGER_THAN_A_LEASE)
        out = fleet.states()["published"]
        if out > POSTS and not is_emptied:
            valkey.flushall()
            is_emptied = True
