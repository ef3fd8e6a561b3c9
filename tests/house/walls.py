"""What PostgreSQL says about its own walls: questions to its catalogue that find a gap."""

from __future__ import annotations

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


def references_that_could_leave_the_tenant() -> list[str]:
    """Foreign keys between tenant-owned tables with no twin that repeats the organization."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH tables AS ({TENANT_TABLES}),
            links AS (
                SELECT k.conrelid, k.confrelid, (
                    SELECT array_agg(a.attname::text) FROM unnest(k.conkey) AS n
                    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n
                ) AS columns
                FROM pg_constraint k WHERE k.contype = 'f'
                AND k.conrelid IN (SELECT oid FROM tables WHERE relname <> 'tenants_organization')
                AND k.confrelid IN (SELECT oid FROM tables WHERE relname <> 'tenants_organization')
            )
            SELECT conrelid::regclass::text, columns[1] FROM links AS plain
            WHERE cardinality(columns) = 1 AND NOT EXISTS (
                SELECT 1 FROM links AS twin
                WHERE twin.conrelid = plain.conrelid AND twin.confrelid = plain.confrelid
                AND twin.columns @> (plain.columns || 'organization_id'::text)
            )
            """
        )
        return [f"{table}.{column}" for table, column in cursor.fetchall()]
