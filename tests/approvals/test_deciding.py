"""Who decides, how many of them it takes, and what comes of what they say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from apps.approvals import services
from apps.approvals.deciders import Decider
from apps.approvals.errors import (
    AlreadyAsked,
    AlreadyDecided,
    ApprovalRefused,
    NotADecider,
    NotNeeded,
    ReasonMissing,
    RequestClosed,
    SelfApproval,
)
from apps.approvals.models import Decision, DecisionIsFinal, Request
from apps.approvals.services.records import broken_link
from apps.approvals.sheets import differences
from apps.approvals.states import RequestState, Verdict
from apps.core import ids, tenancy
from apps.core.actors import SYSTEM, Actor, ActorKind
from apps.posts.models import Post
from apps.posts.states import Review
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.support.clock import Clock
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db


def guest(name: str = "Mira Holt") -> Decider:
    return Decider(Actor(ActorKind.GUEST, ids.new_id()), name)


def program() -> Decider:
    return Decider(Actor(ActorKind.KEY, ids.new_id()))


def test_steps_are_asked_in_their_order(desk: Desk, manager: Membership, approver: Membership) -> None:
    desk.policy(MANAGER, LEGAL)
    request = desk.submit(desk.post())
    assert desk.steps(request) == ["manager open", "legal waiting"]
    with pytest.raises(NotADecider):
        desk.decide(request, approver)

    desk.decide(request, manager)
    assert desk.steps(request) == ["manager approved", "legal open"]
    assert desk.decide(request, approver).state == RequestState.APPROVED


def test_the_post_says_how_it_stands(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    request = desk.submit(post)
    assert desk.agency.read(post).review == Review.WAITING

    desk.decide(request, manager)
    assert desk.agency.read(post).review == Review.APPROVED
    desk.agency.do(services.withdraw, request_id=request.pk)
    assert desk.agency.read(post).review == Review.NONE


def test_what_happens_is_told(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    desk.decide(request, manager)

    assert desk.agency.events(request) == ["approval.requested", "approval.decided"]


@pytest.mark.parametrize(("needs", "enough"), [("any", 1), (2, 2), ("all", 3)])
def test_a_step_takes_as_many_as_it_says(desk: Desk, needs: Any, enough: int) -> None:
    desk.policy({**MANAGER, "needs": needs})
    people = desk.people(Role.MANAGER, 3)
    request = desk.submit(desk.post())

    states = [desk.decide(request, person).state for person in people[:enough]]

    assert states == [RequestState.PENDING] * (enough - 1) + [RequestState.APPROVED]


def test_named_people_decide_and_nobody_else_of_their_role(desk: Desk) -> None:
    named, other = desk.people(Role.MANAGER, 2)
    desk.policy({"key": "one", "name": "One", "people": [str(named.user_id)]})
    request = desk.submit(desk.post())

    with pytest.raises(NotADecider):
        desk.decide(request, other)
    assert desk.decide(request, named).state == RequestState.APPROVED


def test_nobody_counts_twice(desk: Desk, manager: Membership) -> None:
    desk.policy({**MANAGER, "needs": 2})
    request = desk.submit(desk.post())
    desk.decide(request, manager)

    with pytest.raises(AlreadyDecided):
        desk.decide(request, manager)


def _author(desk: Desk, manager: Membership) -> Post:
    return desk.post(by=manager)


def _editor(desk: Desk, manager: Membership) -> Post:
    post = desk.post()
    desk.edit(post, by=manager)
    return post


@pytest.mark.parametrize("own", [_author, _editor])
def test_nobody_approves_their_own_work(desk: Desk, manager: Membership, own: Any) -> None:
    desk.policy(MANAGER)
    post = own(desk, manager)
    with pytest.raises(SelfApproval):
        desk.decide(desk.submit(post), manager)

    desk.policy(MANAGER, allows_self_approval=True)
    assert desk.decide(desk.request(post), manager).state == RequestState.APPROVED


def test_nobody_approves_what_they_submitted(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    with pytest.raises(SelfApproval):
        desk.decide(desk.submit(desk.post(), by=manager), manager)


@pytest.mark.parametrize("decider", [guest, program])
def test_a_guest_or_program_decides_where_the_step_says_so(desk: Desk, decider: Any) -> None:
    desk.policy(MANAGER)
    post, who = desk.post(), decider()
    with pytest.raises(NotADecider):
        desk.decide(desk.submit(post), who)

    desk.policy({"key": "client", "name": "Client", "guests": True, "programs": True})
    desk.decide(desk.request(post), who)

    (decision,) = desk.decisions(post.pk)
    assert (decision.decider_kind, decision.decider_id, decision.decider_name) == (who.kind, who.id, who.name)


def test_a_program_does_not_approve_what_it_wrote_on_unless_the_policy_lets_it(desk: Desk) -> None:
    step = {"key": "client", "name": "Client", "programs": True}
    desk.policy(step)
    post, writer, other = desk.post(), program(), program()
    desk.edit(post, by=writer.actor)

    with pytest.raises(SelfApproval):
        desk.decide(desk.submit(post), writer)
    assert desk.decide(desk.request(post), other).state == RequestState.APPROVED

    desk.policy(step, allows_self_approval=True)
    desk.edit(post, "Good night", by=writer.actor)
    assert desk.decide(desk.request(post), writer).state == RequestState.APPROVED


@pytest.mark.parametrize("saved_by", [lambda: program().actor, lambda: SYSTEM], ids=["a program", "Postroom"])
def test_whoever_changed_it_last_stays_barred_when_something_else_saves_it(
    desk: Desk, manager: Membership, saved_by: Any
) -> None:
    desk.policy(MANAGER)
    post, other = desk.post(), desk.person(Role.MANAGER)
    desk.edit(post, by=manager)
    desk.edit(post, "Good night", by=saved_by())
    request = desk.submit(post)

    with pytest.raises(SelfApproval):
        desk.decide(request, manager)
    assert desk.decide(request, other).state == RequestState.APPROVED


def test_all_of_people_and_guests_takes_both(desk: Desk, manager: Membership) -> None:
    desk.policy({**MANAGER, "guests": True, "needs": "all"})
    request = desk.submit(desk.post())

    assert desk.decide(request, manager).state == RequestState.PENDING
    assert desk.decide(request, guest()).state == RequestState.APPROVED


def test_an_objection_says_why(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    with pytest.raises(ReasonMissing):
        desk.decide(request, manager, Verdict.REQUEST_CHANGES, note=" ")

    desk.decide(request, manager, Verdict.REQUEST_CHANGES, note="Say what it costs")
    assert desk.request(request.post).state == RequestState.CHANGES_REQUESTED


def test_whoever_makes_the_changes_submits_again(desk: Desk, manager: Membership, approver: Membership) -> None:
    """The edit alone asks nobody; and the step that it does not touch is not asked again."""
    desk.policy({**MANAGER, "covers": ["accounts", "options"]}, LEGAL)
    post = desk.post()
    request = desk.submit(post)
    desk.decide(request, manager)
    desk.decide(request, approver, Verdict.REQUEST_CHANGES, note="Say what it costs")

    desk.edit(post, "Good morning for 5 euros")
    assert desk.request(post).state == RequestState.CHANGES_REQUESTED
    again = desk.submit(post)

    assert (again.number, desk.steps(again)) == (2, ["manager approved", "legal open"])


def test_an_edit_goes_back_to_the_steps_that_it_touches(desk: Desk, manager: Membership, approver: Membership) -> None:
    desk.policy({**MANAGER, "covers": ["accounts"]}, LEGAL)
    post = desk.post()
    request = desk.submit(post)
    for who in (manager, approver):
        desk.decide(request, who)

    desk.edit(post, "Good evening")
    now = desk.request(post)

    assert (now.state, desk.steps(now)) == (RequestState.PENDING, ["manager approved", "legal open"])
    (changed,) = differences(request.snapshot, now.snapshot)
    assert (changed.aspect, changed.before, changed.after) == ("text", "Good morning", "Good evening")


def test_what_no_step_looks_at_the_last_one_does(desk: Desk, manager: Membership, approver: Membership) -> None:
    desk.policy({**MANAGER, "covers": ["text"]}, LEGAL)
    post = desk.post()
    request = desk.submit(post)
    for who in (manager, approver):
        desk.decide(request, who)

    desk.edit(post, "Good morning", on=[desk.account, desk.agency.account("quay")])

    assert desk.steps(desk.request(post)) == ["manager approved", "legal open"]


def test_an_approval_with_edits_is_of_the_new_words(desk: Desk, manager: Membership, approver: Membership) -> None:
    """They go back to a step before that has seen other words; the editor need not approve them again."""
    desk.policy(LEGAL, MANAGER)
    post = desk.post()
    request = desk.submit(post)
    desk.decide(request, approver)
    content = desk.agency.content("Good morning, dear", [desk.account])

    made = desk.decide(request, manager, Verdict.APPROVE_WITH_EDITS, content=content)

    assert desk.steps(made) == ["legal open", "manager waiting"]
    assert desk.decide(made, approver).state == RequestState.APPROVED
    assert [one.verdict for one in desk.decisions(post.pk)] == ["approve", "approve_with_edits", "approve"]


@pytest.mark.parametrize("needs", [2, "all"])
@pytest.mark.parametrize(
    ("text", "covers"), [("Good morning", None), ("Good evening", None), ("Good evening", "media")]
)
def test_an_approval_with_edits_is_one_voice_of_as_many_as_the_step_takes(
    desk: Desk, needs: Any, text: str, covers: str
) -> None:
    """Also where nothing that the step looks at was edited, so that its seal stays."""
    step = {**MANAGER, "needs": needs, **({"covers": [covers]} if covers else {})}
    desk.policy(step, {**LEGAL, "roles": ["owner"]})
    first, second = desk.people(Role.MANAGER, 2)
    content = desk.agency.content(text, [desk.account])

    made = desk.decide(desk.submit(desk.post()), first, Verdict.APPROVE_WITH_EDITS, content=content)

    assert desk.steps(made) == ["manager open", "legal waiting"]
    desk.decide(made, second)
    assert desk.steps(made) == ["manager approved", "legal open"]


def test_a_draft_is_asked_about_once(desk: Desk) -> None:
    post = desk.post()
    with pytest.raises(NotNeeded):
        desk.submit(post)
    desk.policy(MANAGER)
    desk.submit(post)
    with pytest.raises(AlreadyAsked):
        desk.submit(post)


def test_a_planned_post_is_asked_about_by_itself(desk: Desk) -> None:
    desk.policy(MANAGER)
    publication = desk.planned()

    assert desk.request(publication).state == RequestState.PENDING


def test_posts_that_are_planned_already_are_asked_about_when_a_policy_comes(desk: Desk) -> None:
    publication = desk.planned()
    desk.policy(MANAGER)

    assert desk.request(publication).state == RequestState.PENDING


def test_a_decision_is_never_rewritten(desk: Desk, manager: Membership) -> None:
    desk.policy(MANAGER)
    post = desk.post()
    desk.decide(desk.submit(post), manager)
    (decision,) = desk.decisions(post.pk)
    with pytest.raises(DecisionIsFinal):
        decision.save()
    with pytest.raises(DecisionIsFinal):
        decision.delete()
    with desk.agency.scope(), pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.update(verdict=Verdict.REJECT)


def test_the_log_of_a_post_is_a_chain(desk: Desk, manager: Membership, approver: Membership) -> None:
    desk.policy(MANAGER, LEGAL)
    post = desk.post()
    request = desk.submit(post)
    for who in (manager, approver):
        desk.decide(request, who)
    first, second = desk.decisions(post.pk)
    assert (first.previous_hash, second.previous_hash) == ("", first.hash)
    assert first.address == "203.0.113.0/24"
    with desk.agency.scope():
        assert broken_link(post.pk) is None
        Decision.objects.filter(pk=first.pk)._raw_delete(Decision.objects.db)
        assert broken_link(post.pk) == second


def test_what_is_out_is_neither_decided_nor_submitted(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    publication = desk.planned(minutes=1)
    request = desk.request(publication)
    with desk.agency.scope():
        services.set_policy(workspace_id=request.workspace_id, steps=[], actor=SYSTEM)
    clock.advance(minutes=1)
    run_worker()
    assert desk.live() == ["Good morning"]

    with pytest.raises(RequestClosed, match="gone out"):
        desk.decide(request, manager, Verdict.REJECT, note="Too late")
    desk.policy(MANAGER)
    desk.agency.do(services.withdraw, request_id=request.pk)
    with pytest.raises(RequestClosed, match="gone out"):
        desk.submit(publication.post)


def test_a_stranger_finds_no_request(desk: Desk, stranger_workspace: Any) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    with tenancy.scope(organization_id=stranger_workspace.organization_id), pytest.raises(Request.DoesNotExist):
        services.decide(request_id=request.pk, verdict=Verdict.APPROVE, decider=guest())


def test_every_refusal_has_a_code_and_words() -> None:
    kinds = ApprovalRefused.__subclasses__()

    assert len({kind.code for kind in kinds}) == len(kinds) > 5
    assert all(kind().words.endswith(".") for kind in kinds)
