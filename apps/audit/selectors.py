"""Reads of the diary: what was done, narrowed by who did it, to what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.querysets import visible


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty fields narrow nothing. A verb that ends in `.*` is a family: `post.*`."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    workspace_id: UUID | None = None
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(wanted: Wanted) -> QuerySet[Entry]:
    """The entries of the tenant in context that fit, the newest first."""
    rows = visible(Entry.objects.all(), "workspace_id", tenancy.required())
    narrowed = {
        "actor_id": wanted.actor_id,
        "subject_id": wanted.subject_id,
        "workspace_id": wanted.workspace_id,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in narrowed.items() if value is not None})
    if wanted.verb.endswith(".*"):
        return rows.filter(verb__startswith=wanted.verb.removesuffix("*"))
    return rows.filter(verb=wanted.verb) if wanted.verb else rows
