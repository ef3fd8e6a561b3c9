"""Policies come with their table and can be taken away again, by the migrations' own operations."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.state import ProjectState

from apps.core.checks import application_role_is_walled
from apps.core.rls import (
    CreateRoles,
    OnPostgreSQL,
    ProtectFromTenants,
    ProtectReferences,
    ProtectTable,
    SayReferencesOnce,
)
from tests.house import walls

pytestmark = pytest.mark.django_db


def run(operation: OnPostgreSQL, *, backwards: bool = False) -> None:
    state = ProjectState.from_apps(apps)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL ROLE NONE")
    with connection.schema_editor(atomic=False) as editor:
        move = operation.database_backwards if backwards else operation.database_forwards
        move("posts", editor, state, state)


@pytest.mark.postgres
def test_a_protected_table_can_be_unprotected_and_protected_again():
    run(ProtectTable("Variant"), backwards=True)
    assert walls.tables_without_a_wall() == ["posts_variant"]

    run(ProtectTable("Variant"))

    assert walls.tables_without_a_wall() == []
    assert walls.references_that_could_leave_the_tenant() == []


@pytest.mark.postgres
def test_a_table_of_the_operators_is_opened_to_readers_alone():
    operation = ProtectFromTenants("Variant")
    run(ProtectTable("Variant"), backwards=True)
    run(operation)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT polname::text, polcmd::text FROM pg_policy WHERE polrelid = 'posts_variant'::regclass ORDER BY 1"
        )
        assert cursor.fetchall() == [("across_tenants", "*"), ("tenant", "r")]

    run(operation, backwards=True)
    assert walls.tables_without_a_wall() == ["posts_variant"]


@pytest.mark.postgres
def test_references_are_let_go_and_kept_inside_the_tenant_again():
    run(ProtectReferences("Variant", "post"), backwards=True)
    assert walls.references_that_could_leave_the_tenant() == ["posts_variant.post_id"]

    run(ProtectReferences("Variant", "post"))

    assert walls.references_that_could_leave_the_tenant() == []


@pytest.mark.postgres
def test_references_are_said_twice_and_once_again():
    once = references_of("posts_variant")
    run(SayReferencesOnce("Variant"), backwards=True)
    assert once < references_of("posts_variant")

    run(SayReferencesOnce("Variant"))

    assert references_of("posts_variant") == once


def references_of(table: str) -> set[tuple[str, frozenset[str]]]:
    return {(one.target, one.columns) for one in walls.references() if one.table == table}


@pytest.mark.postgres
def test_roles_are_made_once():
    run(CreateRoles())
    run(CreateRoles())


def test_an_operation_describes_itself():
    assert ProtectTable("Post").describe() == "Protect Post by row-level security"
    assert ProtectFromTenants("Post").describe() == "Let tenants read Post and not write it"
    assert ProtectFromTenants("Post").deconstruct() == ("ProtectFromTenants", ["Post"], {})
    assert ProtectTable("Post", visible="true").deconstruct() == ("ProtectTable", ["Post"], {"visible": "true"})


@pytest.mark.postgres
def test_the_start_is_refused_to_a_role_that_looks_over_the_wall(settings):
    settings.DATABASE_AS_OWNER = False
    assert application_role_is_walled(databases=["default"]) == []

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")  # the owner of the tables
    (error,) = application_role_is_walled(databases=["default"])
    assert error.id == "postroom.E001"
