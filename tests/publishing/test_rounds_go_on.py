"""A round goes on although one of its hands is held up, or the database was away; its connections are renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection

from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing.engine import claims, rounds
from apps.publishing.engine.crew import Crew
from apps.publishing.engine.freshness import Freshness
from apps.publishing.models import Publication
from apps.publishing.rota import Standing
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker
from tests.support.waiting import wait_until

LONG = 600.0  # seconds: nothing comes of waiting


class Gate:
    """Holds up the platform's answer to a post that says "Film", until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def held_up(adapter: Any, draft: Any, *arguments: Any, **named: Any) -> Any:
            if draft.text == "Film":
                self.reached.set()
                assert self.opened.wait(60)
            return call(adapter, draft, *arguments, **named)

        return held_up


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.fixture
def renewed(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Counts the moments at which a round has its connections renewed, which come in quick succession."""
    renewals, renew = threading.Semaphore(0), Freshness.renew

    def counted(freshness: Freshness) -> None:
        renew(freshness)
        renewals.release()

    monkeypatch.setattr(Freshness, "renew", counted)
    monkeypatch.setattr(rounds, "RENEWAL", 0.05)
    monkeypatch.setattr(rounds, "AFTER_A_FAILURE", 0.05)
    return renewals


@pytest.fixture
def standings(gate: Gate) -> Iterator[list[Standing]]:
    made: list[Standing] = []
    yield made
    gate.opened.set()
    for standing in made:
        standing.end(within=30)
        assert not standing.goes_on


def begin(standings: list[Standing], work: Callable[..., object]) -> None:
    standings.append(Standing("work", work, pause=LONG))
    standings[-1].begin()


def is_out(agency: Agency, publication: Publication) -> bool:
    return bool(agency.read(publication).state == State.PUBLISHED)


@pytest.mark.django_db(transaction=True)
def test_what_falls_due_while_a_film_uploads_waits_for_nobody(
    agency: Agency, memory: MemoryPlatform, gate: Gate, renewed: threading.Semaphore, standings: list[Standing],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(adapter(memory), "stage", gate.before(adapter(memory).stage))
    film = agency.scheduled("Film", on=[agency.account("films")])
    begin(standings, partial(rounds.prepare, hands=4))
    assert gate.reached.wait(30)
    assert all(renewed.acquire(timeout=30) for _ in range(3))

    words = agency.scheduled("Words", on=[agency.account("words")], comment="First!")

    wait_until(lambda: is_out(agency, words), seconds=30)
    wait_until(lambda: memory.texts("words") == ["Words", "First!"], seconds=30)
    assert agency.read(film).state == State.PUBLISHING
    gate.opened.set()
    wait_until(lambda: is_out(agency, film), seconds=30)


@pytest.mark.django_db(transaction=True)
def test_what_is_prepared_leaves_at_its_hour_while_another_request_hangs(
    agency: Agency, memory: MemoryPlatform, gate: Gate, renewed: threading.Semaphore, standings: list[Standing],
    clock: Clock, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(adapter(memory), "commit", gate.before(adapter(memory).commit))
    film = agency.scheduled("Film", on=[agency.account("films")], minutes=1)
    words = agency.scheduled("Words", on=[agency.account("words")], minutes=2)
    run_worker()
    clock.advance(minutes=1)
    begin(standings, partial(rounds.leave, hands=4))
    assert gate.reached.wait(30)
    assert all(renewed.acquire(timeout=30) for _ in range(3))

    clock.advance(minutes=1)

    wait_until(lambda: is_out(agency, words), seconds=30)
    assert agency.read(film).state == State.PUBLISHING


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_sends_no_hand_home(
    agency: Agency, memory: MemoryPlatform, gate: Gate, renewed: threading.Semaphore, standings: list[Standing],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(adapter(memory), "stage", gate.before(adapter(memory).stage))
    agency.scheduled("Film", on=[agency.account("films")])
    begin(standings, partial(rounds.prepare, hands=4))
    assert gate.reached.wait(30)
    claim_due, failures = claims.claim_due, threading.Semaphore(2)

    def away_twice(**arguments: Any) -> Any:
        if failures.acquire(blocking=False):
            raise OperationalError("The database restarts.")
        return claim_due(**arguments)

    monkeypatch.setattr(claims, "claim_due", away_twice)
    words = agency.scheduled("Words", on=[agency.account("words")])

    wait_until(lambda: is_out(agency, words), seconds=30)
    assert not failures.acquire(blocking=False)


@pytest.mark.django_db(transaction=True)
def test_a_hand_works_with_a_new_connection_after_a_renewal_and_after_a_failure() -> None:
    freshness, seen = Freshness(), []

    def note(statement: str) -> None:
        with connection.cursor() as cursor:
            seen.append(connection.connection)
            cursor.execute(statement)

    def work(statement: str) -> None:
        with Crew(note, size=1, freshness=freshness) as crew:
            for number, one in enumerate(["SELECT 1", "SELECT 1", "SELECT 1", statement, "SELECT 1"]):
                if number == 2:
                    freshness.renew()
                crew.give([one])
                crew.wait(free=1, seconds=30)

    work("SELECT nonsense")

    first, again, renewed, broken, after = seen
    assert first is again
    assert renewed is not again
    assert broken is renewed
    assert after is not broken


def test_a_hand_that_lets_go_of_its_work_takes_the_next() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise DatabaseError("It is gone.")
        done.append(number)

    with Crew(work, size=1, freshness=Freshness()) as crew:
        for number in (1, 2):
            crew.give([number])
            crew.wait(free=1, seconds=30)

    assert done == [2]
