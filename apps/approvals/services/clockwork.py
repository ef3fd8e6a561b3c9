"""What the clock does to steps whose time has run out: the post is held, moved, or goes out without them.

Where it moves to a slot of its queue, the queue is held before the post, as everybody does who moves along queues.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.approvals.deciders import Decider
from apps.approvals.errors import ContentChanged, RequestClosed
from apps.approvals.models import Decision, Request, StepState
from apps.approvals.services.following import follow
from apps.approvals.services.records import append, decision
from apps.approvals.services.rounds import set_status, settle, tell
from apps.approvals.states import BY_CLOCK, RequestState, StepStatus, Verdict, WhenLate
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM
from apps.posts.errors import PostNotReady
from apps.posts.models import Place, Post
from apps.posts.queueing import Priority
from apps.publishing import queues
from apps.publishing import services as publishing
from apps.publishing.errors import PostBusy

logger = logging.getLogger(__name__)
DAY: Final = timedelta(days=1)
NO_HOUR: Final = "It has no time that it could be moved from."
BATCH: Final = 200
CLOCK: Final = Decider(SYSTEM)
# What a decision is refused with once the post has been looked at anew.
OVERTAKEN: Final = (ContentChanged, RequestClosed)


def run_out_of_time(*, now: datetime) -> int:
    """Apply the policies' rules to every open step whose time has run out; how many requests were looked at."""
    with tenancy.across_tenants("find steps of approvals whose time has run out"):
        # Versions that nobody is asked about any more keep their open step: enough of them would fill every batch.
        asked = StepState.across_tenants.filter(request__state=RequestState.PENDING, status=StepStatus.OPEN)
        late = asked.filter(overdue_at=None, deadline_at__lte=now)
        found = list(
            late.order_by("deadline_at").values_list("organization_id", "workspace_id", "request__post_id")[:BATCH]
        )
    for organization_id, workspace_id, post_id in found:
        try:
            with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}), transaction.atomic():
                hold(post_id)
                run_out_request(post_id=post_id, now=now)
        except Exception:  # One post must not keep the others from their time.
            logger.exception("The clock could not be applied to the approval of post %s", post_id)
    return len(found)


def hold(post_id: UUID) -> None:
    """Hold the post, and before it the queue in which it may get another slot."""
    if places := Place.objects.filter(post=post_id).values_list("queue_id", flat=True):
        queues.held(list(places))
    Post.objects.locked(post_id)


def run_out_request(*, post_id: UUID, now: datetime) -> None:
    """The same for one post, which the caller holds; as many steps as have run out."""
    while row := _late(post_id, now):
        request = row.request
        match row.step.when_late:
            case WhenLate.PUBLISH:
                _write(request, row, Verdict.RAN_OUT)
                set_status(row, StepStatus.RAN_OUT)
                _tell(request, row, WhenLate.PUBLISH)
                settle(request)
            case WhenLate.MOVE if _move(request, row, now):
                return
            case _:
                _note_overdue(request, row, now)


@transaction.atomic
def catch_up(*, post_id: UUID) -> None:
    """What has happened to the post and nobody has followed up yet, followed up; the post stays held."""
    hold(post_id)
    follow(post_id=post_id)
    run_out_request(post_id=post_id, now=clock.now())


@contextmanager
def catching_up(post_id: UUID, refusals: tuple[type[Exception], ...] = OVERTAKEN) -> Iterator[None]:
    """A transaction in which one catches up first. What one of `refusals` takes back of that is done again behind it,
    in a transaction of its own: else whoever ran into another version would run into it for ever."""
    try:
        with transaction.atomic():
            yield
    except refusals:
        catch_up(post_id=post_id)
        raise


def _late(post_id: UUID, now: datetime) -> StepState | None:
    rows = StepState.objects.filter(request__post_id=post_id, request__state=RequestState.PENDING)
    late = rows.filter(status=StepStatus.OPEN, overdue_at=None, deadline_at__lte=now)
    found: StepState | None = late.select_related("request__post", "request__policy").first()
    return found


def _move(request: Request, row: StepState, now: datetime) -> bool:
    """To an hour whose deadline is still to come. What people approved of the other steps stays: it is the policy that
    moves the post."""
    post = request.post
    try:
        with transaction.atomic():
            if not (row.step.moves is None and _to_next_slot(post, row, now)):
                _by_span(post, row, now)
    except (PostBusy, PostNotReady):
        return False  # Nothing of it is on the plan, no slot is left, or its windows are closed then: it is held.
    _write(request, row, Verdict.MOVED)
    _tell(request, row, WhenLate.MOVE)
    follow(post_id=post.pk, keeps_time=True)
    return True


def _to_next_slot(post: Post, row: StepState, now: datetime) -> bool:
    """Whether the post stands in a queue, and has its next slot now."""
    place = Place.objects.filter(post=post).select_related("queue").first()
    if place is None:
        return False
    queues.join(
        post=post, queue=place.queue, actor=SYSTEM, priority=Priority(place.priority), after=now + row.step.notice
    )
    return True


def _by_span(post: Post, row: StepState, now: datetime) -> None:
    """By the policy's span, on the client's wall clock; by days where it said the next slot and there is no queue.
    Raises PostBusy and PostNotReady."""
    if post.local_due_at is None:
        raise PostBusy(NO_HOUR)
    local, zone = post.local_due_at.replace(tzinfo=None), post.timezone
    span = row.step.moves or DAY
    while local.replace(tzinfo=ZoneInfo(zone)) - row.step.notice <= now:
        local += span
    publishing.reschedule(post=post, local=local, zone=zone, actor=SYSTEM)


def _write(request: Request, row: StepState, verdict: Verdict) -> None:
    """Into the log, where it is the policy's own decision, in this version."""
    note = f"Version {request.policy.version} of the policy."
    append(decision(request, row, verdict, decider=CLOCK, due_at=request.due_at, note=note))
    # With how many there are by now: lines from before the diary knew of the clock's are counted with the next.
    known = Decision.objects.filter(request__post_id=request.post_id, verdict__in=BY_CLOCK).count()
    said = {"verdict": verdict, "step": row.key, "known": known}
    audit.record("approval.ran_out", subject=request, actor=SYSTEM, diff=said)


def _note_overdue(request: Request, row: StepState, now: datetime) -> None:
    StepState.objects.filter(pk=row.pk).update(overdue_at=now, updated_at=now)
    _tell(request, row, WhenLate.HOLD)


def _tell(request: Request, row: StepState, outcome: WhenLate) -> None:
    told = {"step": row.key, "step_name": row.step.name, "outcome": outcome, "deadline_at": row.deadline_at}
    tell("approval.expired", request, **told)
