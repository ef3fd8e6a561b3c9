"""What the application's roles may do to tables, granted anew after each migrate."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections

from apps.core.rls import APP_ROLE
from apps.core.tenancy import ACROSS_ROLE


def grant_to_roles(using: str = "default", **_: Any) -> None:
    """Rows may be read and written by both roles; a model that declares `append_only = True` is never changed, and
    rows of one that declares `written_once = True` may go, but are not rewritten."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    roles = f"{APP_ROLE}, {ACROSS_ROLE}"
    append_only, written_once = _declared("append_only"), _declared("written_once")
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {roles}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {roles}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {roles}")
        for tables, rights in ((append_only, "UPDATE, DELETE"), (written_once, "UPDATE")):
            for table in _present(cursor, tables):
                cursor.execute(f"REVOKE {rights} ON {connection.ops.quote_name(table)} FROM {roles}")


def _declared(name: str) -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if getattr(model, name, False)]


def _present(cursor: Any, tables: list[str]) -> list[str]:
    """Those that are there, and the parts that some of them lie in."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relname = ANY (%(tables)s) OR oid IN ("
        "SELECT inhrelid FROM pg_inherits JOIN pg_class AS whole ON whole.oid = inhparent"
        " WHERE whole.relname = ANY (%(tables)s))",
        {"tables": tables},
    )
    return [name for (name,) in cursor.fetchall()]
