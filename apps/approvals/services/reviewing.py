"""What a guest may do by a link: decide about its posts, say something about them, and propose another time.

A decision by a link is a decision like any other (`services.deciding`): the same row, the same chain, the same rules.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.approvals.anchors import AnchorKind, AnchorMalformed, Place, of_place
from apps.approvals.link_errors import HourNotPossible, NotByThisLink, NoTimeProposed, PlaceNotFound, TimeSettled
from apps.approvals.models import Comment, Request, ReviewedPost, Thread
from apps.approvals.reviews import has_reached_guests
from apps.approvals.services.clockwork import catching_up
from apps.approvals.services.deciding import decide
from apps.approvals.services.discussing import comment, resolve
from apps.approvals.services.linking import Reviewer, hold_open
from apps.approvals.states import CURRENT, Verdict, Visibility
from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.posts import selectors as posts
from apps.posts.appointments import HourOutOfReach, named
from apps.posts.models import Post
from apps.publishing import services as publishing

NOWHERE: Final = Place()
BY_GUESTS: Final = frozenset({Verdict.APPROVE, Verdict.REQUEST_CHANGES, Verdict.REJECT})


def decide_by_link(
    *, reviewer: Reviewer, request_id: UUID, verdict: Verdict, note: str = "", post_id: UUID | None = None
) -> Request:
    """What the guest says of the version that they saw, of that post if one is named. Raises LinkOver, NotByThisLink,
    and what `decide` raises: another version than the one on file is never decided."""
    if verdict not in BY_GUESTS:
        raise ValueError("Guests approve, ask for changes, or reject")
    mine = Request.objects.filter(pk=request_id, post__in=own_posts(reviewer))
    about = (mine.filter(post_id=post_id) if post_id else mine).values_list("post_id", flat=True).first()
    if about is None:
        hold_open(reviewer)  # That the link is over comes first.
        raise NotByThisLink
    with catching_up(about):
        hold_open(reviewer)
        return decide(request_id=request_id, verdict=verdict, decider=reviewer.decider, note=note)


@transaction.atomic
def comment_by_link(
    *, reviewer: Reviewer, post_id: UUID, text: str, thread_id: UUID | None = None, place: Place = NOWHERE
) -> Comment:
    """Begin a thread that the team and the client share, at the place that is named if any is; or answer in one.
    Raises LinkOver, NotByThisLink, PlaceNotFound, ReasonMissing."""
    hold_open(reviewer)
    post = _post(reviewer, post_id)
    thread = _thread(post, thread_id) if thread_id else None
    try:
        anchor = of_place(_as_copied(place), posts.manuscript(post)) if thread is None else None
        return comment(post=post, text=text, by=reviewer.decider, thread=thread, anchor=anchor)
    except AnchorMalformed as error:
        raise PlaceNotFound(error.code) from error


@transaction.atomic
def propose_time(*, reviewer: Reviewer, post_id: UUID, local: datetime, note: str = "") -> Comment:
    """Ask, in a shared thread, for the post to go out at another hour of the workspace's wall clock. Nothing moves
    until somebody of the team takes it. Raises LinkOver, NotByThisLink, HourNotPossible."""
    hold_open(reviewer)
    post, zone = _post(reviewer, post_id), reviewer.workspace.timezone
    try:
        is_to_come = named(local, zone).due_at > clock.now()
    except HourOutOfReach:
        is_to_come = False
    if not is_to_come:
        raise HourNotPossible
    place = {"kind": AnchorKind.TIME.value, "local": local.isoformat(timespec="minutes"), "zone": zone}
    words = note.strip() or f"{local:%Y-%m-%d %H:%M}"
    return comment(post=post, text=words, by=reviewer.decider, anchor=place)


@transaction.atomic
def take_proposed_time(*, thread: Thread, actor: Actor) -> Post:
    """Move the post to the hour that a guest proposed, and close the thread, once. It is a change of time like any
    other: steps whose window it leaves are asked again. Raises NoTimeProposed, TimeSettled and what
    `publishing.services.reschedule` raises."""
    thread = Thread.objects.locked(thread.pk)
    if thread.anchor.get("kind") != AnchorKind.TIME:
        raise NoTimeProposed
    if thread.resolved_at is not None:
        raise TimeSettled
    local = datetime.fromisoformat(thread.anchor["local"])
    try:
        named(local, thread.anchor["zone"])
    except HourOutOfReach:
        raise NoTimeProposed from None
    moved = publishing.reschedule(post=thread.post, local=local, zone=thread.anchor["zone"], actor=actor)
    resolve(thread=thread, actor=actor)
    audit.record("approval.time_taken", subject=thread, actor=actor, diff={"due_at": moved.appointment.due_at})
    post: Post = Post.objects.get(pk=thread.post_id)
    return post


def own_posts(reviewer: Reviewer) -> Any:
    """The ids of the posts that the link is for, for other reads."""
    return ReviewedPost.objects.filter(link=reviewer.link).values("post_id")


def _post(reviewer: Reviewer, post_id: UUID) -> Post:
    """One of the link's posts that has come before the client; raises NotByThisLink."""
    mine = Request.objects.filter(post_id=post_id, post__in=own_posts(reviewer), post__deleted_at=None)
    found = mine.filter(state__in=CURRENT).select_related("post").prefetch_related("steps").first()
    if found is None or not has_reached_guests(found):
        raise NotByThisLink
    post: Post = found.post
    return post


def _thread(post: Post, thread_id: UUID) -> Thread:
    found: Thread | None = Thread.objects.filter(pk=thread_id, post=post, visibility=Visibility.SHARED).first()
    if found is None:
        raise NotByThisLink
    return found


def _as_copied(place: Place) -> Place:
    """Without the spaces and quotation marks that somebody has copied along."""
    return replace(place, quote=place.quote.strip().strip("“”\"'«»„"))
