"""What `manage.py bench --fault` strikes with: marks, clocks and servers. What comes of it no everyday test asks;
tests/faults has a small run."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import redis

from apps.core import clock as house_clock
from apps.core.management.commands.bench import FAULTS
from tests.benchmarks.harness import faults, inside, marks, usage
from tests.benchmarks.harness.course import sound
from tests.benchmarks.harness.disturbing import Paced
from tests.benchmarks.harness.servers import Server
from tests.support import valkey
from tests.support.waiting import wait_until


@pytest.fixture
def struck() -> Iterator[list[int]]:
    """The signals that this process was sent, of a kind that does not end it."""
    found: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: found.append(number))
    yield found
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize("point", sorted(marks.ALL))
def test_the_marked_points_are_functions_that_the_engine_has(point):
    for place in marks.ALL[point]:
        owner, _, name = place.function.partition(".")
        if owner != marks.ADAPTER:
            assert callable(getattr(import_module(marks.ENGINE + owner), name))


def test_whoever_passes_an_armed_mark_first_is_struck_and_nobody_else(tmp_path: Path, struck):
    board = marks.Board(tmp_path)
    board.pass_by("intent")
    board.arm("intent", signal.SIGUSR1)
    assert board.taken("intent") is None
    board.pass_by("intent, not committed")
    assert struck == []

    board.pass_by("intent")
    board.pass_by("intent")

    assert struck == [signal.SIGUSR1]
    assert board.taken("intent") == os.getpid()
    assert board.taken("intent") is None


def test_a_mark_that_is_let_go_strikes_nobody(tmp_path: Path, struck):
    board = marks.Board(tmp_path)
    board.arm("intent", signal.SIGUSR1)
    board.disarm("intent")

    board.pass_by("intent")

    assert struck == []


def test_the_clock_of_the_worker_that_is_named_steps_back(tmp_path: Path):
    path = tmp_path / inside.STEPPED
    stepped, other = inside.SteppedClock(path, "worker1"), inside.SteppedClock(path, "worker2")
    assert abs(stepped.now() - house_clock.now()) < timedelta(minutes=1)

    path.write_text("worker1")

    wait_until(lambda: stepped.now() < house_clock.now() - timedelta(minutes=59))
    assert abs(other.now() - house_clock.now()) < timedelta(minutes=1)


def test_what_is_paced_waits_for_progress_and_comes_to_an_end():
    done = 0
    pace = Paced(lambda: done, step=10, times=2)
    found = []
    for done in (5, 10, 15, 20, 30, 99):  # noqa: B007 - the pace looks at it
        found.append(pace.is_time())

    assert found == [False, True, False, True, False, False]


def test_a_server_comes_back_at_its_place_without_what_it_had():
    before = usage.children(os.getpid())
    with valkey.server() as url:
        (pid,) = usage.children(os.getpid()) - before
        server = Server(pid, ends_by=signal.SIGTERM)
        with redis.Redis.from_url(url) as client:
            client.set("known", "yes")
            server.stop(signal.SIGKILL)
            with pytest.raises(redis.ConnectionError):
                client.ping()

            server.start()

            wait_until(lambda: answers(url))
            assert client.get("known") is None
        server.close()


def answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


SOUND = {
    "duplicates": 0, "lost": 0, "denied": 0, "unexpected": 0, "stuck": 0,
    "missing_by_state": {"needs_attention": 1}, "words": {"needs_attention: Look for it.": 1},
}  # fmt: skip


def test_what_is_not_out_is_sound_where_a_person_is_asked():
    assert sound(SOUND)


@pytest.mark.parametrize(
    "what",
    [
        *({name: 1} for name in ("duplicates", "lost", "denied", "unexpected", "stuck")),
        {"missing_by_state": {"held": 1}},
        {"words": {"needs_attention: ": 1}},
    ],
    ids=str,
)
def test_anything_else_is_not(what):
    assert not sound({**SOUND, **what})


def test_each_fault_of_the_command_is_set_about():
    assert set(FAULTS) == {"none", *faults.BY_THE_PLATFORM, *faults.DISTURBANCES}
