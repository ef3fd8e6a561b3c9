"""What other rooms tell this one: posts that changed, posts that were planned, members who came and went."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from apps.approvals import services
from apps.approvals.models import Request
from apps.approvals.services.following import posts_to_follow
from apps.approvals.states import RequestState
from apps.core import clock
from apps.events import services as events
from apps.events.models import Event

POSTS: Final = ("post.updated", "post.scheduled", "post.unscheduled", "post.deleted")
MEMBERS: Final = ("member.changed", "member.removed")
PEOPLE: Final = ("group.changed", "absence.changed")


def subscribe() -> None:
    for name in POSTS:
        events.subscribe(name, f"approvals.follow_{name.partition('.')[2]}", follow_post)
    for name in MEMBERS:
        events.subscribe(name, f"approvals.follow_member_{name.partition('.')[2]}", follow_members)
    for name in PEOPLE:
        events.subscribe(name, f"approvals.follow_{name.partition('.')[0]}", follow_members)
    events.subscribe("approval.requested", "approvals.tell_turn", tell_turn)
    events.subscribe("approval.escalated", "approvals.tell_escalation", tell_escalation)
    events.subscribe("approval.commented", "approvals.tell_mentions", tell_mentions)
    events.subscribe("policy.changed", "approvals.follow_policy", follow_policy)


def follow_post(event: Event) -> None:
    """A post that is on the plan is submitted by that: at its hour somebody should have been asked."""
    services.follow(post_id=event.subject_id, asks=True)


def follow_policy(event: Event) -> None:
    workspace_id: UUID | None = event.workspace_id
    if workspace_id:
        services.follow_all(post_ids=posts_to_follow(workspace_id), asks=True)


def follow_members(event: Event) -> None:
    """Who has left counts no more, and where all were to approve, those who are left may have done so."""
    pending = Request.objects.filter(state=RequestState.PENDING).values_list("post_id", flat=True)
    services.follow_all(post_ids=pending)


def tell_turn(event: Event) -> None:
    """Letters are written down here, and sent by a task of their own."""
    services.tell_turn(request_id=event.subject_id, key=event.payload["step"], now=clock.now())


def tell_escalation(event: Event) -> None:
    said = event.payload
    services.tell_escalation(
        request_id=event.subject_id, key=said["step"], rule=said["rule"], deed=said["deed"],
        people=[UUID(pk) for pk in said["people"]], now=clock.now(),
    )  # fmt: skip


def tell_mentions(event: Event) -> None:
    services.tell_mentions(comment_id=event.subject_id, now=clock.now())
