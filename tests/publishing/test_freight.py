"""Uploads wait for each other when there is too much under way; what weighs nothing waits for nobody."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from apps.core import clock as system_clock
from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing.claim import Claim
from apps.publishing.engine import claims, freight, rounds
from apps.publishing.engine.freight import Freight, Load, Yard, weight
from apps.publishing.engine.work import load_all
from apps.publishing.rota import Standing
from apps.publishing.states import Outcome, State
from tests.support import factories
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker
from tests.support.waiting import wait_until

LONG = 600.0  # seconds: nothing comes of waiting


def claim(**fields: Any) -> Claim:
    now = system_clock.now()
    one = Claim(
        publication_id=uuid4(), organization_id=uuid4(), workspace_id=uuid4(), account_id=uuid4(), platform="memory",
        fence=1, lease_until=now + timedelta(minutes=5), revision=1, attempt_id=uuid4(), latest_at=now, release_at=now,
    )  # fmt: skip
    return replace(one, **fields)


def sizes(loads: list[Load]) -> list[int]:
    return [load.size for load in loads]


def test_what_is_too_much_waits_until_there_is_room() -> None:
    freight = Freight(100, hands=5)
    yard = Yard(freight)

    assert sizes(yard.passing([Load(claim(), size=80), Load(claim(), size=40), Load(claim())], room=5)) == [0, 80]
    assert sizes(yard.passing(room=5)) == []
    freight.set_down(80)
    assert sizes(yard.passing(room=5)) == [40]
    assert not yard


def test_one_that_is_heavier_than_all_goes_alone_and_is_overtaken_by_none() -> None:
    freight = Freight(100, hands=5)
    yard = Yard(freight)

    assert sizes(yard.passing([Load(claim(), size=size) for size in (10, 10**12, 20)], room=5)) == [10]
    freight.set_down(10)
    assert sizes(yard.passing(room=5)) == [10**12]
    freight.set_down(10**12)
    assert sizes(yard.passing(room=5)) == [20]


def test_heavy_loads_take_a_part_of_the_hands_and_never_one_that_is_busy() -> None:
    freight = Freight(100, hands=2)
    yard = Yard(freight)
    loads = [Load(claim(), size=1) for _ in range(4)]

    assert len(yard.passing(loads, room=1)) == 1
    assert len(yard.passing(room=9)) == 1
    assert not yard.passing(room=9)
    freight.set_down(1)
    assert len(yard.passing(room=9)) == 1


def test_what_has_waited_long_goes_as_soon_as_there_is_a_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    yard = Yard(Freight(100, hands=2))
    monkeypatch.setattr(freight, "PATIENCE", timedelta(0))

    assert sizes(yard.passing([Load(claim(), size=90) for _ in range(3)], room=5)) == [90, 90]


def test_what_is_due_goes_before_what_is_prepared_ahead() -> None:
    yard = Yard(Freight(100, hands=1))
    yard.passing([Load(claim(), size=1), Load(claim(is_staging=True), size=2), Load(claim(), size=3)], room=5)

    assert [load.size for load, _ in yard._waiting] == [3, 2]


@pytest.mark.django_db
def test_what_is_small_or_prepared_or_has_no_file_weighs_nothing(
    agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = factories.asset(agency.workspace)
    agency.scheduled("Picture", on=[agency.account("pictures")], assets=[picture])
    agency.scheduled("Words", on=[agency.account("words")])
    taken = claims.claim_due(now=system_clock.now(), limit=2)
    works = {work.draft.text: work for work in load_all(taken).values()}

    assert [weight(works[text]) for text in ("Picture", "Words")] == [0, 0]
    monkeypatch.setattr(freight, "LIGHT", 0)
    assert [weight(works[text]) for text in ("Picture", "Words")] == [picture.size, 0]
    assert weight(None) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("most", "at_once"), [(1000, 1), (10**9, 3)], ids=["bytes", "hands"])
def test_words_are_sent_while_films_have_used_up_their(
    most: int, at_once: int, agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.PUBLISH_STAGE_BYTES = most
    monkeypatch.setattr(freight, "LIGHT", 0)
    may_end, under_way, stage = threading.Event(), threading.Semaphore(0), adapter(memory).stage

    def slow(self: Any, draft: Any, *arguments: Any, **named: Any) -> Any:
        if draft.media:
            under_way.release()
            assert may_end.wait(60)
        return stage(self, draft, *arguments, **named)

    monkeypatch.setattr(adapter(memory), "stage", slow)
    film = factories.asset(agency.workspace, size=600)
    films = [agency.scheduled("Film", on=[agency.account(f"film{n}")], assets=[film]) for n in range(12)]
    standing = Standing("prepare", partial(rounds.prepare, hands=4), pause=LONG)
    standing.begin()
    try:
        assert all(under_way.acquire(timeout=30) for _ in range(at_once))

        words = agency.scheduled("Words", on=[agency.account("words")], comment="First!")
        standing.nudge()

        wait_until(lambda: memory.texts("words") == ["Words", "First!"], seconds=30)
        wait_until(lambda: agency.read(words).state == State.PUBLISHED, seconds=30)
        assert not under_way.acquire(blocking=False)
        left = [one for one in films if agency.read(one).state == State.SCHEDULED]
        assert len(left) >= 2, "other workers may have room for them"
        may_end.set()
        wait_until(lambda: all(agency.read(one).state == State.PUBLISHED for one in films), seconds=60)
        assert memory.commits == len(films) + 2
    finally:
        may_end.set()
        standing.end(within=30)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_gives_back_what_waits_for_room(
    agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.PUBLISH_STAGE_BYTES = 1000
    monkeypatch.setattr(freight, "LIGHT", 0)
    may_end, under_way, stage = threading.Event(), threading.Event(), adapter(memory).stage

    def slow(self: Any, *arguments: Any, **named: Any) -> Any:
        under_way.set()
        assert may_end.wait(60)
        return stage(self, *arguments, **named)

    monkeypatch.setattr(adapter(memory), "stage", slow)
    film = factories.asset(agency.workspace, size=600)
    films = [agency.scheduled("Film", on=[agency.account(f"film{n}")], assets=[film]) for n in range(2)]
    standing = Standing("prepare", partial(rounds.prepare, hands=4), pause=LONG)
    standing.begin()
    try:
        assert under_way.wait(30)
        wait_until(lambda: all(agency.read(one).state == State.PUBLISHING for one in films), seconds=30)
        standing.ask_to_end()
        wait_until(lambda: any(agency.read(one).state == State.SCHEDULED for one in films), seconds=30)
        may_end.set()
    finally:
        may_end.set()
        standing.end(within=30)
    (waited,) = [one for one in films if agency.read(one).state == State.SCHEDULED]
    (attempt,) = agency.attempts(waited)
    assert attempt.outcome == Outcome.NOT_READY
    assert agency.read(waited).attempts_made == 0
    run_worker()
    assert [agency.read(one).state for one in films] == [State.PUBLISHED] * 2


@pytest.mark.django_db
def test_what_waits_until_its_lease_is_too_short_leaves_the_yard(clock: Clock) -> None:
    yard = Yard(Freight(1, hands=1))
    waits = claim()
    yard.passing([Load(claim(), size=1), Load(waits, size=1)], room=5)

    assert yard.without_time(clock.now) == []
    clock.advance(minutes=4)
    assert yard.without_time(clock.now) == [waits]
    assert not yard
