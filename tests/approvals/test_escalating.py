"""When nobody answers, a step's rules act in working hours: each once, and on the bench that every decision asks."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from apps.approvals import services
from apps.approvals.errors import AlreadyDecided, NotADecider
from apps.approvals.models import Escalation, Request
from apps.approvals.people.awaiting import asked
from apps.approvals.people.hours import Hours
from apps.approvals.people.models import EscalationIsFinal
from apps.approvals.services import escalating
from apps.approvals.states import RequestState, Verdict
from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import SYSTEM, ActorKind
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import LEGAL, MANAGER, Desk
from tests.approvals.people import edited, group
from tests.support.clock import Clock
from tests.support.publishing import run_worker

pytestmark = pytest.mark.django_db
FRIDAY_NOON = datetime(2036, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def clock(clock: Clock) -> Clock:
    clock.set(FRIDAY_NOON)
    return clock


def rule(do: str, *people: Membership, hours: int = 4, when: str = "after", **said: Any) -> dict[str, Any]:
    named = {"people": [str(one.user_id) for one in people]} if people else {}
    return {"when": when, "minutes": hours * 60, "do": do, **named, **said}


def acted(desk: Desk, request: Request) -> list[str]:
    with desk.agency.scope():
        return list(Escalation.objects.filter(request=request).values_list("rule", flat=True))


def wait(clock: Clock, **span: float) -> None:
    clock.advance(**span)
    services.escalate(now=clock.now)


def test_hours_count_while_people_work(desk: Desk, manager: Membership, clock: Clock) -> None:
    """Eight hours after noon on Friday, with five the end of the day, is noon on Monday."""
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=8)]})
    request = desk.submit(desk.post())
    services.escalate(now=clock.now)
    wait(clock, hours=3 * 24, minutes=-1)
    assert acted(desk, request) == []
    wait(clock, minutes=1)
    assert acted(desk, request) == ["after-480-remind"]
    assert desk.agency.events(request) == ["approval.requested", "approval.escalated"]


def test_another_working_day_of_the_client_moves_the_hour(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=8)]})
    request = desk.submit(desk.post())
    services.escalate(now=clock.now)
    with desk.agency.scope():
        every_day = Hours("UTC", frozenset(range(7)), time(0), time(0))
        services.set_hours(hours=every_day, workspace_id=desk.agency.workspace.pk, actor=SYSTEM)
    wait(clock, hours=7)
    assert acted(desk, request) == []
    wait(clock, hours=1)
    assert acted(desk, request) == ["after-480-remind"]


def test_before_the_time_runs_out_counts_back_from_it(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "notice_minutes": 60, "escalations": [rule("remind", hours=2, when="before")]})
    request = desk.request(desk.planned(minutes=10 * 60))
    services.escalate(now=clock.now)
    wait(clock, hours=6, minutes=59)
    assert acted(desk, request) == []
    wait(clock, minutes=1)
    assert acted(desk, request) == ["before-120-remind"]


def test_each_rule_acts_once_however_often_beat_wakes(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=1), rule("remind", hours=2)]})
    request = desk.submit(desk.post())
    for _ in range(6):
        wait(clock, minutes=30)
        services.escalate(now=clock.now)
    assert acted(desk, request) == ["after-60-remind", "after-120-remind"]


def test_those_who_are_added_decide_beside_the_others(desk: Desk, manager: Membership, clock: Clock) -> None:
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "needs": "all", "escalations": [rule("add", boss)]})
    request = desk.submit(desk.post())
    with pytest.raises(NotADecider):
        desk.decide(request, boss)
    wait(clock, hours=4)
    assert desk.decide(request, boss).state == RequestState.PENDING, "all of them, so the manager too"
    assert desk.decide(request, manager).state == RequestState.APPROVED


def test_a_group_is_brought_in_with_its_people(desk: Desk, manager: Membership, clock: Clock) -> None:
    partner = desk.person(Role.APPROVER)
    partners = group(desk, partner)
    desk.policy({**MANAGER, "escalations": [rule("add", groups=[str(partners.pk)])]})
    request = desk.submit(desk.post())
    wait(clock, hours=4)
    assert desk.decide(request, partner).state == RequestState.APPROVED


def test_whoever_may_not_decide_is_not_brought_in_by_their_group(
    desk: Desk, manager: Membership, creator: Membership, clock: Clock
) -> None:
    desk.policy({**MANAGER, "escalations": [rule("add", groups=[str(group(desk, creator).pk)])]})
    request = desk.submit(desk.post())
    wait(clock, hours=4)
    with pytest.raises(NotADecider):
        desk.decide(request, creator)


def test_those_who_stand_in_fill_the_seats_of_whoever_is_awaited(desk: Desk, clock: Clock) -> None:
    first, second = desk.people(Role.MANAGER, 2)
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "needs": 2, "escalations": [rule("delegate", boss)]})
    request = desk.submit(desk.post())
    desk.decide(request, first)
    wait(clock, hours=4)
    assert desk.decide(request, boss).state == RequestState.APPROVED
    assert second.user_id, "who was awaited may have decided as well"


def test_handed_over_it_is_the_others_alone(desk: Desk, manager: Membership, clock: Clock) -> None:
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "needs": "all", "escalations": [rule("hand_over", boss)]})
    request = desk.submit(desk.post())
    wait(clock, hours=4)
    with pytest.raises(NotADecider):
        desk.decide(request, manager)
    assert desk.decide(request, boss).state == RequestState.APPROVED


def test_who_has_answered_keeps_the_seat_when_it_is_handed_over(desk: Desk, clock: Clock) -> None:
    first, second = desk.people(Role.MANAGER, 2)
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "needs": "all", "escalations": [rule("hand_over", boss)]})
    request = desk.submit(desk.post())
    desk.decide(request, first)
    wait(clock, hours=4)
    with pytest.raises(NotADecider):
        desk.decide(request, second)
    assert desk.decide(request, boss).state == RequestState.APPROVED


@pytest.mark.parametrize("deed", ["add", "delegate", "hand_over"])
@pytest.mark.parametrize("needs", ["any", 1, "all"])
def test_who_was_brought_in_approves_with_edits(
    desk: Desk, manager: Membership, clock: Clock, deed: str, needs: Any
) -> None:
    """As they would without: where all are to approve, those who were there before them still have to."""
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "needs": needs, "escalations": [rule(deed, boss)]})
    request = desk.submit(desk.post())
    wait(clock, hours=4)
    is_enough = (deed, needs) != ("add", "all")

    made = edited(desk, request, boss)

    assert made.state == (RequestState.APPROVED if is_enough else RequestState.PENDING)
    assert is_enough or desk.decide(made, manager).state == RequestState.APPROVED


def awaited(desk: Desk, request: Request) -> set[UUID]:
    """From whom an answer is wanted."""
    with desk.agency.scope():
        return {pk for one in asked() if one.request == request for pk in one.people}


def in_the_words(desk: Desk, request: Request, by: Membership, text: str) -> Request:
    content = desk.agency.content(text, [desk.account])
    return desk.decide(request, by, Verdict.APPROVE_WITH_EDITS, content=content)


@pytest.mark.parametrize("needs", [2, "all"])
def test_two_who_were_brought_in_edit_one_after_the_other_and_each_looks_at_the_last_words(
    desk: Desk, manager: Membership, clock: Clock, needs: Any
) -> None:
    """What the first approved were other words, so that the first is asked once more; the second is not."""
    first, second = desk.people(Role.ADMIN, 2)
    desk.policy({**MANAGER, "needs": needs, "escalations": [rule("hand_over", first, second)]})
    publication = desk.planned(minutes=10 * 60)
    wait(clock, hours=4)

    once = in_the_words(desk, desk.request(publication), first, "Good evening")
    assert awaited(desk, once) == {second.user_id}
    twice = in_the_words(desk, once, second, "Good night")
    assert (twice.state, awaited(desk, twice)) == (RequestState.PENDING, {first.user_id})
    with pytest.raises(AlreadyDecided):
        desk.decide(twice, second)
    with pytest.raises(NotADecider):
        desk.decide(twice, manager)
    assert desk.decide(twice, first).state == RequestState.APPROVED

    clock.set(publication.due_at)
    run_worker()
    assert desk.live() == ["Good night"]


@pytest.mark.parametrize(
    ("deed", "needs"), [("add", 2), ("add", "all"), ("hand_over", 2), ("hand_over", "all"), ("delegate", 2)]
)
def test_edits_of_two_who_were_brought_in_both_count_where_the_step_looks_at_none_of_them(
    desk: Desk, manager: Membership, clock: Clock, deed: str, needs: Any
) -> None:
    first, second = desk.people(Role.ADMIN, 2)
    step = {**MANAGER, "needs": needs, "covers": ["media"]}
    desk.person(Role.MANAGER)
    desk.policy({**step, "escalations": [rule(deed, first, second)]}, {**LEGAL, "roles": ["owner"]})
    request = desk.submit(desk.post())
    wait(clock, hours=4)

    once = in_the_words(desk, request, first, "Good evening")
    twice = in_the_words(desk, once, second, "Good night")

    is_enough = (deed, needs) != ("add", "all")
    assert desk.steps(twice)[0] == ("manager approved" if is_enough else "manager open")
    assert not {first.user_id, second.user_id} & awaited(desk, twice)


@pytest.mark.parametrize("deed", ["add", "delegate"])
def test_three_edits_in_a_row_leave_everybody_their_seat(
    desk: Desk, manager: Membership, clock: Clock, deed: str
) -> None:
    people = desk.people(Role.ADMIN, 3)
    for _ in range(2):
        desk.person(Role.MANAGER)
    desk.policy({**MANAGER, "needs": 3, "escalations": [rule(deed, *people)]})
    made = desk.submit(desk.post())
    wait(clock, hours=4)

    for one, text in zip(people, ["Good evening", "Good night", "Sleep well"], strict=True):
        made = in_the_words(desk, made, one, text)
    assert made.state == RequestState.PENDING
    for one in people[:2]:
        made = desk.decide(made, one)
    assert made.state == RequestState.APPROVED


def test_whom_a_rule_brought_in_has_no_seat_once_somebody_else_has_edited(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    """That makes another request, whose hours count from the beginning: also where words return to what was edited."""
    first, second = desk.people(Role.ADMIN, 2)
    desk.policy({**MANAGER, "needs": 2, "escalations": [rule("hand_over", first, second)]})
    post = desk.post()
    request = desk.submit(post)
    wait(clock, hours=4)
    in_the_words(desk, request, first, "Good evening")
    desk.edit(post, "Good day")

    with pytest.raises(NotADecider):
        desk.decide(desk.request(post), second)


def test_handed_to_the_author_it_stays_with_those_who_were_asked(desk: Desk, manager: Membership, clock: Clock) -> None:
    author = desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "escalations": [rule("hand_over", author)]})
    request = desk.submit(desk.post(by=author))
    wait(clock, hours=4)
    assert acted(desk, request) == ["after-240-hand_over"]
    assert desk.decide(request, manager).state == RequestState.APPROVED


def test_what_is_decided_escalates_no_more(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=1)]})
    request = desk.submit(desk.post())
    desk.decide(request, manager)
    wait(clock, hours=4)
    assert acted(desk, request) == []


def test_an_edit_asks_anew_and_the_hours_count_anew(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=2)]})
    post = desk.post()
    first = desk.submit(post)
    wait(clock, hours=1)
    desk.edit(post, "Buy now")
    wait(clock, hours=1)
    second = desk.request(post)
    assert acted(desk, first) + acted(desk, second) == []
    wait(clock, hours=1)
    assert acted(desk, second) == ["after-120-remind"]


def test_versions_that_nobody_is_asked_about_any_more_keep_no_rule_from_acting(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalating, "BATCH", 1)
    desk.policy({**MANAGER, "escalations": [rule("remind")]})
    first = desk.submit(desk.post())
    desk.edit(first.post)
    second = desk.submit(desk.post("Another"))
    for _ in range(4):
        wait(clock, days=1)

    assert acted(desk, first) == []
    assert acted(desk, desk.request(first.post)) == acted(desk, second) == ["after-240-remind"]


def test_rules_of_a_newer_version_act_on_what_waits(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=1)]})
    wait(clock, hours=2)
    assert acted(desk, request) == ["after-60-remind"]


def test_what_a_rule_did_stands_in_the_diary_with_the_version_that_said_so(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    desk.policy(MANAGER)
    desk.policy({**MANAGER, "escalations": [rule("remind")]})
    request = desk.submit(desk.post())
    wait(clock, hours=4)

    with desk.agency.scope():
        assert Escalation.objects.get(request=request).policy_version == 2
        (line,) = Entry.objects.filter(verb="approval.escalated", subject_id=request.pk)
    assert (line.actor_kind, line.diff["rule"]) == (ActorKind.SYSTEM, "after-240-remind")


def test_another_working_day_of_the_organization_moves_the_hour_of_every_client(
    desk: Desk, manager: Membership, clock: Clock
) -> None:
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=8)]})
    request = desk.submit(desk.post())
    services.escalate(now=clock.now)
    every_day = Hours("UTC", frozenset(range(7)), time(0), time(0))
    with tenancy.scope(organization_id=desk.agency.workspace.organization_id):
        services.set_hours(hours=every_day, actor=SYSTEM)
    wait(clock, hours=8)

    assert acted(desk, request) == ["after-480-remind"]


def test_where_the_others_have_answered_handing_over_passes_the_step(desk: Desk, clock: Clock) -> None:
    """Whoever was awaited is behind it then, and those to whom it went are among those who have answered."""
    first, second = desk.people(Role.MANAGER, 2)
    desk.policy({**MANAGER, "needs": "all", "escalations": [rule("hand_over", first)]})
    request = desk.submit(desk.post())
    desk.decide(request, first)
    wait(clock, hours=4)

    assert second.user_id
    assert desk.request(request.post).state == RequestState.APPROVED


def test_what_a_policy_did_is_final(desk: Desk, manager: Membership, clock: Clock) -> None:
    desk.policy({**MANAGER, "escalations": [rule("remind", hours=1)]})
    desk.submit(desk.post())
    wait(clock, hours=2)
    with desk.agency.scope():
        row = Escalation.objects.get()
        assert row.policy_version == 1
        with pytest.raises(EscalationIsFinal):
            row.save()
        with pytest.raises(EscalationIsFinal):
            row.delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            Escalation.objects.update(rule="another")
