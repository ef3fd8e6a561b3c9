from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.platforms.adapters.memory import MemoryPlatform
from apps.platforms.contract import Finding, Receipt, Trace, Verdict
from apps.publishing.states import Outcome, State
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.states import AccountState, GrantState
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


def test_a_due_post_goes_out_once_and_says_where_it_is(agency: Agency, memory: MemoryPlatform) -> None:
    publication = agency.scheduled("Fresh bread at seven")

    run_worker()
    run_worker()

    publication = agency.read(publication)
    assert publication.state == State.PUBLISHED
    assert publication.remote_url == f"https://memory.invalid/posts/{publication.remote_id}"
    assert memory.texts("harbour") == ["Fresh bread at seven"]
    (attempt,) = agency.attempts(publication)
    assert attempt.outcome == Outcome.PUBLISHED
    assert attempt.sent_at
    assert attempt.ended_at


def test_a_post_waits_for_its_hour(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    publication = agency.scheduled(minutes=10)

    clock.advance(minutes=9, seconds=59)
    run_worker()
    assert memory.posts == []

    clock.advance(seconds=1)
    run_worker()
    assert agency.read(publication).state == State.PUBLISHED


def test_a_lost_answer_is_looked_up_before_publishing_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    memory.fault("lost_after", call="commit")

    run_worker()
    assert agency.read(publication).state == State.UNCERTAIN
    clock.advance(minutes=1)
    run_worker()
    assert agency.read(publication).state == State.UNCERTAIN
    clock.advance(minutes=1)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]
    assert [attempt.outcome for attempt in agency.attempts(publication)] == [Outcome.UNCERTAIN, Outcome.FOUND]


