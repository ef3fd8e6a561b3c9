"""Two things at once: each pair has one stated outcome, whichever is committed first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.approvals import services
from apps.approvals.errors import ContentChanged, NotADecider, RequestClosed
from apps.approvals.selectors import snapshot_text
from apps.approvals.sheets import sheet
from apps.approvals.states import RequestState, Verdict
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.services import relay
from apps.posts import services as posts
from apps.posts.models import Post
from apps.publishing import services as publishing
from apps.publishing.states import State
from apps.tenants.models import Membership, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support.clock import Clock
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db


def leave(member: Membership) -> None:
    with tenancy.scope(organization_id=member.organization_id):
        WorkspaceAccess.objects.filter(membership=member).delete()


# --- approve and edit at once


def test_an_edit_before_the_approval_refuses_it(desk: Desk, manager: Membership) -> None:
    """Nobody has followed the edit up yet: the decision does so itself before it counts."""
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    desk.change(post, desk.agency.content("Buy now", [desk.account]))

    with pytest.raises(ContentChanged):
        desk.decide(request, manager)
    assert desk.decisions(post.pk) == []


def test_an_edit_after_the_approval_undoes_it(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    desk.decide(desk.submit(post), manager)
    desk.edit(post, "Buy now")

    now = desk.request(post)
    assert (now.state, now.number) == (RequestState.PENDING, 2)
    assert desk.agency.read(post).review == "waiting"


def test_an_edit_that_changes_nothing_undoes_nothing(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    desk.decide(desk.submit(post), manager)
    desk.edit(post, "Good morning")

    assert desk.request(post).state == RequestState.APPROVED


def test_an_edit_before_an_approval_with_edits_refuses_it(desk: Desk, manager: Membership) -> None:
    """Else it would put its words in the place of words that its author never saw."""
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    desk.change(post, desk.agency.content("Buy now", [desk.account]))
    better = desk.agency.content("Good morning, dear", [desk.account])

    with pytest.raises(ContentChanged):
        desk.decide(request, manager, Verdict.APPROVE_WITH_EDITS, content=better)
    assert desk.decisions(post.pk) == []
    with desk.agency.scope():
        assert snapshot_text(sheet(Post.objects.get(pk=post.pk)).snapshot) == "Buy now"


def test_an_edit_after_an_approval_with_edits_undoes_what_it_touches(desk: Desk) -> None:
    """Whoever edited then did not write the last words any more, and so approves those like anybody."""
    editor, legal, designer = desk.person(Role.MANAGER), desk.person(Role.APPROVER), desk.person(Role.ADMIN)
    media = {"key": "media", "name": "Media", "roles": ["admin"], "covers": ["media"]}
    desk.policy(media, {**MANAGER, "covers": ["text"]}, {**LEGAL, "covers": ["text"]})
    post = desk.post()
    desk.decide(desk.submit(post), designer)
    better = desk.agency.content("Good morning, dear", [desk.account])
    made = desk.decide(desk.request(post), editor, Verdict.APPROVE_WITH_EDITS, content=better)
    assert desk.decide(made, legal).state == RequestState.APPROVED

    desk.edit(post, "Buy now", by=desk.person(Role.CREATOR))

    now = desk.request(post)
    assert desk.steps(now) == ["media approved", "manager open", "legal waiting"]
    desk.decide(now, editor)
    assert desk.decide(now, legal).state == RequestState.APPROVED


def test_back_to_the_words_that_were_approved_is_approved_only_by_looking_again(
    desk: Desk, manager: Membership
) -> None:
    desk.policy({**MANAGER, "needs": 2})
    first, second = manager, desk.person(Role.MANAGER)
    post = desk.post()
    request = desk.submit(post)
    desk.decide(request, first)
    desk.decide(request, second, Verdict.REQUEST_CHANGES, note="No")
    desk.edit(post, "Good evening")
    desk.edit(post, "Good morning")
    again = desk.submit(post)

    assert desk.decide(again, second).state == RequestState.PENDING, "What was said before the objection is over"
    assert desk.decide(again, first).state == RequestState.APPROVED


def test_an_hour_within_the_window_is_another_version_that_is_approved_already(desk: Desk, manager: Membership) -> None:
    desk.policy({**MANAGER, "window_minutes": 60})
    publication = desk.planned(minutes=60)
    desk.decide(desk.request(publication), manager)
    desk.agency.schedule(publication.post, minutes=90)
    relay()

    now = desk.request(publication)
    assert (now.number, now.state) == (2, RequestState.APPROVED)
    assert now.due_at == desk.agency.read(publication).due_at, "so that the record tells the hour at which it goes out"


# --- a post is deleted, or its request withdrawn


def test_of_a_deleted_post_nobody_is_asked_any_more(desk: Desk) -> None:
    desk.policy(MANAGER)
    request = desk.submit(post := desk.post())
    desk.agency.do(posts.delete, post=post)
    relay()

    assert desk.agency.read(request).state == RequestState.WITHDRAWN
    assert desk.agency.events(request) == ["approval.requested", "approval.withdrawn"]


def test_what_was_withdrawn_is_withdrawn_once(desk: Desk) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    desk.agency.do(services.withdraw, request_id=request.pk)

    with pytest.raises(RequestClosed):
        desk.agency.do(services.withdraw, request_id=request.pk)
    assert desk.agency.events(request) == ["approval.requested", "approval.withdrawn"]


# --- two approvers at once


def test_of_two_where_one_is_enough_the_second_finds_it_done(desk: Desk) -> None:
    desk.policy(MANAGER)
    first, second = desk.people(Role.MANAGER, 2)
    request = desk.submit(desk.post())
    desk.decide(request, first)

    with pytest.raises(RequestClosed, match="approved already"):
        desk.decide(request, second)


def test_an_approval_after_a_rejection_does_not_count(desk: Desk) -> None:
    desk.policy(MANAGER)
    first, second = desk.people(Role.MANAGER, 2)
    request = desk.submit(desk.post())
    desk.decide(request, first, Verdict.REJECT, note="No")

    with pytest.raises(RequestClosed, match="rejected"):
        desk.decide(request, second)


def test_whoever_sits_in_both_steps_decides_each_by_itself(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER, {**MANAGER, "key": "again", "name": "Again"})
    request = desk.submit(desk.post())
    desk.decide(request, manager)
    assert desk.steps(request) == ["manager approved", "again open"]
    assert desk.decide(request, manager).state == RequestState.APPROVED


# --- a decision after the time ran out


@pytest.mark.parametrize("noticed", [True, False])
def test_held_it_counts_and_waits_for_a_person(desk: Desk, manager: Membership, clock: Clock, noticed: bool) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=10)
    clock.advance(minutes=11)
    run_worker()
    if noticed:
        services.run_out_of_time(now=clock.now)
    request = desk.request(publication)

    assert desk.decide(request, manager).state == RequestState.APPROVED
    run_worker()
    assert desk.agency.read(publication).state == State.HELD
    desk.agency.do(publishing.resume, publication=publication)
    run_worker()
    assert desk.live() == ["Good morning"]


def test_before_its_hour_it_goes_out_all_the_same(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "notice_minutes": 30})
    publication = desk.planned(minutes=60)
    clock.advance(minutes=31)
    services.run_out_of_time(now=clock.now)
    request = desk.request(publication)
    assert desk.agency.events(request) == ["approval.requested", "approval.expired"]

    desk.decide(request, manager)
    clock.advance(minutes=30)
    run_worker()
    assert desk.live() == ["Good morning"]


@pytest.mark.parametrize("noticed", [True, False])
def test_published_anyway_it_is_refused(desk: Desk, manager: Membership, clock: Clock, noticed: bool) -> None:
    desk.policy({**MANAGER, "notice_minutes": 30, "when_late": "publish"})
    publication = desk.planned(minutes=60)
    clock.advance(minutes=31)
    if noticed:
        services.run_out_of_time(now=clock.now)

    request = desk.request(publication)
    with pytest.raises(RequestClosed):
        desk.decide(request, manager, Verdict.REJECT, note="No")

    clock.advance(minutes=29)
    run_worker()
    assert desk.live() == ["Good morning"]


def test_publish_anyway_lets_nothing_out_that_was_objected_to_in_time(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    desk.policy({**MANAGER, "when_late": "publish"})
    publication = desk.planned(minutes=10)
    desk.decide(desk.request(publication), manager, Verdict.REJECT, note="No")
    clock.advance(minutes=11)
    services.run_out_of_time(now=clock.now)
    run_worker()

    assert desk.live() == []


def test_moved_by_a_day_it_counts_for_the_new_hour(
    desk: Desk, manager: Membership, approver: Membership, clock: Clock
) -> None:
    """And the step before keeps what it said: it is the policy that moved the post."""
    desk.policy(MANAGER, {**LEGAL, "when_late": "move", "notice_minutes": 5})
    publication = desk.planned(minutes=10)
    desk.decide(desk.request(publication), manager)
    clock.advance(minutes=6)
    services.run_out_of_time(now=clock.now)
    relay()

    moved = desk.agency.read(publication)
    assert moved.due_at == publication.due_at + timedelta(days=1)
    request = desk.request(publication)
    assert desk.steps(request) == ["manager approved", "legal open"]
    desk.decide(request, approver)
    clock.set(moved.due_at)
    run_worker()
    assert desk.live() == ["Good morning"]


# --- a reviewer is removed


def test_who_was_removed_decides_no_more(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    leave(manager)

    with pytest.raises(NotADecider):
        desk.decide(request, manager)


def test_what_the_removed_said_counts_no_more_in_an_open_step(desk: Desk) -> None:
    desk.policy({**MANAGER, "needs": 2})
    gone, second, third = desk.people(Role.MANAGER, 3)
    request = desk.submit(desk.post())
    desk.decide(request, gone)
    leave(gone)

    assert desk.decide(request, second).state == RequestState.PENDING
    assert desk.decide(request, third).state == RequestState.APPROVED


def test_what_they_said_stands_in_a_step_that_was_passed(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=10)
    desk.decide(desk.request(publication), manager)
    leave(manager)
    clock.advance(minutes=10)
    run_worker()

    assert desk.live() == ["Good morning"]


def test_where_all_were_to_approve_those_who_are_left_are_all(desk: Desk) -> None:
    desk.policy({**MANAGER, "needs": "all"})
    stays, gone = desk.people(Role.MANAGER, 2)
    post = desk.post()
    desk.decide(desk.submit(post), stays)
    leave(gone)
    with desk.agency.scope():
        services.follow(post_id=post.pk)

    assert desk.request(post).state == RequestState.APPROVED
    assert desk.agency.events(desk.request(post)) == ["approval.requested", "approval.decided", "approval.decided"]


def test_nobody_left_passes_nothing(desk: Desk, manager: Membership) -> None:
    desk.policy({**MANAGER, "needs": "all"})
    post = desk.post()
    desk.submit(post)
    leave(manager)
    with desk.agency.scope():
        services.follow(post_id=post.pk)

    assert desk.request(post).state == RequestState.PENDING


# --- the policy is changed while a request waits


def test_steps_that_ask_the_same_keep_what_they_have_said(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER, LEGAL)
    post = desk.post()
    desk.decide(desk.submit(post), manager)
    desk.policy({**MANAGER, "name": "Head of social", "notice_minutes": 60}, {**LEGAL, "needs": 2})

    now = desk.request(post)
    assert (now.number, desk.steps(now)) == (2, ["manager approved", "legal open"])


def test_the_time_runs_out_by_the_newer_version(desk: Desk, clock: Clock) -> None:
    """Also where it had run out by the older one: there is time again, and then there is none."""
    desk.policy({**MANAGER, "notice_minutes": 120})
    publication = desk.planned(minutes=60)
    services.run_out_of_time(now=clock.now)
    desk.policy({**MANAGER, "notice_minutes": 30})
    request = desk.request(publication)
    services.run_out_of_time(now=clock.now)
    assert desk.agency.events(request) == ["approval.requested", "approval.expired"]

    clock.advance(minutes=30)
    services.run_out_of_time(now=clock.now)
    assert desk.agency.events(request) == ["approval.requested", "approval.expired", "approval.expired"]


def test_of_what_is_out_nobody_is_asked_anew(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=10)
    desk.decide(desk.request(publication), manager)
    clock.advance(minutes=10)
    run_worker()
    desk.policy(LEGAL)

    now = desk.request(publication)
    assert (now.number, now.state) == (1, RequestState.APPROVED)
    assert desk.agency.events(now) == ["approval.requested", "approval.decided"]


def test_other_people_for_a_step_are_asked_anew(desk: Desk, manager: Membership, approver: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    old = desk.submit(post)
    desk.decide(old, manager)
    desk.policy({**MANAGER, "roles": ["approver"]})

    assert desk.steps(desk.request(post)) == ["manager open"]
    assert desk.decide(desk.request(post), approver).state == RequestState.APPROVED


def test_a_decision_under_the_old_version_is_refused(desk: Desk, manager: Membership) -> None:
    """Even if nothing has followed the new one up yet."""
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    with desk.agency.scope():
        services.set_policy(workspace_id=request.workspace_id, steps=[MANAGER | {"needs": 2}], actor=SYSTEM)

    with pytest.raises(ContentChanged):
        desk.decide(request, manager)


def test_without_a_policy_nobody_is_asked_any_more(desk: Desk, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=10)
    desk.policy()

    assert desk.agency.read(publication.post).review == ""
    clock.advance(minutes=10)
    run_worker()
    assert desk.live() == ["Good morning"]
