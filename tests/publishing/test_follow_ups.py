from __future__ import annotations

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.platforms.adapters.memory import MemoryPlatform
from apps.publishing import services
from apps.publishing.states import State
from tests.support.clock import Clock
from tests.support.publishing import Agency, run_worker

pytestmark = pytest.mark.django_db


def test_comment_and_replies_follow_in_order_each_below_what_it_answers(agency: Agency, memory: MemoryPlatform) -> None:
    publication = agency.scheduled("Main", comment="First comment", replies=["Second", "Third"])

    run_worker()

    assert memory.texts("harbour") == ["Main", "First comment", "Second", "Third"]
    main, comment, second, third = memory.posts
    assert (comment.parent_id, second.parent_id, third.parent_id) == (main.remote_id, main.remote_id, second.remote_id)
    assert [row.state for row in agency.follow_ups(publication)] == [State.PUBLISHED] * 3


def test_a_reply_waits_while_the_one_before_it_is_not_live(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    agency.scheduled("Main", replies=["Second", "Third"])
    run_worker_once_and_throttle_the_next(memory)

    run_worker()
    assert memory.texts("harbour") == ["Main"]

    clock.advance(minutes=10)
    run_worker()
    assert memory.texts("harbour") == ["Main", "Second", "Third"]


def run_worker_once_and_throttle_the_next(memory: MemoryPlatform) -> None:
    from apps.core import clock as system_clock
    from apps.publishing.engine import claims, rounds

    for claim in claims.claim_due(now=system_clock.now(), limit=1):
        rounds.work(claim)
    memory.fault("rate_limited", call="commit")


def test_a_comment_whose_answer_is_lost_never_sends_the_post_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled("Main", comment="First comment")
    run_worker_once_and_lose_the_next(memory)

    run_worker()
    assert agency.read(publication).state == State.PUBLISHED
    assert agency.follow_ups(publication)[0].state == State.UNCERTAIN
    clock.advance(minutes=5)
    run_worker()

    assert memory.texts("harbour") == ["Main", "First comment"]
    assert agency.follow_ups(publication)[0].state == State.PUBLISHED


def run_worker_once_and_lose_the_next(memory: MemoryPlatform) -> None:
    run_worker_once_and_throttle_the_next(memory)
    memory.take_fault("commit")
    memory.fault("lost_after", call="commit")


def test_a_failed_comment_leaves_the_post_published_and_can_be_sent_again(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    publication = agency.scheduled("Main", comment="First comment")
    run_worker_once_and_throttle_the_next(memory)
    memory.take_fault("commit")
    memory.fault("error_before", call="stage", times=6)
    for _ in range(8):
        run_worker()
        clock.advance(minutes=50)

    (comment,) = agency.follow_ups(publication)
    assert comment.state == State.FAILED
    assert agency.read(publication).state == State.PUBLISHED
    assert agency.events(comment) == ["comment.failed"]

    memory.take_fault("stage")
    agency.do(services.retry_follow_up, follow_up=comment)
    run_worker()
    assert memory.texts("harbour") == ["Main", "First comment"]


def test_whoever_sends_comments_is_woken_when_their_post_is_live(
    agency: Agency, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as without:
        agency.scheduled("Alone", on=[agency.account("quay")])
        run_worker()
    with django_capture_on_commit_callbacks() as with_one:
        agency.scheduled("With a comment", comment="First!")
        run_worker()

    assert len(with_one) == len(without) + 1