def test_what_is_proven_not_to_be_there_is_sent_again(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    publication = agency.scheduled()
    memory.fault("lost_before", call="commit")

    run_worker()
    clock.advance(minutes=2)
    run_worker()

    assert agency.read(publication).state == State.PUBLISHED
    assert memory.texts("harbour") == ["Good morning"]
    outcomes = [attempt.outcome for attempt in agency.attempts(publication)]
    assert outcomes == [Outcome.UNCERTAIN, Outcome.ABSENT, Outcome.PUBLISHED]


def test_a_search_knows_when_the_first_request_left_and_when_the_last(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may still take effect is the last one, however long ago the first was."""
    traces: list[Trace] = []
    find = adapter(memory).find

    def noted(self: Any, trace: Trace, *given: Any) -> Finding:
        traces.append(trace)
        return find(self, trace, *given)

    monkeypatch.setattr(adapter(memory), "find", noted)
    agency.scheduled()
    memory.fault("lost_before", call="commit", times=2)

    begun = clock.now
    for minutes in (0, 2, 2):
        clock.advance(minutes=minutes)
        run_worker()

    minute = timedelta(minutes=1)
    assert [trace.sent_at - begun for trace in traces] == [0 * minute, 0 * minute]
    assert [trace.quiet_for(clock.now) for trace in traces] == [4 * minute, 2 * minute]


def test_nothing_is_sent_again_while_the_platform_cannot_be_read_and_in_the_end_a_person_is_asked(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    memory.fault("lost_after", call="commit")
    memory.fault("error_before", call="find", times=5)

    for minutes in (0, 2, 2, 6, 16, 61):
        clock.advance(minutes=minutes)
        run_worker()

    publication = agency.read(publication)
    assert publication.state == State.NEEDS_ATTENTION
    assert memory.texts("harbour") == ["Good morning"]
    assert agency.events(publication)[-1] == "publication.needs_attention"


def test_a_search_that_finds_another_post_of_ours_again_and_again_asks_a_person_in_the_end(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = agency.account()
    first = agency.scheduled("First", on=[account])
    run_worker()
    lost = agency.scheduled("Second", on=[account])
    memory.fault("lost_before", call="commit")
    taken = Finding(Verdict.FOUND, Receipt(agency.read(first).remote_id), ("one post",))
    monkeypatch.setattr(adapter(memory), "find", lambda *given: taken)

    for minutes in (0, 2, 2, 6, 16, 61):
        clock.advance(minutes=minutes)
        run_worker()

    assert agency.read(lost).state == State.NEEDS_ATTENTION
    assert [one.outcome for one in agency.attempts(lost)][1:] == [Outcome.UNCLEAR] * 5
    assert "another publication" in agency.attempts(lost)[1].words
    assert memory.texts("harbour") == ["First"]


def test_a_search_for_a_signed_out_account_says_so_in_a_line_and_asks_a_person_in_the_end(
    agency: Agency, memory: MemoryPlatform, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="apps.publishing")
    publication = agency.scheduled()
    memory.fault("lost_after", call="commit")
    run_worker()
    with agency.scope():
        Grant.objects.update(state=GrantState.DEAD)

    clock.advance(minutes=2)
    caplog.clear()
    run_worker()

    (line,) = caplog.records
    assert line.exc_info is None
    assert line.getMessage().count("\n") == 0
    assert "not connected" in line.getMessage()
    assert str(publication.pk) in line.getMessage()
    assert agency.read(publication).state == State.UNCERTAIN
    assert agency.attempts(publication)[-1].words == "The account is not connected, so Postroom could not look for it."

    for minutes in (2, 6, 16, 61):
        clock.advance(minutes=minutes)
        run_worker()
    assert agency.read(publication).state == State.NEEDS_ATTENTION
    assert memory.commits == 1


def test_what_did_not_leave_is_tried_again_after_growing_pauses_until_it_has_failed(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    memory.fault("error_before", call="stage", times=6)

    for _ in range(6):
        run_worker()
        clock.advance(hours=2)
    publication = agency.read(publication)

    assert publication.state in (State.FAILED, State.HELD)
    assert memory.commits == 0


def test_a_throttled_post_waits_as_long_as_the_platform_says(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled()
    memory.fault("rate_limited", call="commit")

    run_worker()
    waiting = agency.read(publication)
    assert waiting.state == State.SCHEDULED
    assert waiting.next_try_at >= clock.now + timedelta(minutes=5)
    assert waiting.attempts_made == 0

    clock.advance(minutes=6)
    run_worker()
    assert agency.read(publication).state == State.PUBLISHED


def test_an_account_that_was_reconnected_meanwhile_is_not_marked(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = agency.scheduled()
    memory.revoke_tokens("harbour")
    stage = adapter(memory).stage

    def slow_stage(self: object, *arguments: object, **named: object) -> object:
        """While the old token is being refused, a person signs in again."""
        clock.advance(seconds=5)
        with agency.scope():
            Grant.objects.update(issued_at=clock.now)
        return stage(self, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(adapter(memory), "stage", slow_stage)

    run_worker()

    publication = agency.read(publication)
    assert publication.state == State.HELD
    with agency.scope():
        assert SocialAccount.objects.get(pk=publication.account_id).state == AccountState.ACTIVE


def test_a_signed_out_account_holds_its_posts_and_is_marked(agency: Agency, memory: MemoryPlatform) -> None:
    account = agency.account()
    publication = agency.scheduled(on=[account])
    memory.revoke_tokens("harbour")

    run_worker()

    publication = agency.read(publication)
    assert publication.state == State.HELD
    assert publication.problem == Outcome.DISCONNECTED
    assert agency.read(account).state == "needs_reauth"


def test_slow_pictures_are_waited_for_without_counting_as_failures(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    from tests.support import factories

    publication = agency.scheduled(assets=[factories.asset(agency.workspace)])
    memory.fault("slow_processing", call="stage")

    run_worker()
    waiting = agency.read(publication)
    assert (waiting.state, waiting.attempts_made) == (State.SCHEDULED, 0)
    assert waiting.staged["ready"] is False

    clock.advance(seconds=5)
    run_worker()
    assert agency.read(publication).state == State.PUBLISHED
    assert [attempt.outcome for attempt in agency.attempts(publication)] == [Outcome.NOT_READY, Outcome.PUBLISHED]
