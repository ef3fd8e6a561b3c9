"""Asking for approval of a post as it stands, and taking that back."""

from __future__ import annotations

from django.db import transaction

from apps.approvals.errors import OUT, AlreadyAsked, NotNeeded, RequestClosed
from apps.approvals.models import Request
from apps.approvals.services.clockwork import catch_up, catching_up
from apps.approvals.services.following import is_out
from apps.approvals.services.rounds import close, current, open_round, policy_of, tell
from apps.approvals.sheets import required, sheet
from apps.approvals.states import ALIVE, RequestState
from apps.audit import services as audit
from apps.core.actors import Actor
from apps.posts.models import Post


def submit(*, post: Post, actor: Actor, note: str = "") -> Request:
    """Ask for approval of the post as it stands. Steps that have approved the same content in the request before are
    not asked again. Raises NotNeeded, AlreadyAsked, and RequestClosed once it is out."""
    with catching_up(post.pk, (NotNeeded, AlreadyAsked, RequestClosed)):
        catch_up(post_id=post.pk)
        return _submitted(Post.objects.locked(post.pk), actor, note)


def _submitted(held: Post, actor: Actor, note: str) -> Request:
    policy, live, before = policy_of(held.workspace_id), sheet(held), current(held)
    wanted = required(policy, live) if policy else []
    if policy is None or not wanted:
        raise NotNeeded
    if is_out(held.pk):
        raise RequestClosed(OUT)
    if before is not None and before.state in ALIVE:
        raise AlreadyAsked
    request = open_round(policy, live, wanted, before=before, asked_by=actor.user_id, note=note.strip())
    said = {"post_id": held.pk, "number": request.number}
    audit.record("approval.requested", subject=request, actor=actor, diff=said)
    return request


@transaction.atomic
def withdraw(*, request_id: object, actor: Actor) -> Request:
    """Take the request back: nobody is asked any more, and an approval that was given is gone. Raises RequestClosed."""
    request: Request = Request.objects.get(pk=request_id)
    Post.objects.locked(request.post_id)
    request.refresh_from_db()
    if request.state not in ALIVE:
        raise RequestClosed
    close(request, RequestState.WITHDRAWN)
    audit.record("approval.withdrawn", subject=request, actor=actor)
    tell("approval.withdrawn", request, state=request.state)
    return request
