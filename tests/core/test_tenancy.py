"""The first wall: rows of a tenant are read inside its scope, and nowhere else."""

from __future__ import annotations

import threading

import pytest

from apps.core import tenancy
from apps.core.ids import new_id
from apps.posts.models import Post
from apps.tenants.models import Workspace
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_without_a_tenant_nothing_is_read(workspace):
    for read in (Post.objects.all, Workspace.objects.all, Post.across_tenants.all):
        with pytest.raises(tenancy.NoTenant):
            read()


def test_a_scope_shows_its_own_organization(workspace, stranger_workspace):
    mine, theirs = factories.post(workspace), factories.post(stranger_workspace)

    with tenancy.scope(organization_id=workspace.organization_id):
        assert list(Post.objects.all()) == [mine]
        with pytest.raises(Post.DoesNotExist):
            Post.objects.locked(theirs.pk)
        assert Post.objects.locked(mine.pk) == mine


def test_a_scope_shows_the_workspaces_it_names(workspace, other_workspace):
    mine = factories.post(workspace)
    factories.post(other_workspace)

    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[workspace.pk]):
        assert list(Post.objects.all()) == [mine]
        assert list(Workspace.objects.all()) == [workspace]
    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[]):
        assert not Post.objects.exists()


def test_a_workspace_of_another_organization_opens_nothing(workspace, stranger_workspace):
    factories.post(stranger_workspace)

    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[stranger_workspace.pk]):
        assert not Post.objects.exists()


def test_a_new_row_belongs_to_the_organization_in_scope(organization):
    with tenancy.scope(organization_id=organization.pk):
        assert Workspace.objects.create(name="New").organization_id == organization.pk


def test_across_tenants_everything_is_seen_and_a_reason_is_given(workspace, stranger_workspace):
    with tenancy.across_tenants("a test looks"):
        assert Workspace.across_tenants.count() == 2
        with pytest.raises(tenancy.NoTenant):
            Workspace.objects.all()
    with pytest.raises(ValueError, match="Say why"), tenancy.across_tenants(""):
        pass


def test_a_scope_inside_across_tenants_narrows_again(workspace, stranger_workspace):
    with tenancy.across_tenants("a test looks"):
        with tenancy.scope(organization_id=workspace.organization_id):
            assert list(Workspace.objects.all()) == [workspace]
            with pytest.raises(tenancy.NoTenant):
                Workspace.across_tenants.all()
        assert Workspace.across_tenants.count() == 2


def test_an_error_leaves_no_tenant_behind(workspace):
    with pytest.raises(ZeroDivisionError), tenancy.scope(organization_id=workspace.organization_id):
        raise ZeroDivisionError

    assert tenancy.current() == tenancy.NOBODY


def test_a_thread_starts_without_a_tenant(workspace):
    seen: list[tenancy.Tenant] = []
    with tenancy.scope(organization_id=workspace.organization_id):
        thread = threading.Thread(target=lambda: seen.append(tenancy.current()))
        thread.start()
        thread.join()

    assert seen == [tenancy.NOBODY]


def test_rows_of_another_organization_may_not_be_written_here(organization):
    with tenancy.scope(organization_id=organization.pk):
        tenancy.require_organization(organization.pk)
        with pytest.raises(tenancy.NoTenant):
            tenancy.require_organization(new_id())
    with pytest.raises(tenancy.NoTenant):
        tenancy.require_organization(organization.pk)


def test_following_a_foreign_key_needs_no_scoped_manager(workspace):
    post = factories.post(workspace)

    with tenancy.scope(organization_id=workspace.organization_id):
        assert Post.objects.get(pk=post.pk).workspace == workspace
