"""A row that a gate lets go out later: it waits by itself, shown with its new time, and no person is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.core import clock, tenancy
from apps.events import services as events
from apps.publishing.gates import Obstacle
from apps.publishing.models import FollowUp
from apps.publishing.states import State

Kept = tuple[Any, Obstacle]


def put_off(kept: Iterable[Kept]) -> list[Kept]:
    """Move the next try of rows whose obstacle names a time; the others, which are to be held, are the answer.

    For rows that are due and that nobody has in hand, each in its own tenant; one that has moved meanwhile is left
    alone. No try is counted.
    """
    to_hold = []
    for row, obstacle in kept:
        if obstacle.until is None:
            to_hold.append((row, obstacle))
            continue
        with (
            tenancy.scope(organization_id=row.organization_id, workspace_ids={row.workspace_id}),
            transaction.atomic(),
        ):
            _put_off(row, obstacle)
    return to_hold


def as_it_was_seen(row: Any) -> QuerySet[Any]:
    """The row, if nobody has taken it or moved it to another time since it was read."""
    seen = {"fence": row.fence, "due_at": row.due_at, "next_try_at": row.next_try_at}
    found: QuerySet[Any] = type(row).objects.filter(pk=row.pk, state__in=[State.SCHEDULED, State.READY], **seen)
    return found


def _put_off(row: Any, obstacle: Obstacle) -> None:
    mine = as_it_was_seen(row)
    said = {"problem": obstacle.problem, "problem_words": obstacle.words, "problem_field": ""}
    # What was prepared is looked at again before that: it may not stand so long.
    if not mine.update(
        state=State.SCHEDULED, next_try_at=obstacle.until, stage_at=None, updated_at=clock.now(), **said
    ):
        return
    if not isinstance(row, FollowUp):
        told = {"post_id": row.post_id, "problem": obstacle.problem, "words": obstacle.words}
        events.emit("publication.retrying", subject=row, data={**told, "next_try_at": obstacle.until})
