"""What the application's roles may do to tables, granted anew after each migrate."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections

from apps.core.rls import APP_ROLE
from apps.core.tenancy import ACROSS_ROLE


def grant_to_roles(using: str = "default", **_: Any) -> None:
    """Rows may be read and written by both roles; a model that declares `append_only = True` is never changed."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    roles = f"{APP_ROLE}, {ACROSS_ROLE}"
    append_only = [m._meta.db_table for m in apps.get_models() if getattr(m, "append_only", False)]
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {roles}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {roles}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {roles}")
        for table in present.intersection(append_only):
            cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {roles}")
