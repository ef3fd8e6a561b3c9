"""What is counted from the snapshots, counted anew. The database keeps it with each snapshot; this is for the day on
which somebody doubts it, or has written snapshots past the triggers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.analytics.models import AccountDay, AccountSnapshot, PostTotal, PublicationSnapshot, Reading
from apps.core import tenancy
from apps.tenants.models import Workspace

WHY: Final = "find the workspaces whose figures are counted anew"


def rebuild_rollups(*, organization_id: UUID | None = None) -> int:
    """Count the rollups of all workspaces anew, or of those of one organization; of how many workspaces. Each is whole
    in one transaction, and pages go on reading what was there."""
    with tenancy.across_tenants(WHY):
        rows = Workspace.across_tenants.order_by("pk")
        rows = rows.filter(organization_id=organization_id) if organization_id else rows
        found = list(rows.values_list("organization_id", "pk"))
    for own in found:
        rebuild_workspace(*own)
    return len(found)


def rebuild_workspace(organization_id: UUID, workspace_id: UUID) -> None:
    """Raises whatever the database does, and then all is as it was."""
    with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}), transaction.atomic():
        for model in (AccountDay, PostTotal):
            model.objects.filter(workspace_id=workspace_id).delete()
        with connection.cursor() as cursor:
            for statement in (fill(*what) for what in KEPT):
                cursor.execute(statement, [_value(workspace_id)])
            cursor.execute(POINT, [_value(workspace_id)])


def fill(kept: Any, snapshots: Any, key: str, newest: str, condition: str, *, where: str = "workspace_id = %s") -> str:
    """The statement that counts one of `KEPT`, where there is nothing yet."""
    names = ", ".join(_columns(kept))
    return (
        f"INSERT INTO {kept._meta.db_table} ({names}) SELECT {names} FROM (SELECT {names}, "  # noqa: S608
        f"row_number() OVER (PARTITION BY {key} ORDER BY {newest} DESC) AS place "
        f"FROM {snapshots._meta.db_table} WHERE {where} AND {condition}) AS known WHERE place = 1"
    )


def _columns(model: Any) -> Iterable[str]:
    return (field.column for field in model._meta.concrete_fields)


def _value(id: UUID) -> UUID | str:
    return id if connection.vendor == "postgresql" else id.hex


# The table, that of its snapshots, what is one, which holds of each, and which count.
KEPT: Final = (
    (AccountDay, AccountSnapshot, "account_id, day", "revision", "1 = 1"),
    (PostTotal, PublicationSnapshot, "publication_id", "taken_at DESC, id", "missing = ''"),
)
_TOTAL = f"SELECT total.id FROM {PostTotal._meta.db_table} AS total"  # noqa: S608
_OF = f"total.publication_id = {Reading._meta.db_table}.publication_id"
POINT: Final = (
    f"UPDATE {Reading._meta.db_table} SET latest_id = ({_TOTAL} WHERE {_OF}) "  # noqa: S608
    "WHERE workspace_id = %s AND publication_id IS NOT NULL"
)
