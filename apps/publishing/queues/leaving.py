"""A post gives its slot back, and goes out at the hour that it has."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.posts import services as posts
from apps.posts.models import Place, Post
from apps.publishing.errors import PostBusy
from apps.publishing.services.holding import hold, refuse_in_flight
from apps.publishing.services.scheduling import NOTHING_WAITS
from apps.publishing.states import QUEUE_PAUSED, WAITING, State

MISSED: Final = "Its queue is paused and its hour has passed. Choose another time, or send it now."


@transaction.atomic
def leave(*, post: Post, actor: Actor) -> Post:
    """Take the post out of its queue; its appointment stays. One that stands in none stays as it is.

    Raises PostBusy where nothing of it waits, or some of it is on its way, or it is held by its queue's pause.
    """
    post, publications = hold(post)
    place = Place.objects.filter(post=post).first()
    if place is None:
        return post
    refuse_in_flight(publications)
    if any(row.state == State.HELD and row.problem == QUEUE_PAUSED for row in publications):
        raise PostBusy(MISSED)
    if not any(row.state in WAITING | {State.HELD} for row in publications):
        raise PostBusy(NOTHING_WAITS)
    posts.leave_queue(post=post)
    audit.record("post.left_queue", subject=post, actor=actor, diff={"queue_id": place.queue_id})
    events.emit("post.updated", subject=post, data={"revision": post.revision})
    return post
