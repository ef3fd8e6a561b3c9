"""Whose turn it is among rows that wait: organizations alternate, and in each its workspaces."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from apps.core.querysets import TenantQuerySet
from apps.publishing.engine.fairness import in_turn


def next_of(due: TenantQuerySet[Any], most: int) -> list[UUID]:
    """The ids of those that come next, the oldest of each client first."""
    oldest = [F("next_try_at").asc(), F("id").asc()]
    turn = Window(RowNumber(), partition_by=[F("workspace_id")], order_by=oldest)
    first = due.annotate(turn=turn).order_by("turn", "next_try_at", "id")
    return in_turn(first.values_list("organization_id", "workspace_id", "pk")[:most])
