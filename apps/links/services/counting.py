"""Counting clicks: one row for each link and day, which the database adds to, however many come at once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection

from apps.core import clock, ids
from apps.links.models import ClickDay

ADD = """
INSERT INTO {table} (id, created_at, updated_at, organization_id, workspace_id, link_id, day, clicks)
VALUES (%s, %s, %s, %s, %s, %s, %s, 1)
ON CONFLICT (link_id, day) DO UPDATE SET clicks = {table}.clicks + 1, updated_at = excluded.updated_at
"""


def count(*, organization_id: UUID, workspace_id: UUID, link_id: UUID, day: date) -> None:
    """Add one, in a single statement; nothing of who it was is told to this room. The caller is in the tenant of the
    link, or serves all."""
    now = clock.now()
    fields = {field.column: field for field in ClickDay._meta.local_concrete_fields}
    values = {
        "id": ids.new_id(), "created_at": now, "updated_at": now, "organization_id": organization_id,
        "workspace_id": workspace_id, "link_id": link_id, "day": day,
    }  # fmt: skip
    prepared = [fields[name].get_db_prep_save(value, connection) for name, value in values.items()]
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(table=connection.ops.quote_name(ClickDay._meta.db_table)), prepared)
