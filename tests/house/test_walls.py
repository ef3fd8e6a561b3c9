"""The wall in the database: it stands behind every table of a tenant, whatever the code in front of it does."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.ids import new_id
from apps.core.models import OrganizationOwned
from apps.posts.models import Part, Post
from apps.tenants.models import Membership, Organization, Workspace
from apps.tenants.permissions import Role
from tests.house import walls, world
from tests.support import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
MODELS = [model for model in apps.get_models() if issubclass(model, OrganizationOwned)]


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@contextmanager
def refused(*errors: type[Exception]):
    with pytest.raises(errors or (ProgrammingError,)), transaction.atomic():
        yield


@contextmanager
def as_owner():
    """Tables are made by their owner, as in a migration."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor
        cursor.execute("SET LOCAL ROLE postroom_app")


def test_tests_run_as_the_application_does():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("postroom_app", False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_every_table_of_a_tenant_is_known_and_walled():
    known = {model._meta.db_table for model in MODELS} | {"tenants_organization"}

    assert set(walls.tenant_tables()) == known
    assert walls.tables_without_a_wall() == []


@pytest.mark.parametrize(
    "fault",
    [
        "CREATE TABLE planted (id uuid, organization_id uuid)",
        "ALTER TABLE posts_post DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE posts_post NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON posts_post",
        "CREATE POLICY generous ON posts_post USING (true)",
    ],
)
def test_a_gap_in_the_wall_is_noticed(fault):
    with as_owner() as cursor:
        cursor.execute(fault)

    assert walls.tables_without_a_wall() in (["planted"], ["posts_post"])


def test_every_reference_stays_inside_its_tenant():
    assert walls.references_that_could_leave_the_tenant() == []


def test_a_reference_that_could_leave_the_tenant_is_noticed():
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE posts_part DROP CONSTRAINT posts_part_post_id_tenant_fk")

    assert walls.references_that_could_leave_the_tenant() == ["posts_part.post_id"]


def test_no_row_can_refer_to_what_is_not_there():
    assert walls.references_that_nothing_holds() == []


@pytest.mark.parametrize(
    ("table", "constraint", "column"),
    [
        ("posts_part", "posts_part_post_id_tenant_fk", "posts_part.post_id"),
        ("posts_post", "posts_post_author_id%", "posts_post.author_id"),
        ("tenants_workspace", "tenants_workspace_organization_id%", "tenants_workspace.organization_id"),
        ("events_event", "events_event_organization_id%", "events_event.organization_id"),
    ],
)
def test_a_reference_that_nothing_holds_is_noticed(table, constraint, column):
    with as_owner() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass AND conname LIKE %s",
            [table, constraint],
        )
        ((name,),) = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    assert walls.references_that_nothing_holds() == [column]


def test_without_a_tenant_raw_sql_sees_nothing():
    world.build()

    assert {table: rows_in(table) for table in walls.tenant_tables() if rows_in(table)} == {}
    with tenancy.across_tenants("a test looks"):
        assert rows_in("posts_post") > 0, "there was something to see"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_without_a_tenant_raw_sql_changes_and_removes_nothing(model):
    world.build()
    table = model._meta.db_table
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                assert cursor.rowcount == 0
        except ProgrammingError as error:
            assert "permission denied" in str(error), "append-only tables refuse it outright"  # noqa: PT017


def test_without_a_tenant_nothing_can_be_written(organization):
    with refused():
        Workspace.plain.create(organization=organization, name="Slipped in")


def test_in_one_tenant_nothing_can_be_written_into_another(organization, workspace, stranger_workspace):
    with tenancy.scope(organization_id=stranger_workspace.organization_id):
        with refused():
            Workspace.plain.create(organization=organization, name="Slipped in")
        with refused():
            Post.plain.create(organization=organization, workspace=workspace)
        assert Post.plain.filter(organization=organization).update(title="Taken") == 0


def test_a_member_of_one_workspace_sees_no_row_of_another_even_in_raw_sql(workspace, other_workspace):
    factories.post(workspace)
    factories.post(other_workspace)

    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[workspace.pk]):
        assert rows_in("posts_post") == 1
        assert rows_in("tenants_workspace") == 1
        with refused():
            Post.plain.create(organization_id=workspace.organization_id, workspace=other_workspace)
    with tenancy.scope(organization_id=workspace.organization_id, workspace_ids=[]):
        assert rows_in("posts_post") == 0


def test_a_row_cannot_refer_to_another_tenant(workspace, stranger_workspace):
    foreign = factories.post(stranger_workspace)

    with refused(IntegrityError), tenancy.scope(organization_id=workspace.organization_id):
        Part.plain.create(
            organization_id=workspace.organization_id, workspace=workspace, post_id=foreign.pk, position=0, role="main"
        )
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_row_cannot_claim_a_workspace_of_another_organization(workspace, stranger_workspace):
    with refused(IntegrityError), tenancy.scope(organization_id=workspace.organization_id):
        Post.plain.create(organization_id=workspace.organization_id, workspace=stranger_workspace)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_person_reads_their_own_memberships_and_nobody_elses(owner, organization):
    other = factories.member(factories.organization(), Role.OWNER)

    with tenancy.as_user(owner.user.pk):
        assert list(Membership.plain.all()) == [owner]
        assert list(Organization.objects.all()) == [organization]
        assert rows_in("tenants_workspace") == 0
    with tenancy.as_user(other.user.pk):
        assert list(Membership.plain.all()) == [other]


def test_what_is_in_the_diary_stays_there(workspace):
    with tenancy.scope(organization_id=workspace.organization_id):
        audit.record("workspace.created", subject=workspace, actor=SYSTEM)
        for statement in ("UPDATE audit_entry SET verb = 'nothing'", "DELETE FROM audit_entry"):
            with refused(), connection.cursor() as cursor:
                cursor.execute(statement)
    with tenancy.across_tenants("a test tries"), refused(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")


def test_the_tenant_ends_with_its_scope(workspace):
    factories.post(workspace)

    with tenancy.scope(organization_id=workspace.organization_id):
        assert rows_in("posts_post") == 1
    assert rows_in("posts_post") == 0
    with tenancy.across_tenants("a test looks"):
        assert rows_in("posts_post") == 1
    assert rows_in("posts_post") == 0


def test_an_outer_scope_has_its_own_tenant_back_after_an_inner_one(workspace, stranger_workspace):
    factories.post(workspace)

    with tenancy.scope(organization_id=workspace.organization_id):
        with tenancy.scope(organization_id=stranger_workspace.organization_id):
            assert rows_in("posts_post") == 0
        assert rows_in("posts_post") == 1
        with tenancy.across_tenants("a test looks"):
            assert rows_in("tenants_workspace") == 2
        assert rows_in("tenants_workspace") == 1


@pytest.mark.django_db(transaction=True)
def test_no_tenant_stays_on_a_connection_after_an_error(workspace):
    factories.post(workspace)

    with pytest.raises(ZeroDivisionError), tenancy.scope(organization_id=workspace.organization_id):
        raise ZeroDivisionError
    assert rows_in("posts_post") == 0
    with pytest.raises(ZeroDivisionError), tenancy.across_tenants("a test fails"):
        raise ZeroDivisionError
    assert rows_in("posts_post") == 0


def test_a_name_taken_elsewhere_is_free_here(workspace, stranger_workspace):
    with tenancy.scope(organization_id=stranger_workspace.organization_id):
        made = Workspace.objects.create(name=workspace.name)
    assert made.pk != workspace.pk


def test_an_invented_organization_owns_nothing():
    with tenancy.scope(organization_id=new_id()):
        assert rows_in("tenants_organization") == 0
