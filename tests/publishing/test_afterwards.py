"""Changing and taking down what is out: one at a time, safe to repeat, and written down whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.audit.models import Entry
from apps.core import clock as system_clock
from apps.core.actors import SYSTEM
from apps.platforms.adapters.memory import MemoryAdapter, MemoryPlatform
from apps.platforms.contract import Credential, Draft, Receipt, RemotePost
from apps.platforms.errors import MissingPermission, NotOffered, NotSent
from apps.posts.errors import PostChanged, PostNotReady
from apps.posts.models import Part, Post, Variant
from apps.publishing import services
from apps.publishing.engine import claims, rounds
from apps.publishing.errors import PostBusy
from apps.publishing.models import BY_HAND, Attempt, FollowUp, Publication
from apps.publishing.services import Aftermath
from apps.publishing.states import MOVES, Deed, Outcome, PostState, State, post_state
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import AccountState
from tests.support.clock import Clock
from tests.support.publishing import Agency, adapter, run_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def out(agency: Agency) -> Publication:
    """A post that is live on one account."""
    return published(agency)


def published(agency: Agency, text: str = "Open until 8", **parts: Any) -> Publication:
    publication = agency.scheduled(text, **parts)
    run_worker()
    row: Publication = agency.read(publication)
    assert row.state == State.PUBLISHED
    return row


def take_down(publication: Publication) -> Aftermath:
    return services.take_down(publication=publication, actor=SYSTEM)


def change(publication: Publication, text: str | None = "Open until 9", **more: Any) -> Aftermath:
    wanted = {"options": {}, **more}
    return services.change_published(publication=publication, text=text, actor=SYSTEM, **wanted)


def able(memory: MemoryPlatform, **can: Any) -> None:
    """A platform that can do less, or other things, than the one in memory."""
    adapter(memory).capabilities = replace(MemoryAdapter.capabilities, **can)


def deeds(agency: Agency, publication: Publication) -> list[tuple[str, str]]:
    """What people have tried with the post itself, and what came of it."""
    lines = [line for line in agency.attempts(publication) if line.deed != Deed.PUBLISH and line.follow_up_id is None]
    return [(line.deed, line.outcome) for line in lines]


def diary(agency: Agency, publication: Publication) -> list[str]:
    with agency.scope():
        entries = Entry.objects.filter(subject_id=publication.pk).order_by("id")
        return list(entries.values_list("verb", flat=True))


# --- taking down ------------------------------------------------------------------------------------------------------


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
        lease = publication.due_at if state == State.PUBLISHING else None
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


# --- comments and replies ---------------------------------------------------------------------------------------------


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


# --- changing ---------------------------------------------------------------------------------------------------------


def test_a_change_is_live_and_the_page_says_what_is_live(agency: Agency, memory: MemoryPlatform) -> None:
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post("Open until 8", on=[first, second])
    agency.schedule(post)
    run_worker()
    with agency.scope():
        out = Publication.objects.get(post=post, account=first)

    answer = change(out, options={"audience": "few"})

    assert answer == Aftermath(Outcome.CHANGED)
    assert memory.texts("harbour") == ["Open until 9"]
    assert memory.texts("pier") == ["Open until 8"]
    with agency.scope():
        own = Variant.objects.get(post=post, account=first)
        assert (own.text, own.options) == ("Open until 9", {"audience": "few"})
        assert Part.objects.get(post=post).text == "Open until 8"
    changed = agency.read(out)
    assert changed.state == State.PUBLISHED
    assert changed.revision == agency.read(post).revision == 2
    assert deeds(agency, out) == [("change", "changed")]
    assert agency.events(out)[-1] == "publication.edited"
    assert diary(agency, out) == ["publication.edited"]


def test_a_change_with_a_lost_answer_is_not_believed_until_it_is_said_again(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    memory.fault("lost_after", call="edit")

    lost = change(out)
    assert (lost.outcome, lost.is_done) == (Outcome.UNCERTAIN, False)
    with agency.scope():
        assert Variant.objects.get(post=out.post_id).text is None
    assert agency.attempts(out)[-1].evidence["wanted"] == {"text": "Open until 9", "options": {}}

    assert change(out).is_done
    assert memory.texts("harbour") == ["Open until 9"]
    assert deeds(agency, out) == [("change", "uncertain"), ("change", "changed")]


def test_what_is_found_gone_while_changing_it_is_removed(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    memory.posts.clear()

    answer = change(out)

    assert answer.outcome == Outcome.GONE
    assert agency.read(out).state == State.REMOVED
    assert diary(agency, out) == ["publication.found_gone"]


def test_words_that_the_platform_would_refuse_are_not_sent(
    agency: Agency, memory: MemoryPlatform, out: Publication
) -> None:
    with pytest.raises(PostNotReady) as refused:
        change(out, "x" * 501)

    assert [problem.field for problem in refused.value.problems] == ["text"]
    assert deeds(agency, out) == []


def test_only_what_the_platform_changes_is_changed(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    able(memory, edits=frozenset({"text"}))

    change(out, options={"audience": "few"})

    with agency.scope():
        assert Variant.objects.get(post=out.post_id).options == {}


def test_somebody_elses_change_is_not_overwritten(agency: Agency, memory: MemoryPlatform, out: Publication) -> None:
    change(out, "Theirs", expected_revision=1)

    with pytest.raises(PostChanged):
        change(out, "Mine", expected_revision=1)

    assert memory.texts("harbour") == ["Theirs"]


def test_what_is_on_its_way_elsewhere_is_not_disturbed_by_a_change(
    agency: Agency, memory: MemoryPlatform, clock: Clock
) -> None:
    first, second = agency.account("harbour"), agency.account("pier")
    post = agency.post("Open until 8", on=[first, second])
    agency.schedule(post)
    memory.fault("lost_after", call="commit")
    run_worker()
    with agency.scope():
        out = Publication.objects.get(post=post, state=State.PUBLISHED)
        lost = Publication.objects.get(post=post, state=State.UNCERTAIN)

    assert change(out).is_done
    clock.advance(minutes=2)
    run_worker()

    assert agency.read(lost).state == State.PUBLISHED
    assert sorted(memory.texts("harbour") + memory.texts("pier")) == ["Open until 8", "Open until 9"]


def test_a_new_name_of_the_changed_post_is_kept(
    agency: Agency, memory: MemoryPlatform, out: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On X each version of a post has a name of its own."""

    def renamed(*_: object) -> Receipt:
        return Receipt("version-2", "https://memory.invalid/posts/version-2", facts={"cid": "2"})

    monkeypatch.setattr(adapter(memory), "edit", renamed)

    change(out)

    row = agency.read(out)
    assert (row.remote_id, row.remote_facts) == ("version-2", {"cid": "2"})
    assert row.remote_url.endswith("version-2")
    assert row.published_at == out.published_at


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
