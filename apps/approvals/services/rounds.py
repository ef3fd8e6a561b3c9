"""One request after the other: opening one for a version of a post, and taking it from step to step.

Whoever calls these holds the post (`Post.objects.locked`), so that decisions, edits and the clock take turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from apps.approvals.content_rules import hits
from apps.approvals.deciders import Bench, bench, votes_on, with_guests, writers_of
from apps.approvals.models import Decision, Policy, Request, StepState
from apps.approvals.sheets import Required, Sheet
from apps.approvals.standing import current_requests, holds
from apps.approvals.states import MOVES, PASSED, RequestState, StepStatus
from apps.core import clock, tenancy
from apps.events import services as events
from apps.posts import services as posts
from apps.posts.models import Post
from apps.posts.states import Review

REVIEWS = {
    RequestState.PENDING: Review.WAITING,
    RequestState.APPROVED: Review.APPROVED,
    RequestState.CHANGES_REQUESTED: Review.CHANGES_REQUESTED,
    RequestState.REJECTED: Review.REJECTED,
}


def policy_of(workspace_id: UUID) -> Policy | None:
    found: Policy | None = Policy.objects.filter(workspace_id=workspace_id, replaced_at=None).first()
    return found


def current(post: Post) -> Request | None:
    """What is being said of the post, with its steps."""
    return current_requests([post.pk]).get(post.pk)


def open_round(
    policy: Policy,
    sheet: Sheet,
    wanted: Sequence[Required],
    *,
    before: Request | None,
    asked_by: UUID | None,
    note: str = "",
    keeps_time: bool = False,
) -> Request:
    """Ask for this version. Steps that were passed in the request before on the same content are taken along, and with
    `keeps_time` (the policy moved the post itself) so are those that had approved the hour before."""
    if before is not None:
        close(before, RequestState.SUPERSEDED)
    post = sheet.post
    own = {"organization_id": tenancy.required_organization(), "workspace_id": post.workspace_id}
    last = Request.objects.filter(post=post).aggregate(last=Max("number"))["last"] or 0
    request = Request.objects.create(
        **own, post=post, policy=policy, number=last + 1, content_hash=sheet.hash, snapshot=_frozen(policy, sheet),
        revision=post.revision, due_at=sheet.due_at, asked_by_id=asked_by, note=note,
    )  # fmt: skip
    passed = {(row.key, row.seal): row for row in before.steps.all()} if before else {}
    rows = [_step(request, number, one, sheet, passed, keeps_time) for number, one in enumerate(wanted)]
    StepState.objects.bulk_create(rows)
    settle(request)
    return request


def _frozen(policy: Policy, sheet: Sheet) -> dict[str, Any]:
    """The version as it is asked about, with what of it hits the content rules as they are now."""
    found = hits(policy.ordered_content_rules, sheet.snapshot)
    return {**sheet.snapshot, **({"hits": [one.as_json() for one in found]} if found else {})}


def settle(request: Request) -> None:
    """Go on as far as the votes carry: pass what is passed, open what is next, and approve when all of it is."""
    now = clock.now()
    for row in StepState.objects.filter(request=request).order_by("position"):
        if row.status in PASSED:
            continue
        if row.status == StepStatus.WAITING:
            _open(request, row, now)
        if not is_passed(request, row):
            posts.note_review(post_id=request.post_id, review=REVIEWS[RequestState.PENDING])
            return
        set_status(row, StepStatus.APPROVED)
    close(request, RequestState.APPROVED)


def is_passed(request: Request, row: StepState) -> bool:
    votes = votes_on(request.post_id, row.step, row.seal, row.due_at)
    return bool(votes) and bench_of(request, row, votes).is_passed_by(votes)


def bench_of(request: Request, row: StepState, votes: Sequence[Decision]) -> Bench:
    """Who may decide the step now; `votes` are its approvals so far."""
    seats = bench(
        row,
        writers=writers_of(request.post, request.asked_by_id),
        allows_self_approval=request.policy.allows_self_approval,
        votes=votes,
    )
    return with_guests(seats, request.post_id)


def close(request: Request, state: RequestState) -> None:
    """Move the request on, and let the post say so."""
    now = clock.now()
    sources = [source for source, targets in MOVES.items() if state in targets]
    if not Request.objects.filter(pk=request.pk, state__in=sources).update(state=state, closed_at=now, updated_at=now):
        raise RuntimeError(f"A request that is {request.state} does not become {state}")
    request.state, request.closed_at = state, now
    posts.note_review(post_id=request.post_id, review=REVIEWS.get(state, Review.NONE))


def set_status(row: StepState, status: StepStatus) -> None:
    now = clock.now()
    StepState.objects.filter(pk=row.pk).update(status=status, closed_at=now, updated_at=now)
    row.status, row.closed_at = status, now


def tell(name: str, request: Request, **data: Any) -> None:
    """Emit an event about the request; whoever listens knows the post from it."""
    events.emit(name, subject=request, data={"post_id": request.post_id, "number": request.number, **data})


def _open(request: Request, row: StepState, now: datetime) -> None:
    # Its rules are looked at at once, which finds the hour of the first.
    escalates_at = now if row.step.escalations else None
    changes = {"status": StepStatus.OPEN, "opened_at": now, "escalates_at": escalates_at}
    StepState.objects.filter(pk=row.pk).update(**changes, updated_at=now)
    row.status, row.opened_at, row.escalates_at = StepStatus.OPEN, now, escalates_at
    told = {"step": row.key, "step_name": row.step.name, "deadline_at": row.deadline_at, "due_at": request.due_at}
    tell("approval.requested", request, **told)


def _step(
    request: Request,
    position: int,
    one: Required,
    sheet: Sheet,
    passed: dict[tuple[str, str], StepState],
    keeps_time: bool,
) -> StepState:
    row = StepState(
        organization_id=request.organization_id,
        workspace_id=request.workspace_id,
        request=request,
        position=position,
        key=one.step.key,
        definition=one.step.as_json(),
        seal=one.seal,
        due_at=sheet.due_at,
        deadline_at=one.step.deadline(sheet.due_at),
    )
    before = passed.get((one.step.key, one.seal))
    if before is not None and (holds(before, one, sheet) or (keeps_time and before.status in PASSED)):
        row.status, row.is_carried, row.closed_at = before.status, True, before.closed_at
        # The hour that people approved, so that many small moves do not add up to one that nobody has.
        row.due_at = sheet.due_at if keeps_time else before.due_at
    return row
