"""Clients come and go, and switching shows what may be seen."""

from __future__ import annotations

import pytest

from apps.core import tenancy
from apps.events.models import Event
from apps.tenants.models import Organization, Workspace
from apps.tenants.permissions import Role
from tests.dashboard.pages import Page
from tests.support import factories

pytestmark = pytest.mark.django_db


def named(name: str) -> Workspace:
    with tenancy.across_tenants("a test looks"):
        return Workspace.across_tenants.get(name=name)


def test_an_owner_opens_a_workspace_and_is_in_it(owner, workspace):
    browser = factories.signed_in(owner)

    answer = browser.post("/settings/workspaces/new/", {"name": "Halden", "timezone": "Europe/Oslo"})

    assert answer.status_code == 302
    assert browser.session["workspace_id"] == str(named("Halden").pk)
    with tenancy.across_tenants("a test looks"):
        assert Event.across_tenants.get().name == "workspace.created"


def test_a_name_that_is_taken_is_said_beside_its_field(owner, workspace):
    answer = factories.signed_in(owner).post("/settings/workspaces/new/", {"name": "Café Luna", "timezone": "UTC"})

    assert answer.status_code == 422
    assert "There is a workspace called Café Luna already." in answer.content.decode()


def test_a_zone_that_does_not_exist_is_refused(owner, workspace):
    answer = factories.signed_in(owner).post("/settings/workspaces/new/", {"name": "X", "timezone": "Mars/Base"})

    assert answer.status_code == 422


def test_a_manager_changes_the_settings_of_their_workspace(organization, workspace):
    manager = factories.member(organization, Role.MANAGER, workspaces=[workspace])
    form = {"name": "Café Luna Berlin", "timezone": "Europe/Berlin", "too_late_hours": "2", "external_ref": "K-17"}

    assert factories.signed_in(manager).post(f"/settings/workspaces/{workspace.pk}/", form).status_code == 302

    changed = named("Café Luna Berlin")
    assert changed.too_late_after.total_seconds() == 7200
    assert changed.external_ref == "K-17"


def test_a_role_in_another_workspace_changes_nothing_here(organization, workspace, other_workspace):
    manager = factories.member(organization, Role.MANAGER, workspaces=[other_workspace])
    browser = factories.signed_in(manager)

    assert browser.get(f"/settings/workspaces/{workspace.pk}/").status_code == 404
    assert browser.post(f"/settings/workspaces/{workspace.pk}/archive/").status_code == 403


def test_an_archived_workspace_leaves_the_switcher_and_comes_back(owner, workspace, other_workspace):
    browser = factories.signed_in(owner, at=workspace)

    browser.post(f"/settings/workspaces/{workspace.pk}/archive/")
    assert "Archived" in browser.get("/settings/workspaces/").content.decode()
    assert "Take back into use" in browser.get(f"/settings/workspaces/{workspace.pk}/").content.decode()
    form = {"name": "Renamed", "timezone": "UTC"}
    assert browser.post(f"/settings/workspaces/{workspace.pk}/", form).status_code == 403

    browser.post(f"/settings/workspaces/{workspace.pk}/restore/")
    assert named("Café Luna").archived_at is None


def test_archiving_asks_first_and_taking_back_does_not(owner, workspace):
    browser, own = factories.signed_in(owner, at=workspace), f"/settings/workspaces/{workspace.pk}/"

    in_use = Page(browser.get(own).content.decode())
    browser.post(f"{own}archive/")
    archived = Page(browser.get(own).content.decode())

    (question,) = (one for one in in_use.all("form") if one.get("action") == f"{own}archive/")
    assert "dialog" in question.path
    (restore,) = (one for one in archived.all("form") if one.get("action") == f"{own}restore/")
    assert "dialog" not in restore.path


def test_switching_takes_a_member_to_another_workspace(owner, workspace, other_workspace):
    browser = factories.signed_in(owner, at=workspace)

    browser.post("/settings/switch/", {"workspace": str(other_workspace.pk)})

    assert browser.session["workspace_id"] == str(other_workspace.pk)


def test_switching_to_what_one_may_not_see_changes_nothing(owner, workspace, stranger_workspace):
    browser = factories.signed_in(owner, at=workspace)

    browser.post("/settings/switch/", {"workspace": str(stranger_workspace.pk)})
    assert browser.session["workspace_id"] == str(workspace.pk)
    browser.post("/settings/switch/", {"organization": str(stranger_workspace.organization_id)})
    assert browser.session["organization_id"] == str(workspace.organization_id)
    browser.post("/settings/switch/", {"workspace": "not an id", "organization": "nor this"})
    assert browser.session["organization_id"] == str(workspace.organization_id)


def test_a_person_in_two_organizations_chooses(owner, workspace, stranger_workspace):
    with tenancy.across_tenants("a test"):
        other = Organization.objects.get(pk=stranger_workspace.organization_id)
    factories.member(other, Role.ADMIN, person=owner.user)
    browser = factories.signed_in(owner)

    page = browser.get("/settings/switch/").content.decode()
    assert "Northlight Agency" in page
    assert "1 workspace, admin" in page
    browser.post("/settings/switch/", {"organization": str(other.pk)})
    assert "Their client" in browser.get("/settings/workspaces/").content.decode()


def test_an_agency_is_created_where_sign_up_is_open(client, db, settings):
    person = factories.user()
    browser = factories.signed_in(person)
    form = {"name": "New Agency", "timezone": "Europe/Paris"}

    assert browser.post("/settings/organization/new/", form).url == "/settings/workspaces/new/"

    settings.SIGNUP_OPEN = False
    assert browser.post("/settings/organization/new/", form).url == "/settings/switch/"
    with tenancy.across_tenants("a test looks"):
        assert Organization.objects.filter(name="New Agency").count() == 1


def test_the_organization_is_renamed_by_an_admin(organization, workspace):
    admin = factories.member(organization, Role.ADMIN)

    answer = factories.signed_in(admin).post("/settings/organization/", {"name": "Northlight", "timezone": "UTC"})

    assert answer.status_code == 302
    with tenancy.across_tenants("a test looks"):
        assert Organization.objects.get(pk=organization.pk).name == "Northlight"
