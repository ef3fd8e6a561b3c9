"""Groups, absences, and who sits on the bench by them."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.errors import NotADecider, PeopleRefused, PolicyMalformed, SelfApproval
from apps.approvals.models import Absence, Group
from apps.approvals.people.hours import Hours
from apps.approvals.states import RequestState
from apps.approvals.steps import trusted
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.services import relay
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.support import factories
from tests.support.clock import Clock

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


def test_a_group_that_a_policy_names_is_not_deleted(desk: Desk, approver: Membership) -> None:
    legal = group(desk, approver)
    desk.policy(step(groups=[str(legal.pk)]))
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
