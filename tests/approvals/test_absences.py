"""Who is away, by whose clock, who fills their seat meanwhile, and for whom it was decided then."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.approvals import services
from apps.approvals.errors import AlreadyDecided, NotADecider, PeopleRefused, SelfApproval
from apps.approvals.log.exporting import as_json_lines
from apps.approvals.log.lines import Wanted, every_line
from apps.approvals.log.verifying import faults_in
from apps.approvals.models import Decision, Request
from apps.approvals.people.awaiting import asked
from apps.approvals.people.hours import Hours
from apps.approvals.records import record_of
from apps.approvals.selectors import history
from apps.approvals.states import RequestState
from apps.core import clock as system_clock
from apps.core.actors import SYSTEM
from apps.events.models import Event
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.people import away, edited
from tests.approvals.test_log import tampered, verified
from tests.approvals.test_records import words
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import program

pytestmark = pytest.mark.django_db


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
