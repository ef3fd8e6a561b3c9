"""A post takes a slot of a queue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.core import clock
from apps.core.actors import Actor
from apps.posts.appointments import at_instant
from apps.posts.errors import NotInWorkspace, PostNotReady
from apps.posts.models import Place, Post, Queue, Variant
from apps.posts.problem import ReadinessProblem
from apps.posts.queueing import Priority
from apps.publishing.models import Publication
from apps.publishing.queues.laying import GONE, Mover, Seat, Timetable, Windowed, lay, push, words_of_full
from apps.publishing.queues.moving import Move, move_all, place_in
from apps.publishing.queues.standing import forget_abandoned, may_be_moved, movable, mover_of, places_of
from apps.publishing.services.planning import is_behind_us
from apps.publishing.services.scheduling import Schedule, schedule_at


@dataclass(frozen=True, slots=True)
class Joined:
    """What was planned, the place that the post has, and how many others had to move back for it."""

    schedule: Schedule
    place: Place
    pushed_back: int = 0


def held(queue_ids: Collection[UUID]) -> list[Queue]:
    """These queues, held for the rest of the transaction. Whoever holds posts or uses several queues holds the queues
    first, so that everybody takes turns in one order."""
    rows = Queue.objects.filter(pk__in=queue_ids).select_related("workspace").order_by("pk")
    return list(rows.select_for_update(of=("self",)))


@transaction.atomic
def join(
    *,
    post: Post,
    queue: Queue,
    actor: Actor,
    priority: Priority = Priority.MEDIUM,
    after: datetime | None = None,
) -> Joined:
    """Promise that `post` goes out in the next slot of `queue` that its priority gives it, once on each account; with
    `after`, in the next one after that instant.

    One that stands in a queue already leaves its slot and comes anew. Raises as `services.schedule`, PostNotReady where
    the queue has no slot left or is not there any more, and NotInWorkspace for a queue of another workspace.
    """
    if queue.workspace_id != post.workspace_id:
        raise NotInWorkspace("The queue is not in the workspace of the post")
    now = clock.now()
    found = held([queue.pk])
    if not found:
        raise PostNotReady([ReadinessProblem("queue", "not_found", GONE)])
    queue = found[0]
    Place.objects.filter(post=post).delete()
    forget_abandoned(queue, after=now)
    seat, moves = _seats(queue, Mover(post.pk, _accounts_of(post), priority), max(now, after or now))
    pushed = move_all(queue, moves, actor=actor)
    when = replace(at_instant(seat.due_at, queue.zone), note=seat.opening.appointment.note)
    planned = schedule_at(post=post, when=when, actor=actor)
    place = place_in(queue, seat, post.pk, priority)
    place.save(force_insert=True)
    return Joined(planned, place, pushed)


def offer(
    queue: Queue,
    priority: Priority = Priority.MEDIUM,
    *,
    post_id: UUID | None = None,
    account_ids: Collection[UUID] = (),
) -> Seat | None:
    """The slot that a post would get now; nobody is kept from taking it meanwhile. Without `post_id` its hour is that
    of the slot, from which jitter may move it."""
    now = clock.now()
    others = places_of(queue, after=now)
    lower = others.filter(may_be_moved(queue, now=now), priority__gt=priority)
    taken = others.exclude(pk__in=lower.values("pk")).exclude(post=post_id).values_list("slot_at", flat=True)
    accounts = frozenset(account_ids)
    windowed = Windowed.of(queue, accounts, moving=[post_id] if post_id else [], now=now)
    mover = Mover(post_id or queue.pk, accounts, priority)
    (seat,) = lay([mover], Timetable(queue, now), taken=set(taken), windowed=windowed, keep=False)
    return seat if seat is None or post_id else Seat(seat.opening, seat.opening.at)


def _seats(queue: Queue, newcomer: Mover, now: datetime) -> tuple[Seat, list[Move]]:
    """The seat of the post that comes, and those of the ones that move back for it."""
    others = places_of(queue, after=now)
    lower = list(others.filter(priority__gt=newcomer.rank))
    behind = {one.post.pk: one for one in movable(queue, lower, now=now)} if lower else {}
    taken = others.exclude(post__in=behind).values_list("slot_at", flat=True)
    movers = [mover_of(one) for one in behind.values()]
    accounts = newcomer.account_ids.union(*(one.account_ids for one in movers))
    windowed = Windowed.of(queue, accounts, moving=[newcomer.post_id], now=now)
    timetable = Timetable(queue, now)
    (_, seat), *pushed = push(newcomer, timetable, taken=set(taken), behind=movers, windowed=windowed)
    moves = [(behind[one.post_id], given) for one, given in pushed if given is not None]
    if seat is None or len(moves) < len(pushed):
        raise PostNotReady([no_room(queue, timetable)])
    return seat, moves


def no_room(queue: Queue, timetable: Timetable | None = None) -> ReadinessProblem:
    words = words_of_full(timetable or Timetable(queue, clock.now()))
    return ReadinessProblem("queue", "queue_full", words)


def _accounts_of(post: Post) -> frozenset[UUID]:
    """The accounts that the post has not reached."""
    rows = Publication.objects.filter(post=post)
    behind_us = {row.account_id for row in rows if is_behind_us(row)}
    return frozenset(Variant.objects.filter(post=post).values_list("account_id", flat=True)) - behind_us
