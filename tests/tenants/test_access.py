"""The door of every page: who is let in, with which tenant in context."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory

from apps.core import clock as system_clock
from apps.core import tenancy
from apps.tenants.access import page, truncated
from apps.tenants.members import member_of
from apps.tenants.models import Workspace, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.support import factories

pytestmark = pytest.mark.django_db


@page("post.view")
def names(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(Workspace.objects.values_list("name", flat=True)))


def visit(view, membership, *, at: Workspace | None = None):
    request = RequestFactory().get("/")
    request.user = membership.user
    request.session = {}
    if at:
        request.session = {"organization_id": str(at.organization_id), "workspace_id": str(at.pk)}
    return view(request)


def test_an_owner_sees_every_workspace(owner, workspace, other_workspace, stranger_workspace):
    assert visit(names, owner).content.decode() == "Café Luna,Delta Outdoor"


def test_a_creator_sees_the_workspaces_opened_to_them(organization, workspace, other_workspace):
    creator = factories.member(organization, Role.CREATOR, workspaces=[other_workspace])

    assert visit(names, creator).content.decode() == "Delta Outdoor"


def test_an_access_that_has_ended_opens_nothing(organization, workspace):
    creator = factories.member(organization, Role.CREATOR, workspaces=[workspace])
    with tenancy.across_tenants("a test"):
        WorkspaceAccess.across_tenants.update(access_until=system_clock.now() - timedelta(seconds=1))

    with pytest.raises(PermissionDenied):
        visit(names, creator)


def test_nothing_stays_in_context_after_the_view(owner, workspace):
    visit(names, owner)

    assert tenancy.current() == tenancy.NOBODY
    with pytest.raises(tenancy.NoTenant):
        Workspace.objects.count()


def test_a_template_is_rendered_inside_the_tenant(owner, workspace):
    @page("post.view")
    def late(request):
        template = engines["django"].from_string("{% for place in places %}{{ place.name }}{% endfor %}")
        return TemplateResponse(request, template, {"places": Workspace.objects.all()})

    assert visit(late, owner).content.decode() == "Café Luna"


def test_a_view_without_transaction_opens_the_tenant_itself(owner, workspace):
    @page("post.view", transaction=False)
    def calls_a_platform(request):
        assert tenancy.current() == tenancy.NOBODY
        with request.member.scope():
            return HttpResponse(str(Workspace.objects.count()))

    assert visit(calls_a_platform, owner).content == b"1"


def test_a_permission_outside_the_role_is_refused(organization, workspace):
    viewer = factories.member(organization, Role.VIEWER, workspaces=[workspace])

    @page("post.edit")
    def edit(request):
        raise AssertionError("a viewer came in")

    with pytest.raises(PermissionDenied, match=r"post\.edit"):
        visit(edit, viewer)


def test_a_role_holds_in_its_own_workspace_only(organization, workspace, other_workspace):
    person = factories.member(organization, Role.MANAGER, workspaces=[workspace])
    with tenancy.across_tenants("a test"):
        WorkspaceAccess.plain.create(
            organization=organization, workspace=other_workspace, membership=person, role=Role.VIEWER
        )
    member = member_of(person.user, organization.pk, workspace_id=workspace.pk)

    assert member is not None
    assert member.may("post.schedule")
    member.require("post.view", other_workspace.pk)
    with pytest.raises(PermissionDenied):
        member.require("post.schedule", other_workspace.pk)


def test_an_archived_workspace_can_be_read_and_restored_and_no_more(owner, workspace, organization):
    with tenancy.across_tenants("a test"):
        Workspace.across_tenants.filter(pk=workspace.pk).update(archived_at=system_clock.now())
    member = member_of(owner.user, organization.pk)

    assert member is not None
    assert member.workspace is None
    assert member.may_in(workspace, "post.view")
    assert member.may_in(workspace, "workspace.archive")
    assert not member.may_in(workspace, "post.schedule")


def test_a_stranger_to_the_organization_is_no_member_of_it(owner, stranger_workspace):
    assert member_of(owner.user, stranger_workspace.organization_id) is None


def test_a_session_that_names_a_foreign_organization_falls_back_to_ones_own(owner, workspace, stranger_workspace):
    assert visit(names, owner, at=stranger_workspace).content.decode() == "Café Luna"


def test_a_person_without_an_organization_is_asked_to_create_one(client, db):
    client.force_login(factories.user(), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/settings/workspaces/").url == "/settings/organization/new/"


def test_an_owner_without_a_workspace_is_asked_to_create_one(owner):
    assert visit(names, owner).url == "/settings/workspaces/new/"


def test_who_is_not_signed_in_signs_in_first(client, db):
    assert client.get("/settings/members/").url == "/accounts/login/?next=/settings/members/"


def test_a_piece_of_a_page_sends_the_whole_page_to_the_sign_in(client, db):
    page_it_is_on = "http://testserver/settings/workspaces/"

    answer = client.get("/settings/members/", headers={"HX-Request": "true", "HX-Current-URL": page_it_is_on})

    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/settings/workspaces/"


def test_a_permission_that_nobody_holds_is_a_mistake_in_the_code():
    with pytest.raises(ValueError, match=r"post\.juggle"):
        page("post.juggle")


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("not an address", "")],
)
def test_an_address_is_kept_without_its_last_part(address, kept):
    assert truncated(address) == kept
