"""Who stands in a queue, and who of them may be moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.posts.models import Place, Post, Queue
from apps.posts.queueing import MOST_JITTER
from apps.publishing.models import Publication
from apps.publishing.queues.laying import Mover
from apps.publishing.states import QUEUE_PAUSED, State

JITTER: Final = timedelta(minutes=MOST_JITTER)


@dataclass(frozen=True, slots=True)
class Standing:
    """A place, its post, and the publications that wait; all of them locked."""

    place: Place
    post: Post
    publications: Sequence[Publication]

    @property
    def account_ids(self) -> frozenset[UUID]:
        return frozenset(row.account_id for row in self.publications)


def places_of(queue: Queue, *, after: datetime) -> QuerySet[Place]:
    """Slots that are taken, from an instant on. A post of which nothing is left on the plan takes none."""
    living = Publication.objects.filter(post=OuterRef("post")).exclude(state=State.CANCELED)
    rows: QuerySet[Place] = Place.objects.filter(Exists(living), queue=queue, slot_at__gt=after)
    return rows


def forget_abandoned(queue: Queue, *, after: datetime) -> None:
    """Free the slots of posts that were taken off the plan one account after the other."""
    kept = places_of(queue, after=after).values("pk")
    Place.objects.filter(queue=queue, slot_at__gt=after).exclude(pk__in=kept).delete()


def movable(queue: Queue, places: Collection[Place], *, now: datetime) -> list[Standing]:
    """Those of the places whose posts may be moved, in the order of their slots; their posts are held from here on."""
    waiting = [place.post_id for place in places]
    posts = {post.pk: post for post in Post.objects.filter(pk__in=waiting).order_by("pk").select_for_update()}
    rows = Publication.objects.filter(post__in=posts).order_by("id").select_for_update(of=("self",))
    found: Mapping[UUID, list[Publication]] = defaultdict(list)
    for row in rows:
        if row.state != State.CANCELED:
            found[row.post_id].append(row)
    # Whoever held a post before us may have taken it out of the queue.
    left = set(Place.objects.filter(pk__in=[place.pk for place in places]).values_list("pk", flat=True))
    return [
        Standing(place, posts[place.post_id], found[place.post_id])
        for place in sorted(places, key=lambda place: place.slot_at)
        if place.pk in left and _may_move(found[place.post_id], queue, now)
    ]


def may_be_moved(queue: Queue, *, now: datetime) -> Q:
    """The same as a condition on places, for those who only look."""
    rows = Publication.objects.filter(post=OuterRef("post")).exclude(state=State.CANCELED)
    paused = Q() if queue.paused_at else Q(due_at__gt=now)
    untouched = Q(state=State.SCHEDULED, attempts_made=0, intent_at=None) & paused
    return Exists(rows) & ~Exists(rows.exclude(untouched | Q(state=State.HELD, problem=QUEUE_PAUSED)))


def mover_of(one: Standing) -> Mover:
    place = one.place
    return Mover(one.post.pk, one.account_ids, place.priority, place.slot_at, place.due_at)


def _may_move(publications: Sequence[Publication], queue: Queue, now: datetime) -> bool:
    return bool(publications) and all(_waits(row, queue, now) for row in publications)


def _waits(row: Publication, queue: Queue, now: datetime) -> bool:
    if row.state == State.HELD:
        return row.problem == QUEUE_PAUSED
    # While the queue is paused, what is past its hour has not been sent either.
    untouched = row.attempts_made == 0 and row.intent_at is None
    return row.state == State.SCHEDULED and untouched and (row.due_at > now or queue.paused_at is not None)
