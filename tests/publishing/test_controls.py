"""Each guard of the engine, taken out: the story then ends twice on the platform. So the guards are what holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from apps.core import clock as system_clock
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Staged
from apps.publishing.engine import claims, intents, leases, outcomes, receipts, reconcile, sending
from apps.publishing.engine.intents import Intent
from apps.publishing.engine.preparation import begun
from apps.publishing.engine.work import load
from apps.publishing.errors import LostClaim
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What SIGKILL is to a worker: nothing of it goes on."""


def killed(*_: Any, **__: Any) -> None:
    raise Killed


def unwritten(intents: Sequence[Intent]) -> list[bool]:
    """Neither fence nor clock nor row is looked at, and nothing is written: the request leaves all the same."""
    return [True for _ in intents]


def dies_before_storing(agency: Agency, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Publication:
    """A worker is killed between the platform's answer and the first statement after it."""
    publication = agency.scheduled()
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "store", killed)
        with pytest.raises(Killed):
            run_worker()
    for _ in range(4):
        clock.advance(minutes=5, seconds=1)
        run_worker()
    return agency.read(publication)


def test_a_worker_killed_after_sending_is_looked_for_and_found(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = dies_before_storing(agency, clock, monkeypatch)

    assert publication.state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]


def test_without_the_intent_it_would_go_out_twice(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intents, "commit", unwritten)

    dies_before_storing(agency, clock, monkeypatch)

    assert memory.texts("harbour") == ["Good morning", "Good morning"]


def test_without_the_search_a_lost_answer_would_go_out_twice(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "_lost", outcomes._retry)
    agency.scheduled()
    memory.fault("lost_after", call="commit")

    run_worker()
    clock.advance(minutes=5)
    run_worker()

    assert memory.texts("harbour") == ["Good morning", "Good morning"]


def freezes_while_preparing(memory: MemoryPlatform, clock: Clock, meanwhile: Callable[[], object]) -> None:
    """The next worker stands still for longer than its lease while it prepares; then, after `meanwhile`, it goes on."""
    ours = adapter(memory)
    stage = ours.stage

    def slow(self: MemoryAdapter, *arguments: Any, **named: Any) -> Any:
        ours.stage = stage  # type: ignore[method-assign]
        clock.advance(minutes=6)
        meanwhile()
        return stage(self, *arguments, **named)

    ours.stage = slow  # type: ignore[method-assign]


def test_a_worker_that_wakes_after_its_lease_sends_nothing(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    freezes_while_preparing(memory, clock, run_worker)

    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]


def test_without_fence_and_clock_it_would_send_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency.scheduled()
    freezes_while_preparing(memory, clock, run_worker)
    monkeypatch.setattr(sending, "safe_to_send", lambda *_: True)
    monkeypatch.setattr(intents, "commit", unwritten)

    run_worker()

    assert memory.texts("harbour") == ["Good morning", "Good morning"]


def test_a_worker_without_enough_lease_left_gives_the_claim_back_unsent(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = agency.scheduled()
    ours = adapter(memory)
    stage = ours.stage

    def slow(self: MemoryAdapter, *arguments: Any, **named: Any) -> Any:
        clock.advance(minutes=4)
        return stage(self, *arguments, **named)

    monkeypatch.setattr(ours, "stage", slow)
    (claim,) = claims.claim_due(now=clock.now, limit=1)
    sending.send(claim)

    publication = agency.read(publication)
    assert (publication.state, publication.intent_at) == (State.SCHEDULED, None)
    assert memory.commits == 0


def test_an_answer_that_comes_when_the_search_has_begun_is_recorded_and_ends_the_search(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    ours = adapter(memory)
    commit = ours.commit
    searches: list[Any] = []

    def slow(self: MemoryAdapter, *arguments: Any, **named: Any) -> Any:
        receipt = commit(self, *arguments, **named)
        clock.advance(minutes=6)
        leases.expire(now=clock.now)
        clock.advance(minutes=2)
        searches.extend(claims.claim_lost(now=clock.now, limit=1))
        return receipt

    ours.commit = slow  # type: ignore[method-assign]
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    (search,) = searches
    with pytest.raises(LostClaim):
        reconcile.search(search)
    assert agency.read(publication).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]


def test_a_receipt_that_comes_late_stops_the_worker_that_would_send_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    (first,) = claims.claim_due(now=clock.now, limit=1)
    sent = load(first)
    staged = sent.adapter.stage(sent.draft, sent.credential, key=first.key, before=None)
    assert intents.commit([Intent(first, begun(staged, clock.now))]) == [True]
    receipt = sent.adapter.commit(sent.draft, Staged({}), sent.credential, key=first.key)
    clock.advance(minutes=6)
    leases.expire(now=clock.now)
    # The platform wrongly said that it was not there, and another worker has it now.
    with agency.scope():
        Publication.objects.filter(pk=publication.pk).update(
            state=State.SCHEDULED, intent_at=None, next_try_at=system_clock.now() - timedelta(seconds=1)
        )
    (second,) = claims.claim_due(now=clock.now, limit=1)

    receipts.store(first, receipt)
    with pytest.raises(LostClaim):
        sending.send(second)

    assert agency.read(publication).remote_id == receipt.remote_id
    assert memory.texts("harbour") == ["Good morning"]
