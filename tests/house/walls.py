"""What PostgreSQL says about its own walls: questions to its catalogue that find a gap."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from apps.core.rls import ACROSS_POLICY, POLICY

# Tables of tenants are known by their column; the organization itself is one too.
TENANT_TABLES = """
    SELECT c.oid, c.relname, c.relispartition, c.relrowsecurity AND c.relforcerowsecurity AS forced
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND (
        c.relname = 'tenants_organization' OR EXISTS (
            SELECT 1 FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND NOT a.attisdropped
        )
    )
"""


def tenant_tables() -> list[str]:
    """Those that a model is of: a part of one has walls, and no name of its own."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT relname FROM ({TENANT_TABLES}) AS tables WHERE NOT relispartition ORDER BY relname")
        return [name for (name,) in cursor.fetchall()]


def tables_without_a_wall() -> list[str]:
    """Tenant-owned tables that lack a policy, or whose owner could look over it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT relname, forced, array(SELECT polname::text FROM pg_policy WHERE polrelid = tables.oid) "
            f"FROM ({TENANT_TABLES}) AS tables ORDER BY relname"
        )
        rows = cursor.fetchall()
    return [name for name, forced, policies in rows if not forced or set(policies) != {POLICY, ACROSS_POLICY}]


@dataclass(frozen=True)
class Reference:
    """A foreign key of the database."""

    table: str
    columns: frozenset[str]
    target: str
    may_be_null: frozenset[str]  # of its columns; where one is NULL nothing is looked at

    def holds(self, column: str, target: str) -> bool:
        """Whether no row can have something in this column that is not in the target."""
        return column in self.columns and self.target == target and self.may_be_null <= {column}


def references() -> list[Reference]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.conrelid::regclass::text, k.confrelid::regclass::text,
                array_agg(a.attname::text), coalesce(array_agg(a.attname::text) FILTER (WHERE NOT a.attnotnull), '{}')
            FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
            WHERE k.contype = 'f' GROUP BY k.oid
            """
        )
        return [
            Reference(table, frozenset(columns), target, frozenset(nullable))
            for table, target, columns, nullable in cursor.fetchall()
        ]


def references_that_could_leave_the_tenant() -> list[str]:
    """Columns that refer from one tenant-owned table to another without repeating the organization."""
    known, owned = references(), set(tenant_tables()) - {"tenants_organization"}
    return [
        f"{table}.{column}"
        for table, column, target in _referring_columns()
        if {table, target} <= owned
        and not any(
            one.table == table and one.target == target and one.columns >= {column, "organization_id"} for one in known
        )
    ]


def references_that_nothing_holds() -> list[str]:
    """Columns in which a row could have the key of something that is not there."""
    known = references()
    return [
        f"{table}.{column}"
        for table, column, target in _referring_columns()
        if not any(one.table == table and one.holds(column, target) for one in known)
        and not (target == "tenants_organization" and any(_brings_organization(one, table) for one in known))
    ]


def _brings_organization(one: Reference, table: str) -> bool:
    """Whether each row of the table refers to a row of the same organization elsewhere, which has one therefore."""
    return one.table == table != one.target and "organization_id" in one.columns and not one.may_be_null


def _referring_columns() -> list[tuple[str, str, str]]:
    """By the models: table, column, and the table that it refers to."""
    return sorted(
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.is_relation and field.db_constraint
    )
