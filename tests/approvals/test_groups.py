"""The people of a group decide, as long as they are in it and are members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.approvals import services
from apps.approvals.errors import NotADecider, PeopleRefused, PolicyMalformed
from apps.approvals.models import Group
from apps.approvals.states import RequestState
from apps.approvals.steps import trusted
from apps.core import clock as system_clock
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.events.services import relay
from apps.tenants.models import Membership, User, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.people import group
from tests.support import factories

pytestmark = pytest.mark.django_db


def step(**said: Any) -> dict[str, Any]:
    return {"key": "one", "name": "One", **said}


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
