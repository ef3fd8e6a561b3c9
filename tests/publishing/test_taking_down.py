"""Taking down what is out: one at a time, safe to repeat, and written down whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential, Draft, Receipt, RemotePost
from apps.platforms.errors import MissingPermission, NotOffered
from apps.posts.models import Post
from apps.publishing import services
from apps.publishing.errors import PostBusy
from apps.publishing.models import BY_HAND, Attempt, Publication
from apps.publishing.services import Aftermath
from apps.publishing.states import MOVES, Deed, Outcome, PostState, State, post_state
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from tests.publishing.afterwards import able, change, deeds, diary, published, take_down
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


def test_a_post_is_taken_down_and_kept_as_a_record(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    answer = take_down(out)

    assert answer == Aftermath(Outcome.REMOVED)
    assert memory.posts == []
    removed = agency.read(out)
    assert removed.state == State.REMOVED
    assert removed.removed_at
    kept = ("remote_id", "remote_url", "published_at", "revision")
    assert [getattr(removed, name) for name in kept] == [getattr(out, name) for name in kept]
    assert deeds(agency, out) == [("remove", "removed")]
    assert agency.events(out)[-1] == "publication.removed"
    assert diary(agency, out) == ["publication.removed"]
    with agency.scope():
        assert agency.events(Post.objects.get(pk=out.post_id))[-1] == "post.removed"


def test_what_was_removed_does_not_go_out_again(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    take_down(out)
    post = agency.read(Post(pk=out.post_id))
    whole = agency.content("Other words", [agency.read(SocialAccount(pk=out.account_id))])

    for again in (
        lambda: agency.schedule(post),
        lambda: agency.do(services.publish_now, post=post),
        lambda: agency.do(services.edit, post=post, content=whole),
        lambda: agency.do(services.discard, post=post),
        lambda: agency.do(services.retry, publication=out),
        lambda: agency.do(services.correct, publication=out, text="Other"),
    ):
        with pytest.raises(PostBusy):
            again()
    run_worker()

    assert memory.posts == []
    assert agency.read(out).state == State.REMOVED


def test_a_removed_post_may_still_go_out_where_it_has_not_been(agency: Agency, memory: MemoryPlatform) -> None:
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post(on=[first, second])
    agency.schedule(post)
    with agency.scope():
        waiting = Publication.objects.get(post=post, account=second)
        Publication.objects.filter(pk=waiting.pk).update(state=State.FAILED)
    run_worker()
    with agency.scope():
        gone = Publication.objects.get(post=post, account=first)
    take_down(gone)

    agency.do(services.publish_now, post=post)
    run_worker()

    assert memory.texts("harbour") == []
    assert memory.texts("pier") == ["Good morning"]


def test_a_lost_answer_is_said_so_and_asking_again_settles_it(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    memory.fault("lost_after", call="delete")

    lost = take_down(out)
    assert not lost.is_done
    assert "We do not know whether it worked" in lost.words
    assert agency.read(out).state == State.PUBLISHED

    assert take_down(out).is_done
    assert agency.read(out).state == State.REMOVED
    assert deeds(agency, out) == [("remove", "uncertain"), ("remove", "removed")]


def test_a_post_that_is_gone_already_is_removed(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    memory.posts.clear()

    assert take_down(out).is_done
    assert agency.read(out).state == State.REMOVED


def test_two_people_at_once_take_turns(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []

    def meanwhile(verb: Callable[[], object]) -> None:
        with pytest.raises(PostBusy) as busy:
            verb()
        refused.append(busy.value.words)

    def slow_edit(self: MemoryAdapter, post: RemotePost, draft: Draft, credential: Credential) -> Receipt:
        meanwhile(lambda: change(out, "Theirs"))
        meanwhile(lambda: take_down(out))
        meanwhile(lambda: agency.do(services.note_removed, publication=out))
        return MemoryAdapter.edit(self, post, draft, credential)

    monkeypatch.setattr(adapter(memory), "edit", slow_edit)

    assert change(out, "Mine").is_done

    assert len(refused) == 3
    assert all("right now" in words for words in refused)
    assert memory.texts("harbour") == ["Mine"]
    assert deeds(agency, out) == [("change", "changed")]


def test_whoever_comes_second_finds_it_removed(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    take_down(out)

    for verb in (take_down, change):
        with pytest.raises(PostBusy):
            verb(out)

    assert agency.events(out).count("publication.removed") == 1
    assert deeds(agency, out) == [("remove", "removed")]


def test_a_turn_that_was_never_heard_of_again_is_over_after_its_lease(
    agency: Agency, memory: MemoryPlatform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = published(agency)

    class Killed(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(adapter(memory), "delete", dies)
        with pytest.raises(Killed):
            take_down(out)
    with pytest.raises(PostBusy):
        take_down(out)

    clock.advance(seconds=settings.PUBLISH_LEASE.total_seconds())

    assert take_down(out).is_done
    assert deeds(agency, out) == [("remove", "uncertain"), ("remove", "removed")]


@pytest.mark.parametrize("state", sorted(set(State) - {State.PUBLISHED, State.REMOVED}))
def test_only_what_is_out_can_be_taken_down_or_changed(agency: Agency, memory: MemoryPlatform, state: State) -> None:
    publication = agency.scheduled(minutes=60)
    with agency.scope():
        lease = publication.due_at if state in (State.PUBLISHING, State.STAGING) else None
        Publication.objects.filter(pk=publication.pk).update(state=state, lease_until=lease)

    for verb in (take_down, change, lambda row: agency.do(services.note_removed, publication=row)):
        with pytest.raises(PostBusy):
            verb(publication)

    assert agency.read(publication).state == state
    assert deeds(agency, publication) == []


def test_a_platform_that_cannot_says_so_and_is_not_asked(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    able(memory, deletes=False, edits=frozenset())

    for verb in (take_down, change):
        with pytest.raises(PostBusy) as refused:
            verb(out)
        assert "Memory does not let Postroom" in refused.value.words

    assert deeds(agency, out) == []
    agency.do(services.note_removed, publication=out)
    assert agency.read(out).state == State.REMOVED
    assert diary(agency, out) == ["publication.said_removed"]
    assert memory.texts("harbour") == ["Open until 8"]


def test_a_platform_that_cannot_after_all_is_written_down(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_offered(*_: object) -> None:
        raise NotOffered("On Memory, a story cannot be deleted.")

    monkeypatch.setattr(adapter(memory), "delete", not_offered)

    answer = take_down(out)

    assert answer == Aftermath(Outcome.NOT_OFFERED, "On Memory, a story cannot be deleted.")
    assert agency.read(out).state == State.PUBLISHED


def test_a_post_that_a_person_found_live_is_unknown_to_the_platform(agency: Agency, out: Publication) -> None:
    with agency.scope():
        Publication.objects.filter(pk=out.pk).update(remote_id=f"{BY_HAND}{out.pk}")
    by_hand = agency.read(out)

    for verb in (take_down, change):
        with pytest.raises(PostBusy):
            verb(by_hand)


def test_a_signed_out_account_is_marked_and_nothing_is_removed(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    memory.revoke_tokens("harbour")

    answer = take_down(out)
    once_more = take_down(out)

    assert answer.outcome == once_more.outcome == Outcome.DISCONNECTED
    assert agency.read(out).state == State.PUBLISHED
    assert agency.read(SocialAccount(pk=out.account_id)).state == AccountState.NEEDS_REAUTH


def test_a_permission_that_is_missing_for_this_alone_holds_no_planned_post(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def may_not(*_: object) -> None:
        raise MissingPermission("The connection does not allow us to delete published posts.", scopes=("delete",))

    monkeypatch.setattr(adapter(memory), "delete", may_not)

    assert take_down(out).outcome == Outcome.MISSING_PERMISSION

    account = agency.read(SocialAccount(pk=out.account_id))
    assert account.state == AccountState.ACTIVE
    assert "delete published posts" in account.reason


def test_a_platform_that_asks_us_to_wait_says_until_when(
    agency: Agency, memory: MemoryPlatform, clock: Clock, out: Publication
) -> None:
    memory.fault("rate_limited", call="delete")

    answer = take_down(out)

    until = (clock.now + timedelta(minutes=5)).astimezone(ZoneInfo(agency.workspace.timezone))
    assert answer.outcome == Outcome.THROTTLED
    assert f"{until:%H:%M}." in answer.words


def test_a_token_that_is_over_its_time_is_renewed_on_the_way(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.expire_tokens("harbour")
    renewed = memory.credential("harbour")
    monkeypatch.setattr(adapter(memory), "refresh", lambda self, credential: renewed)

    assert take_down(out).is_done
    assert memory.posts == []


def test_an_error_of_ours_is_not_taken_for_an_answer(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("a secret perhaps")

    monkeypatch.setattr(adapter(memory), "delete", breaks)

    answer = take_down(out)

    assert answer.outcome == Outcome.UNCERTAIN
    assert "secret" not in answer.words
    assert agency.attempts(out)[-1].evidence["error"] == "ValueError"


# --- the row ----------------------------------------------------------------------------------------------------------


def test_removed_is_the_end(agency: Agency, out: Publication) -> None:
    take_down(out)

    for state in State:
        with agency.scope():
            assert Publication.objects.filter(pk=out.pk).steer(state) == 0
    assert MOVES[State.REMOVED] == frozenset()


@pytest.mark.parametrize("lie", [{"removed_at": None}, {"remote_id": ""}, {"published_at": None}])
def test_the_database_keeps_the_record_whole(agency: Agency, out: Publication, lie: dict[str, Any]) -> None:
    take_down(out)

    with agency.scope(), pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=out.pk).update(**lie)


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        ({State.REMOVED}, PostState.REMOVED),
        ({State.REMOVED, State.CANCELED}, PostState.REMOVED),
        ({State.REMOVED, State.PUBLISHED}, PostState.PUBLISHED),
        ({State.REMOVED, State.SCHEDULED}, PostState.SCHEDULED),
        ({State.REMOVED, State.FAILED}, PostState.FAILED),
        ({State.REMOVED, State.PUBLISHED, State.FAILED}, PostState.PARTIALLY_PUBLISHED),
        ({State.CANCELED}, PostState.CANCELED),
    ],
)
def test_what_is_removed_says_nothing_beside_what_is_not(states: set[str], whole: PostState) -> None:
    assert post_state(states) == whole


def test_every_try_is_in_the_ledger_with_who_asked(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    memory.fault("lost_before", call="delete")
    take_down(out)
    take_down(out)

    with agency.scope():
        lines = list(Attempt.objects.filter(publication=out, deed=Deed.REMOVE).order_by("number"))
    assert [line.evidence["by"] for line in lines] == ["system", "system"]
    assert all(line.sent_at and line.ended_at for line in lines)
