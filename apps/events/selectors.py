"""The outbox as others read it: in one order, with nothing that turns up later behind their back.

Ids rise with the clock, but a transaction that began earlier may commit later. So whoever writes an event holds a lock
until they commit that is named after the second, and what is younger than the oldest of these is not shown yet.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from apps.core import tenancy
from apps.core.querysets import visible
from apps.events.models import Event

SKEW: Final = timedelta(seconds=2)  # between the clocks of the machines that write
LOCKS: Final = 0x657674  # the class of advisory locks that writers of events hold


def feed(*, now: datetime, after: UUID | None = None, names: Collection[str] = ()) -> QuerySet[Event]:
    """Events of the organization in context, or of the workspaces that may be seen, in the order of their ids."""
    rows: QuerySet[Event] = Event.objects.filter(created_at__lt=_settled_before(now)).order_by("pk")
    rows = visible(rows, "workspace_id", tenancy.required())
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return rows.filter(name__in=names) if names else rows


def being_written(now: datetime) -> tuple[int, int]:
    """The name of the lock that whoever writes events holds until they commit: it tells since when."""
    return LOCKS, int(now.timestamp()) & 0x7FFFFFFF


def _settled_before(now: datetime) -> datetime:
    """Before this instant nobody writes any more. On SQLite one writes at a time, so ids rise with the commits."""
    if connection.vendor != "postgresql":
        return now + timedelta(microseconds=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(objid::bigint) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND datname = current_database()"
            " AND pid <> pg_backend_pid()",
            [LOCKS],
        )
        (oldest,) = cursor.fetchone()
    return (min(now, datetime.fromtimestamp(oldest, UTC)) if oldest else now) - SKEW
