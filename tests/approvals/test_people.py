"""Groups, absences, and who sits on the bench by them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.approvals import services
from apps.approvals.errors import AlreadyDecided, NotADecider, PeopleRefused, PolicyMalformed, SelfApproval
from apps.approvals.log.exporting import as_json_lines
from apps.approvals.log.lines import Wanted, every_line
from apps.approvals.log.verifying import faults_in
from apps.approvals.models import Absence, Decision, Group, Request
from apps.approvals.people.awaiting import asked
from apps.approvals.people.hours import Hours
from apps.approvals.records import record_of
from apps.approvals.selectors import history
from apps.approvals.states import RequestState, Verdict
from apps.approvals.steps import trusted
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.events.services import relay
from apps.tenants.models import Membership, User, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.test_log import tampered, verified
from tests.approvals.test_records import words
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


def group(desk: Desk, *people: Membership, name: str = "Legal", everywhere: bool = False) -> Group:
    place = None if everywhere else desk.agency.workspace.pk
    with desk.agency.scope():
        made = services.make_group(name=name, people=[one.user_id for one in people], workspace_id=place, actor=SYSTEM)
    relay()
    return made


def away(desk: Desk, who: Membership, delegate: Membership | None, *, days: int = 3) -> Absence:
    today = system_clock.now().date()
    with desk.agency.scope():
        made = services.note_absence(
            user_id=who.user_id, starts_on=today, ends_on=today + timedelta(days=days), zone="UTC",
            delegate_id=delegate.user_id if delegate else None, actor=SYSTEM,
        )  # fmt: skip
    relay()
    return made


def step(**said: Any) -> dict[str, Any]:
    return {"key": "one", "name": "One", **said}


# --- groups


def test_the_people_of_a_group_decide_and_others_of_their_role_do_not(desk: Desk) -> None:
    inside, outside = desk.people(Role.APPROVER, 2)
    desk.policy(step(groups=[str(group(desk, inside).pk)]))
    request = desk.submit(desk.post())

    with pytest.raises(NotADecider):
        desk.decide(request, outside)
    assert desk.decide(request, inside).state == RequestState.APPROVED


def test_who_is_in_a_group_counts_also_for_what_waits(desk: Desk) -> None:
    first, second, third = desk.people(Role.APPROVER, 3)
    legal = group(desk, first, second)
    desk.policy(step(groups=[str(legal.pk)], needs="all"))
    post = desk.post()
    request = desk.submit(post)
    desk.decide(request, first)
    with desk.agency.scope():
        services.change_group(group=legal, name="Law", people=[first.user_id, third.user_id], actor=SYSTEM)
    relay()
    with pytest.raises(NotADecider):
        desk.decide(request, second)
    assert desk.decide(request, third).state == RequestState.APPROVED


def test_what_was_said_counts_while_they_are_in_the_group_or_the_step_was_passed(desk: Desk) -> None:
    gone, stays, comes = desk.people(Role.APPROVER, 3)
    legal = group(desk, gone, stays)
    desk.policy(step(groups=[str(legal.pk)], needs=2), MANAGER)
    passed, waits = desk.submit(desk.post()), desk.submit(desk.post("Good evening"))
    desk.decide(passed, gone)
    desk.decide(passed, stays)
    desk.decide(waits, gone)

    with desk.agency.scope():
        services.change_group(group=legal, name="Law", people=[stays.user_id, comes.user_id], actor=SYSTEM)
    relay()

    assert desk.steps(passed) == ["one approved", "manager open"]
    desk.decide(waits, stays)
    assert desk.steps(waits) == ["one open", "manager waiting"]
    desk.decide(waits, comes)
    assert desk.steps(waits) == ["one approved", "manager open"]


def test_someone_in_a_group_whose_role_does_not_decide_decides_nothing(desk: Desk) -> None:
    creator = desk.person(Role.CREATOR)
    desk.policy(step(groups=[str(group(desk, creator).pk)]))
    with pytest.raises(NotADecider):
        desk.decide(desk.submit(desk.post()), creator)


def test_a_policy_names_no_group_of_another_client(desk: Desk, approver: Membership) -> None:
    other = factories.workspace(desk.agency.workspace.organization)
    with tenancy.scope(organization_id=other.organization_id):
        theirs = services.make_group(name="Law", people=[approver.user_id], workspace_id=other.pk, actor=SYSTEM)
    with pytest.raises(PolicyMalformed, match="another client"):
        desk.policy(step(groups=[str(theirs.pk)]))
    desk.policy(step(groups=[str(group(desk, approver, everywhere=True).pk)]))


@pytest.mark.parametrize("is_asked", [True, False], ids=["asked", "brought in"])
def test_a_group_that_a_policy_names_is_not_deleted(desk: Desk, approver: Membership, is_asked: bool) -> None:
    legal = group(desk, approver)
    named = {"groups": [str(legal.pk)]}
    rule = {"when": "after", "minutes": 60, "do": "add", **named}
    desk.policy(step(**named) if is_asked else {**MANAGER, "escalations": [rule]})
    with desk.agency.scope(), pytest.raises(PeopleRefused, match="policy"):
        services.delete_group(group=legal, actor=SYSTEM)
    desk.policy()
    with desk.agency.scope():
        services.delete_group(group=legal, actor=SYSTEM)
        assert not Group.objects.exists()


@pytest.mark.parametrize("name", ["", "Legal"])
def test_a_group_has_a_name_of_its_own(desk: Desk, approver: Membership, name: str) -> None:
    group(desk, approver)
    with pytest.raises(PeopleRefused):
        group(desk, approver, name=name)


def test_approvals_that_were_given_before_there_were_groups_hold_on() -> None:
    (without,) = trusted([{"key": "manager", "name": "Manager", "roles": ["manager"]}])
    assert without.digest.startswith("8098913809340d9f28f3"), "as it was in the version before"
    (with_one,) = trusted([{**without.as_json(), "groups": ["00000000-0000-7000-8000-000000000001"]}])
    assert with_one.digest != without.digest


# --- members who are none any more


def _switched_off(who: Membership) -> None:
    User.objects.filter(pk=who.user_id).update(is_active=False)


def _ended(who: Membership) -> None:
    WorkspaceAccess.plain.filter(membership=who).update(access_until=system_clock.now())


@pytest.mark.parametrize(
    ("role", "leaves"), [(Role.MANAGER, _switched_off), (Role.MANAGER, _ended), (Role.ADMIN, _switched_off)]
)
def test_whoever_was_switched_off_or_whose_access_has_ended_decides_nothing(
    desk: Desk, role: Role, leaves: Callable[[Membership], None]
) -> None:
    desk.policy(step(roles=[role.value]))
    who = desk.person(role)
    request = desk.submit(desk.post())
    with tenancy.across_tenants("somebody leaves"):
        leaves(who)

    with pytest.raises(NotADecider):
        desk.decide(request, who)


# --- absences


def test_whoever_stands_in_decides_while_the_other_is_away(desk: Desk, clock: Clock) -> None:
    manager, stand_in = desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy(MANAGER)
    request = desk.submit(desk.post())
    with pytest.raises(NotADecider):
        desk.decide(request, stand_in)
    away(desk, manager, stand_in)
    assert desk.decide(request, stand_in).state == RequestState.APPROVED

    clock.advance(days=5)
    with pytest.raises(NotADecider):
        desk.decide(desk.submit(desk.post()), stand_in)


def test_nobody_stands_in_before_the_absence_begins(desk: Desk, manager: Membership) -> None:
    stand_in = desk.person(Role.APPROVER)
    tomorrow = system_clock.now().date() + timedelta(days=1)
    with desk.agency.scope():
        services.note_absence(
            user_id=manager.user_id, starts_on=tomorrow, ends_on=tomorrow, zone="UTC",
            delegate_id=stand_in.user_id, actor=SYSTEM,
        )  # fmt: skip
    desk.policy(MANAGER)

    with pytest.raises(NotADecider):
        desk.decide(desk.submit(desk.post()), stand_in)


def test_where_all_approve_the_seat_is_filled_by_either(desk: Desk) -> None:
    manager, other, stand_in = desk.person(Role.MANAGER), desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "needs": "all"})
    away(desk, manager, stand_in)
    request = desk.submit(desk.post())
    assert desk.decide(request, other).state == RequestState.PENDING
    assert desk.decide(request, stand_in).state == RequestState.APPROVED


def test_a_seat_counts_once_whoever_fills_it(desk: Desk) -> None:
    manager, other, stand_in = desk.person(Role.MANAGER), desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "needs": 2})
    away(desk, manager, stand_in)
    request = desk.submit(desk.post())
    desk.decide(request, manager)
    assert desk.decide(request, stand_in).state == RequestState.PENDING
    assert desk.decide(request, other).state == RequestState.APPROVED


def test_nobody_fills_two_seats(desk: Desk) -> None:
    first, second, stand_in = desk.person(Role.MANAGER), desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "needs": 2})
    away(desk, first, stand_in)
    away(desk, second, stand_in)
    request = desk.submit(desk.post())
    assert desk.decide(request, stand_in).state == RequestState.PENDING
    assert desk.decide(request, first).state == RequestState.APPROVED


@pytest.mark.parametrize("role", [Role.CREATOR, Role.VIEWER])
def test_whoever_may_not_decide_stands_in_for_nobody(desk: Desk, manager: Membership, role: Role) -> None:
    stand_in = desk.person(role)
    desk.policy(MANAGER)
    away(desk, manager, stand_in)
    request = desk.submit(desk.post())
    with pytest.raises(NotADecider):
        desk.decide(request, stand_in)


def test_whoever_wrote_it_stands_in_for_nobody(desk: Desk, manager: Membership) -> None:
    author = desk.person(Role.APPROVER)
    desk.policy(MANAGER)
    away(desk, manager, author)
    request = desk.submit(desk.post(by=author))
    with pytest.raises((NotADecider, SelfApproval)):
        desk.decide(request, author)
    assert desk.decide(request, manager).state == RequestState.APPROVED


def test_nobody_stands_in_for_an_author(desk: Desk, manager: Membership) -> None:
    """The author has no seat in it, so there is none to fill."""
    stand_in = desk.person(Role.APPROVER)
    desk.policy(MANAGER)
    away(desk, manager, stand_in)
    with pytest.raises(NotADecider):
        desk.decide(desk.submit(desk.post(by=manager)), stand_in)


def test_absences_of_one_person_do_not_overlap(desk: Desk, manager: Membership) -> None:
    first = away(desk, manager, None)
    with pytest.raises(PeopleRefused, match="covers"):
        away(desk, manager, None)
    with desk.agency.scope():
        services.end_absence(absence=first, actor=SYSTEM)
    away(desk, manager, None)


def test_an_absence_is_in_whole_days_of_the_persons_clock(desk: Desk, manager: Membership, clock: Clock) -> None:
    with desk.agency.scope():
        row = services.note_absence(
            user_id=manager.user_id, starts_on=date(2036, 3, 29), ends_on=date(2036, 3, 30), zone="Europe/Oslo",
            delegate_id=None, actor=SYSTEM,
        )  # fmt: skip
    assert (row.starts_on, row.ends_on) == (date(2036, 3, 29), date(2036, 3, 30))
    assert row.ends_at - row.begins_at == timedelta(hours=47), "clocks go forward on the second day"


@pytest.mark.parametrize(
    "hours",
    [
        Hours("Nowhere/Land"),
        Hours("UTC", frozenset()),
        Hours("UTC", frozenset({7})),
        Hours("UTC", begins=time(17), ends=time(9)),
        Hours("UTC", begins=time(9), ends=time(9, 30)),
    ],
)
def test_hours_that_nobody_could_work_are_refused(desk: Desk, manager: Membership, hours: Hours) -> None:
    with desk.agency.scope(), pytest.raises(PeopleRefused):
        services.set_hours(hours=hours, user_id=manager.user_id, actor=SYSTEM)


# --- for whom it was decided


def whom(desk: Desk, request: Request) -> list[tuple[str, ...]]:
    with desk.agency.scope():
        return [one.stood_in_for for one in history(request.post_id)]  # type: ignore[misc]


def test_the_decision_of_a_stand_in_says_for_whom_it_was_made(desk: Desk) -> None:
    boss, deputy = desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy(MANAGER)
    before = desk.submit(desk.post("Before"))
    desk.decide(before, boss)
    away(desk, boss, deputy)
    request = desk.submit(desk.post())

    desk.decide(request, deputy)

    (made,) = desk.decisions(request.post_id)
    assert made.on_behalf_of == [str(boss.user_id)]
    assert whom(desk, request) == [(str(boss.user),)]
    assert whom(desk, before) == [()]
    with desk.agency.scope():
        told = Event.objects.get(name="approval.decided", subject_id=request.pk)
    assert told.payload["on_behalf_of"] == [str(boss.user_id)]


def test_it_is_said_wherever_the_decision_is_read(desk: Desk) -> None:
    boss, deputy, owner = desk.person(Role.MANAGER), desk.person(Role.APPROVER), desk.person(Role.OWNER)
    desk.policy(MANAGER)
    away(desk, boss, deputy)
    request = desk.submit(desk.post())
    client = factories.signed_in(deputy, at=desk.agency.workspace)
    page = reverse("approvals:review", args=[request.pk])
    assert f"You decide in place of {boss.user}" in client.get(page).content.decode()
    desk.decide(request, deputy)
    own = program(desk.agency.workspace)

    standing_in = f"standing in for {boss.user}"
    assert f"{deputy.user}, {standing_in}: approved" in client.get(page).content.decode()
    log = factories.signed_in(owner, at=desk.agency.workspace).get(reverse("approvals:log")).content.decode()
    assert standing_in in log
    with desk.agency.scope():
        assert standing_in in " ".join(words(record_of([request.post])).split())
    (decision,) = own.get(f"/approvals/{request.pk}").json()["decisions"]
    assert [one["name"] for one in decision["on_behalf_of"]] == [str(boss.user)]
    (line,) = program(desk.agency.workspace.organization).get("/approval-log").json()["data"]
    assert (line["on_behalf_of"], line["stood_in_for"]) == ([str(boss.user_id)], [str(boss.user)])


@pytest.mark.parametrize(
    ("needs", "expected"), [("any", None), (2, None), ("all", ["boss"])], ids=["any", "two", "all"]
)
def test_with_a_seat_of_their_own_they_speak_for_others_only_where_all_must(
    desk: Desk, needs: Any, expected: list[str] | None
) -> None:
    boss, deputy, _ = desk.people(Role.MANAGER, 3)
    desk.policy({**MANAGER, "needs": needs})
    away(desk, boss, deputy)
    request = desk.submit(desk.post())

    desk.decide(request, deputy)

    (made,) = desk.decisions(request.post_id)
    assert made.on_behalf_of == (expected and [str(boss.user_id)])


def test_who_has_spoken_is_spoken_for_by_nobody(desk: Desk) -> None:
    boss, other = desk.people(Role.MANAGER, 2)
    deputy = desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "needs": "all"})
    request = desk.submit(desk.post())
    desk.decide(request, boss)
    away(desk, boss, deputy)
    away(desk, other, deputy)

    assert desk.decide(request, deputy).state == RequestState.APPROVED

    assert desk.decisions(request.post_id)[-1].on_behalf_of == [str(other.user_id)]


@pytest.mark.parametrize("needs", ["any", "all", 1])
def test_a_stand_in_who_approves_with_edits_fills_the_seat(desk: Desk, needs: Any) -> None:
    boss, deputy = desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "needs": needs})
    away(desk, boss, deputy)

    made = edited(desk, desk.submit(desk.post()), deputy)

    assert made.state == RequestState.APPROVED


def test_a_seat_whose_stand_in_has_edited_is_filled(desk: Desk) -> None:
    """Whoever it belongs to adds no voice, and is asked no more."""
    boss, other, deputy = desk.person(Role.MANAGER), desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy({**MANAGER, "needs": 2})
    away(desk, boss, deputy)
    made = edited(desk, desk.submit(desk.post()), deputy)
    with desk.agency.scope():
        (waits,) = asked()
    assert waits.people == {other.user_id}
    with pytest.raises(AlreadyDecided):
        desk.decide(made, deputy)
    assert desk.decide(made, boss).state == RequestState.PENDING
    assert desk.decide(made, other).state == RequestState.APPROVED


def test_whoever_edited_with_their_approval_decides_no_later_step(desk: Desk) -> None:
    """What they approved is their own work there."""
    boss, deputy = desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy(MANAGER, {"key": "legal", "name": "Legal", "roles": ["approver"]})
    away(desk, boss, deputy)
    made = edited(desk, desk.submit(desk.post()), deputy)

    assert desk.steps(made) == ["manager approved", "legal open"]
    with pytest.raises(SelfApproval):
        desk.decide(made, deputy)


def edited(desk: Desk, request: Request, by: Membership) -> Request:
    content = desk.agency.content("Good evening, dear", [desk.account])
    return desk.decide(request, by, Verdict.APPROVE_WITH_EDITS, content=content)


def test_a_stand_in_cannot_be_taken_out_of_the_log_unseen(desk: Desk) -> None:
    boss, deputy = desk.person(Role.MANAGER), desk.person(Role.APPROVER)
    desk.policy(MANAGER)
    away(desk, boss, deputy)
    request = desk.submit(desk.post())
    desk.decide(request, deputy)
    assert verified() == ""
    exported = list(as_json_lines(every_line(desk.agency.scope, Wanted())))
    assert list(faults_in(exported)) == []
    with pytest.raises(DatabaseError), transaction.atomic(), desk.agency.scope():
        Decision.objects.update(on_behalf_of=None)

    tampered("UPDATE approvals_decision SET on_behalf_of = NULL")

    assert f"post {request.post_id}, line 1 " in verified()
    without = [{**json.loads(line), "on_behalf_of": None} for line in exported]
    assert [fault.place for fault in faults_in(map(json.dumps, without))] == [1]
