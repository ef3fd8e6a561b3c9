"""From whom an answer is wanted now, in all workspaces that may be seen; a constant number of queries for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from apps.approvals import selectors
from apps.approvals.deciders import writers_of_each
from apps.approvals.models import Request, StepState
from apps.approvals.states import RequestState


@dataclass(frozen=True, slots=True)
class Asked:
    """An open step and the people from whom an answer is wanted; `request` comes with post and workspace."""

    request: Request
    row: StepState
    people: frozenset[UUID]


def asked(*, step_ids: Collection[UUID] | None = None, workspace_ids: Collection[UUID] | None = None) -> list[Asked]:
    """What waits, the earliest hour first; with `step_ids` of these steps alone."""
    rows = selectors.requests().select_related("post", "workspace").filter(state=RequestState.PENDING)
    rows = rows.filter(post__deleted_at=None, workspace__archived_at=None).order_by("workspace_id", "id")
    if step_ids is not None:
        rows = rows.filter(pk__in=StepState.objects.filter(pk__in=step_ids).values("request"))
    if workspace_ids is not None:
        rows = rows.filter(workspace__in=workspace_ids)
    found: list[Asked] = []
    for _, group in groupby(rows, key=lambda row: row.workspace_id):
        found += _asked_in_workspace(list(group), step_ids)
    return sorted(found, key=lambda one: (one.request.due_at is None, one.request.due_at, one.request.pk))


def _asked_in_workspace(rows: Sequence[Request], step_ids: Collection[UUID] | None) -> list[Asked]:
    writers = writers_of_each([(row.post, row.asked_by_id) for row in rows])
    votes = selectors.votes_of(rows)
    able, said = selectors.benches_of(rows, writers, votes), selectors.said_in(votes)
    found = []
    for row in rows:
        step = selectors.open_step(row)
        if step is not None and row.pk in able and (step_ids is None or step.pk in step_ids):
            found.append(Asked(row, step, able[row.pk].asked(said[row.pk])))
    return found
