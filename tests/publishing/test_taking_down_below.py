"""Comments and replies of a post that is taken down, and of one that stays."""

from __future__ import annotations

import pytest

from apps.core import clock as system_clock
from apps.core.actors import SYSTEM
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential, RemotePost
from apps.platforms.errors import NotSent
from apps.publishing import services
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import PostBusy
from apps.publishing.models import FollowUp, Publication
from apps.publishing.services import turns
from apps.publishing.states import Deed, State
from tests.publishing.afterwards import able, published, take_down
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


def test_replies_that_would_stay_are_taken_down_first_last_first(
    agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = published(agency, "Main", replies=["Second", "Third"])
    assert memory.texts("harbour") == ["Main", "Second", "Third"]
    order: list[str] = []

    def told(self: MemoryAdapter, post: RemotePost, credential: Credential) -> None:
        order.extend(one.text for one in memory.posts if one.remote_id == post.remote_id)
        MemoryAdapter.delete(self, post, credential)

    monkeypatch.setattr(adapter(memory), "delete", told)

    assert take_down(out).is_done

    assert order == ["Third", "Second", "Main"]
    replies = agency.follow_ups(out)
    assert [row.state for row in replies] == [State.REMOVED, State.REMOVED]
    assert agency.events(replies[0])[-1] == "comment.removed"


def test_a_thread_that_came_down_halfway_goes_on_where_it_stopped(
    agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = published(agency, "Main", replies=["Second", "Third"])
    calls: list[str] = []

    def second_fails(self: MemoryAdapter, post: RemotePost, credential: Credential) -> None:
        calls.append(post.remote_id)
        if len(calls) == 2:
            raise NotSent("The platform did not answer in time.")
        MemoryAdapter.delete(self, post, credential)

    monkeypatch.setattr(adapter(memory), "delete", second_fails)

    assert not take_down(out).is_done
    assert memory.texts("harbour") == ["Main", "Second"]
    assert agency.read(out).state == State.PUBLISHED

    assert take_down(out).is_done
    assert memory.posts == []


def test_comments_that_hang_on_their_post_go_with_it(agency: Agency, memory: MemoryPlatform) -> None:
    able(memory, threads=False)
    out = published(agency, "Main", comment="First!")

    assert take_down(out).is_done

    (comment,) = agency.follow_ups(out)
    assert comment.state == State.REMOVED
    assert comment.remote_id
    assert [line.follow_up_id for line in agency.attempts(out) if line.deed == Deed.REMOVE] == [None]


def test_what_still_waits_below_a_post_is_not_said_after_it_is_gone(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    out = waiting_comment(agency, memory)

    assert take_down(out).is_done
    clock.advance(minutes=30)
    run_worker()

    (comment,) = agency.follow_ups(out)
    assert comment.state == State.CANCELED
    assert memory.posts == []


def test_what_waits_below_a_post_goes_on_where_the_post_stays(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    out = waiting_comment(agency, memory)
    memory.fault("rate_limited", call="delete")

    assert not take_down(out).is_done
    clock.advance(minutes=1)
    run_worker()

    assert memory.texts("harbour") == ["Main", "First!"]


def test_no_worker_says_more_below_a_post_that_is_coming_down(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = waiting_comment(agency, memory)
    clock.advance(minutes=30)
    taken: list[object] = []

    def slow(self: MemoryAdapter, post: RemotePost, credential: Credential) -> None:
        taken.extend(claims.claim_follow_ups(now=clock.now, limit=5))
        MemoryAdapter.delete(self, post, credential)

    monkeypatch.setattr(adapter(memory), "delete", slow)

    assert take_down(out).is_done
    assert taken == []


def test_nobody_sends_a_comment_again_below_a_post_that_is_coming_down(
    agency: Agency, memory: MemoryPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = waiting_comment(agency, memory)
    (comment,) = agency.follow_ups(out)
    refused: list[str] = []

    def slow(self: MemoryAdapter, post: RemotePost, credential: Credential) -> None:
        with pytest.raises(PostBusy) as busy:
            agency.do(services.retry_follow_up, follow_up=comment)
        refused.append(busy.value.words)
        MemoryAdapter.delete(self, post, credential)

    monkeypatch.setattr(adapter(memory), "delete", slow)

    assert take_down(out).is_done
    assert len(refused) == 1
    assert agency.read(comment).state == State.CANCELED


def test_what_waits_goes_on_where_somebody_else_began_with_the_post_in_between(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = waiting_comment(agency, memory)
    monkeypatch.setattr(turns, "begin", busy)

    with pytest.raises(PostBusy):
        take_down(out)
    run_worker()

    assert memory.texts("harbour") == ["Main", "First!"]


def busy(*_: object, **__: object) -> None:
    raise PostBusy("Somebody is at it.")


def test_a_post_waits_for_its_comment_that_is_on_its_way(agency: Agency, memory: MemoryPlatform, clock: Clock) -> None:
    out = waiting_comment(agency, memory)
    clock.advance(minutes=30)
    claims.claim_follow_ups(now=clock.now, limit=1)

    with pytest.raises(PostBusy) as refused:
        take_down(out)

    assert "on its way" in refused.value.words
    assert memory.texts("harbour") == ["Main"]


def waiting_comment(agency: Agency, memory: MemoryPlatform) -> Publication:
    """A post that is out, and whose first comment waits for a worker."""
    publication = agency.scheduled("Main", comment="First!")
    for claim in claims.claim_due(now=system_clock.now(), limit=1):
        rounds.work(claim)
    assert memory.texts("harbour") == ["Main"]
    row: Publication = agency.read(publication)
    return row


def test_one_reply_is_taken_down_alone_and_the_thread_goes_on(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    out = published(agency, "Main", replies=["Second", "Third"])
    second, third = agency.follow_ups(out)
    with agency.scope():
        FollowUp.objects.filter(pk=third.pk).update(state=State.SCHEDULED, remote_id="", intent_at=None)
    memory.posts[:] = [post for post in memory.posts if post.text != "Third"]

    answer = services.take_down_follow_up(follow_up=second, actor=SYSTEM)
    run_worker()

    assert answer.is_done
    assert memory.texts("harbour") == ["Main", "Third"]
    assert agency.read(out).state == State.PUBLISHED
    assert agency.read(second).state == State.REMOVED
