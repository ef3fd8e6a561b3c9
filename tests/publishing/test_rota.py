"""The rounds of a worker go on by themselves, and messages only nudge them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing import tasks
from apps.publishing.rota import Rota, Standing
from apps.publishing.states import State
from tests.support.publishing import Agency
from tests.support.waiting import wait_until

LONG = 600.0  # seconds: nothing comes of waiting


class Work:
    """Counts how often it was begun, and holds on while it is told to."""

    def __init__(self, *, fails: int = 0) -> None:
        self.begun = threading.Semaphore(0)
        self.times = 0
        self._fails = fails

    def __call__(self, *, again: threading.Event, ending: threading.Event) -> None:
        self.times += 1
        self.begun.release()
        if self.times <= self._fails:
            raise ConnectionError("The database restarts.")


class Consumer:
    """As much of Celery's as says which lanes a worker serves."""

    def __init__(self, lanes: list[str]) -> None:
        self.task_consumer = SimpleNamespace(queues=[SimpleNamespace(name=lane) for lane in lanes])


@pytest.fixture
def standings() -> Iterator[list[Standing]]:
    made: list[Standing] = []
    yield made
    for standing in made:
        standing.end(within=10)
        assert not standing.goes_on


def test_a_round_is_made_again_after_a_pause_without_any_message(standings: list[Standing]) -> None:
    work = Work()
    standings.append(Standing("work", work, pause=0.01))

    standings[0].begin()

    assert all(work.begun.acquire(timeout=10) for _ in range(3))


def test_a_message_ends_the_pause(standings: list[Standing]) -> None:
    work = Work()
    standings.append(Standing("work", work, pause=LONG))
    standings[0].begin()
    assert work.begun.acquire(timeout=10)

    standings[0].nudge()

    assert work.begun.acquire(timeout=10)


def test_a_round_that_breaks_off_is_begun_anew(standings: list[Standing], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.publishing.rota.AFTER_A_FAILURE", 0.01)
    work = Work(fails=2)
    standings.append(Standing("work", work, pause=LONG))

    standings[0].begin()

    assert all(work.begun.acquire(timeout=10) for _ in range(3))


def test_a_worker_makes_the_rounds_of_its_lanes_and_one_of_each(standings: list[Standing]) -> None:
    committing, staging = Work(), Work()
    standings += [Standing("commit", committing, pause=LONG), Standing("stage", staging, pause=LONG)]
    rota = Rota({"commit": standings[:1], "stage": standings[1:]})

    rota.begin(["commit", "low"])
    rota.begin(["commit", "low"])  # the queue was lost and found again

    assert committing.begun.acquire(timeout=10)
    assert [standing.goes_on for standing in standings] == [True, False]
    assert (committing.times, staging.times) == (1, 0)


def test_rounds_begin_and_end_with_their_worker(standings: list[Standing]) -> None:
    work = Work()
    standings.append(Standing("work", work, pause=LONG))
    rota = Rota({"stage": standings})
    consumer = Consumer(["stage"])
    tasks.ROTA.forget()
    rota.listen()
    try:
        worker_ready.send(sender=consumer)
        assert work.begun.acquire(timeout=10)

        worker_shutting_down.send(sender="worker")
        worker_shutdown.send(sender="worker")

        assert not standings[0].goes_on
    finally:
        rota.forget()
        tasks.ROTA.listen()


@pytest.mark.django_db(transaction=True)
def test_what_is_planned_leaves_although_nobody_sends_a_message(
    agency: Agency, memory: MemoryPlatform, standings: list[Standing]
) -> None:
    publication = agency.scheduled()
    standings.append(Standing("prepare", tasks._prepare, pause=0.05))

    standings[0].begin()

    wait_until(lambda: agency.read(publication).state == State.PUBLISHED)
