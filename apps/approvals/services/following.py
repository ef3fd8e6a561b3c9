"""Keeping requests in step with what they are about: the post's content and hour, the policy, and who may decide.

The engine's gate does not depend on any of this; it makes the right people see what changed, and in time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.approvals.models import Request, StepState
from apps.approvals.services.rounds import close, current, open_round, policy_of, settle, tell
from apps.approvals.sheets import Required, Sheet, required, sheet
from apps.approvals.states import ALIVE, RequestState
from apps.core import clock
from apps.posts.models import Post
from apps.publishing.models import Publication
from apps.publishing.states import OPEN, WENT_OUT, State


@transaction.atomic
def follow(*, post_id: UUID, asks: bool = False, keeps_time: bool = False) -> Request | None:
    """The request that the post has after looking at it anew, or None.

    A change of content or policy makes a new request of one that waits or was given, with the steps that it does not
    touch taken along. Where changes were asked for, whoever makes them submits again. With `asks`, a planned post that
    nobody has asked about is submitted.
    """
    post = Post.objects.select_for_update(of=("self",)).get(pk=post_id)
    request = current(post)
    if post.deleted_at is not None:
        _end(request, RequestState.WITHDRAWN)
        return None
    if is_behind_us(states_of([post.pk]).get(post.pk, frozenset())):
        return request
    policy, live = policy_of(post.workspace_id), sheet(post)
    wanted = required(policy, live) if policy else []
    if policy is None or not wanted:
        _end(request, RequestState.NOT_NEEDED)
        return None
    if request is None:
        asks = asks and _is_planned(post)
        return open_round(policy, live, wanted, before=None, asked_by=post.author_id) if asks else None
    if request.state not in ALIVE:
        return request
    if is_as_asked(request, wanted, live):
        _note_policy(request, policy.pk, wanted)
        return _go_on(request)
    return open_round(
        policy, live, wanted, before=request, asked_by=request.asked_by_id, note=request.note, keeps_time=keeps_time
    )


def follow_all(*, post_ids: Iterable[UUID], asks: bool = False) -> int:
    """`follow` for many, in one order so that no two wait for each other; how many there were."""
    ids = sorted(set(post_ids))
    for post_id in ids:
        follow(post_id=post_id, asks=asks)
    return len(ids)


def posts_to_follow(workspace_id: UUID) -> list[UUID]:
    """The posts of a workspace that another policy is about: those with a request, and those on the plan."""
    asked = Request.objects.filter(workspace_id=workspace_id, state__in=ALIVE).values_list("post_id", flat=True)
    planned = Publication.objects.filter(workspace_id=workspace_id, state__in=OPEN - {State.FAILED})
    return [*asked, *planned.values_list("post_id", flat=True)]


def states_of(post_ids: Collection[UUID]) -> dict[UUID, frozenset[State]]:
    """The states of what is on the plan, or was, by post; posts that never were are left out. One query."""
    found: dict[UUID, frozenset[State]] = {}
    rows = Publication.objects.filter(post__in=post_ids).exclude(state=State.CANCELED)
    for post_id, state in rows.values_list("post_id", "state"):
        found[post_id] = found.get(post_id, frozenset()) | {State(state)}
    return found


def is_behind_us(states: Collection[State]) -> bool:
    """Everything of it that was on the plan is out, on its way, or off again: nothing is left to approve."""
    return bool(states) and not set(states) & OPEN


def _is_planned(post: Post) -> bool:
    waiting = OPEN - {State.FAILED}
    return bool(Publication.objects.filter(post=post, state__in=waiting).exists())


def is_out(post_id: UUID) -> bool:
    """Nothing of the post is left to go out."""
    states = states_of([post_id]).get(post_id, frozenset())
    return bool(states) and states <= WENT_OUT


def is_as_asked(request: Request, wanted: list[Required], live: Sheet) -> bool:
    """Whether the post, its hour and what the policy asks of it are what the request is about; it comes with its
    steps."""
    return bool(request.content_hash == live.hash and _same_steps(request, wanted, live))


def _same_steps(request: Request, wanted: list[Required], live: Sheet) -> bool:
    rows = request.steps.all()
    if [(row.key, row.seal) for row in rows] != [(one.step.key, one.seal) for one in wanted]:
        return False
    return all(one.step.fits(row.due_at, live.due_at) for row, one in zip(rows, wanted, strict=True))


def _go_on(request: Request) -> Request:
    """Whoever was asked may have left since, so that the votes of the others are enough now."""
    if request.state == RequestState.PENDING:
        settle(request)
        if request.state == RequestState.APPROVED:
            tell("approval.decided", request, state=request.state)
    return request


def _note_policy(request: Request, policy_id: UUID, wanted: list[Required]) -> None:
    """Names and clocks of the steps may be others by a newer version; whom they ask, and for what, is the same."""
    if request.policy_id == policy_id:
        return
    Request.objects.filter(pk=request.pk).update(policy_id=policy_id)
    request.refresh_from_db(fields=["policy"])
    for row, one in zip(request.steps.all(), wanted, strict=True):
        changes: dict[str, Any] = {"definition": one.step.as_json(), "deadline_at": one.step.deadline(request.due_at)}
        # Other rules may act now, or the same at other hours.
        changes["escalates_at"] = clock.now() if one.step.escalations else None
        StepState.objects.filter(pk=row.pk).update(**changes, overdue_at=None)


def _end(request: Request | None, state: RequestState) -> None:
    if request is not None:
        close(request, state)
        tell("approval.withdrawn", request, state=state)
