"""What a platform takes early is uploaded before the hour; at the hour nothing is left but the one request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.errors import PlatformError, Rejected, StagedLost
from apps.publishing import presenting, services
from apps.publishing.engine import claims, departures, receipts, rounds, sending
from apps.publishing.engine.desk import AT_ONCE
from apps.publishing.engine.receipts import Arrival
from apps.publishing.errors import LostClaim
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(agency: Agency) -> Publication:
    """Prepared ten minutes before its hour."""
    publication = agency.scheduled(minutes=10)
    run_worker()
    with agency.scope():
        found: Publication = Publication.objects.select_related("post", "account").get(pk=publication.pk)
    assert found.state == State.READY
    return found


def goes_wrong_once(memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch, call: str, error: PlatformError) -> None:
    ours = adapter(memory)
    right = getattr(ours, call)

    def wrong(*_: Any, **__: Any) -> Any:
        monkeypatch.setattr(ours, call, right)
        raise error

    monkeypatch.setattr(ours, call, wrong)


def test_a_post_is_prepared_before_its_hour_and_sent_at_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication
) -> None:
    assert (ready.staged is not None, ready.intent_at, memory.commits) == (True, None, 0)
    clock.advance(minutes=9, seconds=59)
    run_worker()
    assert memory.commits == 0

    clock.advance(seconds=1)
    run_worker()

    assert agency.read(ready).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]
    assert [(line.deed, line.outcome) for line in agency.attempts(ready)] == [
        ("prepare", "ready"),
        ("publish", "published"),
    ]


def test_nothing_is_prepared_earlier_than_the_span_allows(agency: Agency, clock: Clock, settings: Settings) -> None:
    publication = agency.scheduled(minutes=31)

    run_worker()
    assert agency.read(publication).state == State.SCHEDULED

    clock.advance(minutes=1)
    run_worker()
    assert agency.read(publication).state == State.READY


def test_what_is_refused_while_it_is_prepared_is_known_before_the_hour(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = agency.scheduled(minutes=20)
    goes_wrong_once(memory, monkeypatch, "stage", Rejected("Too long."))

    run_worker()

    failed = agency.read(publication)
    assert (failed.state, failed.due_at > clock.now) == (State.FAILED, True)
    assert "publication.failed" in agency.events(publication)


def test_what_could_not_be_prepared_is_tried_again_before_the_hour_and_keeps_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled(minutes=20)
    memory.fault("error_before", call="stage")

    run_worker()
    waiting = agency.read(publication)
    assert (waiting.state, waiting.next_try_at) == (State.SCHEDULED, publication.due_at)

    clock.advance(minutes=2)
    run_worker()
    assert agency.read(publication).state == State.READY


def test_an_edit_prepares_the_new_words_and_the_old_ones_never_go_out(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication
) -> None:
    content = agency.content("Good evening", [ready.account])
    agency.do(services.edit, post=ready.post, content=content)
    assert agency.read(ready).state == State.SCHEDULED

    clock.advance(minutes=10)
    run_worker()

    assert memory.texts("harbour") == ["Good evening"]


@pytest.mark.parametrize("verb", ["cancel", "discard"])
def test_what_is_prepared_can_be_called_off(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, verb: str
) -> None:
    agency.do(getattr(services, verb), post=ready.post)

    clock.advance(minutes=10)
    run_worker()

    assert agency.read(ready).state == State.CANCELED
    assert memory.commits == 0


def test_what_is_prepared_can_be_moved(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication
) -> None:
    later = (clock.now + (ready.due_at - clock.now) * 9).replace(tzinfo=None)
    agency.do(services.reschedule, post=ready.post, local=later, zone="UTC")

    clock.advance(minutes=11)
    run_worker()
    assert memory.commits == 0

    clock.advance(minutes=79)
    run_worker()
    assert memory.texts("harbour") == ["Good morning"]


@pytest.mark.parametrize("verb", ["cancel", "publish_now", "edit"])
def test_a_person_takes_it_out_of_the_hands_that_prepare_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock, verb: str
) -> None:
    publication = agency.scheduled(minutes=10)
    (claim,) = claims.claim_ahead(now=clock.now, limit=1)
    assert agency.read(publication).state == State.STAGING
    content = agency.content("Good evening", [publication.account])
    needs: dict[str, Any] = {"content": content} if verb == "edit" else {}

    agency.do(getattr(services, verb), post=publication.post, **needs)

    with pytest.raises(LostClaim):
        sending.prepare(claim)
    clock.advance(minutes=10)
    run_worker()
    expected = {"cancel": [], "publish_now": ["Good morning"], "edit": ["Good evening"]}
    assert memory.texts("harbour") == expected[verb]


def test_whoever_finds_that_somebody_else_has_it_closes_its_line(agency: Agency, clock: Clock) -> None:
    publication = agency.scheduled(minutes=10)
    (claim,) = claims.claim_ahead(now=clock.now, limit=1)
    agency.do(services.cancel, post=publication.post)

    rounds.work(claim)

    (line,) = agency.attempts(publication)
    assert (line.deed, line.outcome) == ("prepare", "abandoned")


def test_a_worker_that_dies_while_it_prepares_is_followed_by_another(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled(minutes=10)
    claims.claim_ahead(now=clock.now, limit=1)

    clock.advance(minutes=6)
    run_worker()

    assert agency.read(publication).state == State.READY
    assert [line.outcome for line in agency.attempts(publication)] == ["abandoned", "ready"]


def test_what_the_platform_has_lost_since_is_prepared_anew(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_wrong_once(memory, monkeypatch, "commit", StagedLost("The upload has expired."))
    clock.advance(minutes=10)

    run_worker()

    assert agency.read(ready).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]


def test_a_claim_made_before_the_hour_waits_for_it(
    agency: Agency, memory: MemoryPlatform, clock: Clock, ready: Publication
) -> None:
    clock.advance(minutes=9, seconds=59)
    (claim,) = claims.claim_ready(now=clock.now, limit=5, ahead=timedelta(seconds=2))
    waiting = departures.Waiting()
    waiting.add(departures.read([claim]))
    assert waiting.at_their_hour(clock.now) == []

    clock.advance(seconds=1)
    (leaving,) = departures.signed(waiting.at_their_hour(clock.now))
    departures.send(leaving, desk=AT_ONCE)

    assert agency.read(ready).state == State.PUBLISHED
    assert memory.commits == 1


def test_many_that_leave_together_cost_few_statements(
    agency: Agency, memory: MemoryPlatform, clock: Clock, django_assert_max_num_queries: Any
) -> None:
    """Claimed, read, signed off and recorded: with their events, their ledger and the end of their posts."""
    many = 20
    for number in range(many):
        agency.scheduled(f"Post {number}", on=[agency.account(f"harbour{number}")], minutes=10)
    run_worker()
    clock.advance(minutes=10)

    with django_assert_max_num_queries(4 * many):
        taken = claims.claim_ready(now=clock.now, limit=many)
        leaving = departures.signed(departures.read(taken))
        arrivals = [
            Arrival(one.claim, work.adapter.commit(work.draft, found.staged, work.credential, key=one.claim.key))
            for one in leaving
            if one.prepared
            for work, found in [one.prepared]
        ]
        assert receipts.store_all(arrivals) == [None] * many

    assert len(memory.posts) == many
    with agency.scope():
        assert Publication.objects.filter(state=State.PUBLISHED).count() == many


def test_slow_uploads_hold_no_place_of_their_account(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    account = agency.account()
    agency.scheduled("Film", on=[account], minutes=10)
    quick = agency.scheduled("Words", on=[account], minutes=5)
    claims.claim_ahead(now=clock.now, limit=2)

    clock.advance(minutes=6)
    run_worker()

    assert agency.read(quick).state == State.PUBLISHED


def test_the_page_ticks_what_has_happened_and_not_the_hour_that_is_to_come(
    agency: Agency, clock: Clock, ready: Publication
) -> None:
    def ticked() -> list[str]:
        return [phase.title for phase in presenting._phases(agency.read(ready)) if phase.state]

    assert ticked() == ["Staged"]

    clock.advance(minutes=10)
    run_worker()

    assert ticked() == ["Staged", "Due", "Sent", "Live"]
