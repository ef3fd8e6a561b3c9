"""Groups, hours, absences and rules through their pages and through the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from apps.approvals import services
from apps.approvals.models import Absence, Group, Mailing, WorkingHours
from apps.approvals.selectors import policy_in_force
from apps.approvals.states import Deed
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.tenants.keys import Mode
from apps.tenants.models import Membership
from apps.tenants.permissions import Role
from tests.approvals.conftest import MANAGER, Desk
from tests.approvals.people import group
from tests.approvals.test_escalating import rule, wait
from tests.support import factories
from tests.support.clock import Clock
from tests.support.programs_with_keys import Program, program

pytestmark = pytest.mark.django_db
OSLO = {"timezone": "Europe/Oslo", "weekdays": ["0", "1", "2"], "begins": "08:00", "ends": "16:00"}


@pytest.fixture
def admin(desk: Desk) -> Membership:
    return desk.person(Role.ADMIN)


@pytest.fixture
def own(desk: Desk) -> Program:
    scopes = ["policies:write", "members:write", "approvals:read", "organization:write"]
    return program(desk.agency.workspace.organization, scopes=scopes)


def press(who: Membership, desk: Desk, name: str, /, *ids: Any, status: int = 200, **data: Any) -> str:
    client = factories.signed_in(who, at=desk.agency.workspace)
    answer = client.post(reverse(f"approvals:{name}", args=ids), data, follow=True)
    assert answer.status_code == status, answer.content
    return str(answer.content.decode())


# --- a person's own page


def test_everybody_says_when_they_work(desk: Desk, creator: Membership) -> None:
    assert "Saved." in press(creator, desk, "me", action="hours", **OSLO)
    with desk.agency.scope():
        row = WorkingHours.objects.get()
    assert (row.user_id, row.timezone, row.weekdays, f"{row.begins:%H}") == (
        creator.user_id, "Europe/Oslo", [0, 1, 2], "08",
    )  # fmt: skip


@pytest.mark.parametrize("wrong", [{"weekdays": []}, {"ends": "07:00"}, {"timezone": "Nowhere"}, {"begins": "soon"}])
def test_hours_that_make_no_sense_are_refused_beside_the_field(desk: Desk, creator: Membership, wrong: Any) -> None:
    press(creator, desk, "me", status=422, action="hours", **{**OSLO, **wrong})
    with desk.agency.scope():
        assert not WorkingHours.objects.exists()


def test_an_absence_is_written_down_and_taken_back(desk: Desk, manager: Membership, approver: Membership) -> None:
    said = {"starts_on": "2036-12-24", "ends_on": "2036-12-31", "delegate": str(approver.user_id)}
    assert "stands in" in press(manager, desk, "me", action="absence", **said)
    with desk.agency.scope():
        row = Absence.objects.get()
    assert (str(row.starts_on), str(row.ends_on), row.delegate_id) == ("2036-12-24", "2036-12-31", approver.user_id)
    assert "covers some of these days" in press(manager, desk, "me", status=422, action="absence", **said)
    press(approver, desk, "me", status=404, action=f"end:{row.pk}")
    assert "Taken back." in press(manager, desk, "me", action=f"end:{row.pk}")
    with desk.agency.scope():
        assert not Absence.objects.exists()


def test_a_person_chooses_how_they_hear(desk: Desk, manager: Membership) -> None:
    press(manager, desk, "me", action="mail", choice="digest")
    with desk.agency.scope():
        assert Mailing.objects.get().choice == "digest"


@pytest.mark.parametrize("action", ["", "end:nonsense", "nothing"])
def test_what_is_no_form_of_the_page_changes_nothing(desk: Desk, manager: Membership, action: str) -> None:
    press(manager, desk, "me", status=200 if "end" in action else 422, action=action)


# --- groups and the client's hours


def test_an_admin_makes_changes_and_deletes_a_group(desk: Desk, admin: Membership, approver: Membership) -> None:
    place = desk.agency.workspace.pk
    assert "Legal" in press(admin, desk, "people", place, action="save:", name="Legal", people=[str(approver.user_id)])
    with desk.agency.scope():
        made = Group.objects.get()
    assert made.workspace_id == place
    page = press(admin, desk, "people", place, status=422, action="save:", name="Legal", people=[str(approver.user_id)])
    assert "Another group has this name" in page
    press(admin, desk, "people", place, action=f"save:{made.pk}", name="Law", people=[str(admin.user_id)])
    desk.policy({"key": "one", "name": "One", "groups": [str(made.pk)]})
    assert "A policy names this group" in press(admin, desk, "people", place, action=f"delete:{made.pk}")
    desk.policy()
    press(admin, desk, "people", place, action=f"delete:{made.pk}")
    with desk.agency.scope():
        assert not Group.objects.exists()


def test_a_group_of_another_client_is_not_found(desk: Desk, admin: Membership, approver: Membership) -> None:
    other = factories.workspace(desk.agency.workspace.organization)
    theirs = group(desk, approver)
    press(admin, desk, "people", other.pk, status=404, action=f"delete:{theirs.pk}")


def test_the_client_has_a_working_day(desk: Desk, admin: Membership) -> None:
    assert "Saved." in press(admin, desk, "people", desk.agency.workspace.pk, action="hours", **OSLO)
    with desk.agency.scope():
        assert WorkingHours.objects.get().workspace_id == desk.agency.workspace.pk


# --- the policy editor


def step_form(**said: Any) -> dict[str, Any]:
    return {
        "name": "Manager", "roles": ["manager"], "needs": "any", "covers": ["text"], "window": "0", "notice_hours": "4",
        "when_late": "move", "moves": "slot", **said,
    }  # fmt: skip


def test_rules_for_when_nobody_answers_are_set_in_the_editor(
    desk: Desk, admin: Membership, approver: Membership
) -> None:
    legal = group(desk, approver)
    place = desk.agency.workspace.pk
    rules = {
        "rule0-hours": "8", "rule0-when": "after", "rule0-do": "remind",
        "rule1-hours": "2", "rule1-when": "before", "rule1-do": "hand_over",
        "rule1-who": [f"group:{legal.pk}", f"person:{admin.user_id}"],
        "rule2-hours": "", "rule2-when": "after", "rule2-do": "add",
    }  # fmt: skip
    press(admin, desk, "policy", place, action="save:", groups=[str(legal.pk)], **step_form(), **rules)
    with desk.agency.scope():
        policy = policy_in_force(place)
        assert policy
        (made,) = policy.ordered_steps
    assert made.groups == (legal.pk,)
    assert made.moves is None
    assert [one.key for one in made.escalations] == ["after-480-remind", "before-120-hand_over"]
    assert (made.escalations[1].people, made.escalations[1].groups) == ((admin.user_id,), (legal.pk,))

    client = factories.signed_in(admin, at=desk.agency.workspace)
    page = client.get(reverse("approvals:policy", args=[place]), {"step": made.key}).content.decode()
    assert "2 rules for when nobody answers" in page
    assert 'name="rule2-hours"' in page, "a row for one more"


def test_saving_a_step_keeps_the_minutes_that_a_program_has_set(desk: Desk, admin: Membership) -> None:
    """Else a rule would be another one, and act a second time; and two of them would do the same at the same time."""
    place = desk.agency.workspace.pk
    (before,) = desk.policy({**MANAGER, "escalations": [
        {"when": "after", "minutes": minutes, "do": "remind"} for minutes in (90, 120, 150)
    ]}).ordered_steps  # fmt: skip
    client = factories.signed_in(admin, at=desk.agency.workspace)
    page = client.get(reverse("approvals:policy", args=[place]), {"step": before.key}).content.decode()
    shown = re.findall(r'name="(rule\d-hours)" value="(\d+)"', page)
    assert shown == [("rule0-hours", "2"), ("rule1-hours", "2"), ("rule2-hours", "3")]
    sent = {**dict(shown), "rule2-hours": "4"}

    press(admin, desk, "policy", place, action=f"save:{before.key}", **step_form(), **sent)

    with desk.agency.scope():
        policy = policy_in_force(place)
        assert policy
        (made,) = policy.ordered_steps
    assert [one.minutes for one in made.escalations] == [90, 120, 240]


def test_a_rule_that_brings_nobody_in_is_refused(desk: Desk, admin: Membership) -> None:
    rules = {"rule0-hours": "8", "rule0-when": "after", "rule0-do": "add"}
    page = press(admin, desk, "policy", desk.agency.workspace.pk, status=422, action="save:", **step_form(), **rules)
    assert "Say who is brought in" in page


def test_the_review_page_tells_what_rules_did(desk: Desk, manager: Membership, clock: Clock) -> None:
    boss = desk.person(Role.ADMIN)
    desk.policy({**MANAGER, "escalations": [rule("add", boss, hours=1)]})
    request = desk.submit(desk.post())
    wait(clock, days=4)
    client = factories.signed_in(manager, at=desk.agency.workspace)
    page = client.get(reverse("approvals:review", args=[request.pk])).content.decode()
    assert f"Nobody answered: {Deed.ADD.label.lower()}" in page
    assert "Brought in: Admin. Awaited: Manager." in page


# --- the API


def test_a_program_sets_groups_rules_and_hours(desk: Desk, own: Program, approver: Membership, clock: Clock) -> None:
    place, member = desk.agency.workspace.pk, f"mem_{approver.pk.hex}"
    made = own.send("POST", "/reviewer-groups", {"name": "Legal", "members": [member], "workspace": f"ws_{place.hex}"})
    assert made.status_code == 201, made.content
    legal = made.json()
    assert (legal["name"], legal["members"]) == ("Legal", [member])
    rules = [{"when": "after", "minutes": 60, "do": "add", "groups": [legal["id"]], "people": [member]}]
    step = {"key": "one", "name": "One", "groups": [legal["id"]], "move_minutes": None, "escalations": rules}
    put = own.send("PUT", f"/workspaces/{place}/approval-policy", {"steps": [step]})
    assert put.status_code == 200, put.content
    (kept,) = put.json()["steps"]
    assert (kept["groups"], kept["escalations"], kept["move_minutes"]) == ([legal["id"]], rules, None)
    refused = own.send("DELETE", f"/reviewer-groups/{legal['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")

    request = desk.submit(desk.post())
    wait(clock, days=4)
    shown = own.send("GET", f"/approvals/{request.pk}").json()["escalations"]
    assert [(one["do"], one["people"], one["policy_version"]) for one in shown] == [("add", [member], 1)]


def test_a_program_reads_and_sets_hours(desk: Desk, own: Program, approver: Membership) -> None:
    place = desk.agency.workspace.pk
    said = {"timezone": "Europe/Oslo", "weekdays": [0, 1], "begins": "08:00", "ends": "00:00"}
    for path in (
        f"/members/{approver.pk}/working-hours",
        f"/workspaces/{place}/working-hours",
        "/organization/working-hours",
    ):
        assert own.send("GET", path).json()["is_set"] is False
        assert own.send("PUT", path, said).json() == {**said, "is_set": True}
        assert own.send("GET", path).json() == {**said, "is_set": True}
    wrong = own.send("PUT", f"/members/{approver.pk}/working-hours", {**said, "timezone": "Nowhere"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/timezone")


def test_a_program_writes_absences_down(desk: Desk, own: Program, manager: Membership, approver: Membership) -> None:
    path, stand_in = f"/members/{manager.pk}/absences", f"mem_{approver.pk.hex}"
    said = {"starts_on": "2036-12-24", "ends_on": "2036-12-31", "delegate": stand_in}
    made = own.send("POST", path, said)
    assert made.status_code == 201, made.content
    assert own.send("GET", path).json() == {"data": [made.json()]}
    assert own.send("POST", path, said).status_code == 422
    assert own.send("DELETE", f"/absences/{made.json()['id']}").status_code == 204
    assert own.send("GET", path).json() == {"data": []}


def test_a_key_of_one_client_reads_groups_and_changes_none(desk: Desk, approver: Membership) -> None:
    """As with its policy: who is asked is for the organization to say."""
    shared = group(desk, approver, everywhere=True)
    own = program(desk.agency.workspace, scopes=["policies:write"])
    assert own.send("GET", f"/reviewer-groups/{shared.pk}").status_code == 200
    assert own.send("DELETE", f"/reviewer-groups/{shared.pk}").status_code == 403
    made = own.send("POST", "/reviewer-groups", {"name": "Ours", "members": [f"mem_{approver.pk.hex}"]})
    assert made.status_code == 403


def test_a_test_key_leaves_alone_what_live_clients_share(desk: Desk, manager: Membership, approver: Membership) -> None:
    """Groups of every client, members, and the hours of the organization are real wherever they are used."""
    organization, member = desk.agency.workspace.organization, f"mem_{approver.pk.hex}"
    trying, shared = factories.workspace(organization, is_test=True), group(desk, approver, everywhere=True)
    own = program(organization, mode=Mode.TEST)
    said, hours = {"name": "Ours", "members": [f"mem_{manager.pk.hex}"]}, {"timezone": "UTC", "weekdays": [0]}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/reviewer-groups", said),
        ("PUT", f"/reviewer-groups/{shared.pk}", said),
        ("DELETE", f"/reviewer-groups/{shared.pk}", None),
        ("PUT", f"/members/{approver.pk}/working-hours", hours),
        ("PUT", "/organization/working-hours", hours),
        ("POST", f"/members/{approver.pk}/absences", {"starts_on": "2036-12-24", "ends_on": "2036-12-31"}),
        ("DELETE", f"/members/{approver.pk}", None),
        ("POST", "/invitations", {"email": "new@example.org", "role": "owner"}),
        ("PATCH", "/organization", {"name": "Another"}),
    ]

    answers = [own.send(*call) for call in calls]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "test_key")}
    assert own.get(f"/reviewer-groups/{shared.pk}").json()["members"] == [member]
    made = own.post("/reviewer-groups", {**said, "workspace": f"ws_{trying.pk.hex}"})
    assert made.status_code == 201, made.content
    assert own.delete(f"/reviewer-groups/{made.json()['id']}").status_code == 204


def test_a_group_that_a_policy_out_of_sight_names_is_not_deleted(desk: Desk, approver: Membership) -> None:
    """A live key does not see the policy of a test workspace, and a step of it would name nobody all the same."""
    organization = desk.agency.workspace.organization
    trying, shared = factories.workspace(organization, is_test=True), group(desk, approver, everywhere=True)
    step = {"key": "one", "name": "One", "groups": [str(shared.pk)]}
    with tenancy.scope(organization_id=organization.pk):
        services.set_policy(workspace_id=trying.pk, steps=[step], actor=SYSTEM)

    refused = program(organization).delete(f"/reviewer-groups/{shared.pk}")

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
