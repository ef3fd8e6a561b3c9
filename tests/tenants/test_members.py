"""Roles change, people leave, and an owner always stays."""

from __future__ import annotations

import pytest

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.actors import Actor
from apps.tenants import services
from apps.tenants.errors import LastOwner, NoWorkspaceChosen, OwnersOnly
from apps.tenants.members import member_of
from apps.tenants.models import Membership, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db


def verbs(organization) -> list[str]:
    with tenancy.scope(organization_id=organization.pk):
        return [entry.verb for entry in Entry.objects.order_by("id")]


def test_a_new_organization_has_its_maker_as_owner(db):
    person = factories.user()
    made = services.create_organization(
        name="Halden & Co", timezone="Europe/Oslo", owner=person, actor=Actor.user(person.pk)
    )

    member = member_of(person, made.pk)
    assert member is not None
    assert member.role == Role.OWNER
    assert made.slug == "halden-co"
    assert verbs(made) == ["organization.created", "member.joined"]


def test_two_organizations_of_one_name_get_different_slugs(db):
    person = factories.user()
    made = [
        services.create_organization(name="Same", timezone="UTC", owner=person, actor=Actor.user(person.pk))
        for _ in range(2)
    ]

    assert made[0].slug == "same"
    assert made[1].slug.startswith("same-")


def test_a_role_in_workspaces_replaces_what_was(owner, organization, workspace, other_workspace, seat):
    creator = factories.member(organization, Role.CREATOR, workspaces=[workspace])
    by = seat(owner)
    with by.scope():
        services.change_member(membership=creator, role=Role.MANAGER, workspace_ids=[other_workspace.pk], by=by)
        accesses = list(WorkspaceAccess.objects.filter(membership=creator).values_list("workspace_id", "role"))

    assert accesses == [(other_workspace.pk, "manager")]
    assert verbs(organization) == ["member.changed"]


def test_a_foreign_workspace_cannot_be_opened_to_a_member(owner, organization, workspace, stranger_workspace, seat):
    creator = factories.member(organization, Role.CREATOR, workspaces=[workspace])
    by = seat(owner)
    with by.scope(), pytest.raises(NoWorkspaceChosen):
        services.change_member(membership=creator, role=Role.CREATOR, workspace_ids=[stranger_workspace.pk], by=by)


def test_the_last_owner_can_neither_leave_nor_step_down(owner, seat):
    by = seat(owner)
    with by.scope():
        with pytest.raises(LastOwner):
            services.remove_member(membership=owner, by=by)
        with pytest.raises(LastOwner):
            services.change_member(membership=owner, role=Role.ADMIN, by=by)


def test_one_of_two_owners_may_leave(owner, organization, seat):
    factories.member(organization, Role.OWNER)
    by = seat(owner)
    with by.scope():
        services.remove_member(membership=owner, by=by)

    assert member_of(owner.user, organization.pk) is None


def test_an_admin_touches_no_owner(owner, organization, seat):
    factories.member(organization, Role.OWNER)
    admin = factories.member(organization, Role.ADMIN)
    by = seat(admin)
    with by.scope():
        with pytest.raises(OwnersOnly):
            services.remove_member(membership=owner, by=by)
        with pytest.raises(OwnersOnly):
            services.change_member(membership=owner, role=Role.ADMIN, by=by)
        with pytest.raises(OwnersOnly):
            services.change_member(membership=admin, role=Role.OWNER, by=by)


def test_a_removed_member_sees_nothing_from_their_next_request_on(owner, organization, workspace):
    creator = factories.member(organization, Role.CREATOR, workspaces=[workspace])
    browser = factories.signed_in(creator, at=workspace)
    assert browser.get("/settings/workspaces/").status_code == 200

    factories.signed_in(owner).post(f"/settings/members/{creator.pk}/remove/")

    assert browser.get("/settings/workspaces/").url == "/settings/organization/new/"


def test_the_member_form_changes_a_role_until_a_day(owner, organization, workspace):
    creator = factories.member(organization, Role.CREATOR, workspaces=[workspace])
    browser = factories.signed_in(owner)
    form = {"role": "viewer", "workspaces": [str(workspace.pk)], "access_until": "2030-01-31"}

    assert browser.post(f"/settings/members/{creator.pk}/", form).status_code == 302
    with tenancy.across_tenants("a test looks"):
        access = WorkspaceAccess.across_tenants.get(membership=creator)
    assert access.role == "viewer"
    assert access.access_until.isoformat() == "2030-02-01T00:00:00+00:00"
    assert "2030-01-31" in browser.get(f"/settings/members/{creator.pk}/").content.decode()


def test_the_member_list_shows_people_and_invitations(owner, organization, workspace):
    factories.member(organization, Role.CREATOR, workspaces=[workspace], person=factories.user(name="Cora"))
    browser = factories.signed_in(owner)
    browser.post("/settings/members/invite/", {"email": "new@example.org", "role": "admin"})

    page = browser.get("/settings/members/").content.decode()
    assert "Cora" in page
    assert "new@example.org" in page


def test_a_refused_invitation_keeps_what_was_typed(owner, workspace):
    browser = factories.signed_in(owner)

    answer = browser.post("/settings/members/invite/", {"email": "new@example.org", "role": "creator"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "new@example.org" in page
    assert "at least one workspace" in page


def test_a_person_leaves_by_themselves(organization, owner, workspace):
    viewer = factories.member(organization, Role.VIEWER, workspaces=[workspace])

    factories.signed_in(viewer).post("/settings/organization/leave/")

    with tenancy.across_tenants("a test looks"):
        assert not Membership.across_tenants.filter(pk=viewer.pk).exists()
