"""From whom an answer is wanted now, in all workspaces that may be seen; a constant number of queries for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from apps.approvals import selectors
from apps.approvals.deciders import writers_of_each
from apps.approvals.models import Decision, Request, StepState
from apps.approvals.states import APPROVING, OBJECTING, RequestState
from apps.core.actors import ActorKind


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
    able = selectors.benches_of(rows, writers)
    said = _said_of(rows)
    found = []
    for row in rows:
        step = selectors.open_step(row)
        if step is not None and row.pk in able and (step_ids is None or step.pk in step_ids):
            found.append(Asked(row, step, able[row.pk].asked(said[row.pk])))
    return found


def _said_of(rows: Sequence[Request]) -> Mapping[UUID, frozenset[UUID]]:
    """Who has approved the open step of each, by request: in this version, or in one before that it takes along."""
    by_post: dict[UUID, list[Decision]] = {}
    lines = Decision.objects.filter(request__post__in=[row.post_id for row in rows]).select_related("request")
    for one in lines.order_by("decided_at", "id"):
        by_post.setdefault(one.request.post_id, []).append(one)
    return {row.pk: _said(row, by_post.get(row.post_id, [])) for row in rows}


def _said(row: Request, lines: list[Decision]) -> frozenset[UUID]:
    step = selectors.open_step(row)
    if step is None:
        return frozenset()
    objections = [number for number, one in enumerate(lines) if one.verdict in OBJECTING]
    since = lines[objections[-1] + 1 :] if objections else lines
    return frozenset(
        one.decider_id
        for one in since
        if one.seal == step.seal
        and one.verdict in APPROVING
        and one.decider_kind == ActorKind.USER
        and one.decider_id
        and step.step.fits(one.due_at, step.due_at)
    )
