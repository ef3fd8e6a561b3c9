"""Many new posts join queues at once: all seats are found in memory, and written in a number of statements that does
not depend on how many posts there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from apps.core import clock
from apps.core.actors import Actor
from apps.core.together import pending, write
from apps.posts.appointments import at_instant
from apps.posts.errors import PostNotReady
from apps.posts.models import Post, Queue, Variant
from apps.posts.queueing import Priority
from apps.publishing.counting import foresee
from apps.publishing.errors import PostBusy
from apps.publishing.queues.joining import held
from apps.publishing.queues.laying import Mover, Seat, Timetable, Windowed, push
from apps.publishing.queues.moving import move_all, place_in
from apps.publishing.queues.standing import Standing, forget_abandoned, movable, mover_of, places_of
from apps.publishing.services.scheduling import schedule_at
from apps.usage.services import Planned


class OneByOne(Exception):
    """One of them cannot have the seat that the others leave to it: each has to join by itself, so that the seat of one
    that is refused goes to the next."""


@dataclass(frozen=True, slots=True)
class _Newcomer:
    post: Post
    priority: Priority


class Intake:
    """Posts in the order in which they join. They are new: nothing of them is on the plan, and nobody else has them."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._joining: dict[UUID, list[_Newcomer]] = {}
        self._posts: set[UUID] = set()

    def __contains__(self, post: Post) -> bool:
        return post.pk in self._posts

    def add(self, post: Post, queue: Queue, priority: Priority) -> None:
        """`post` is ready but for its hour, and in the workspace of the queue."""
        self._joining.setdefault(queue.pk, []).append(_Newcomer(post, priority))
        self._posts.add(post.pk)

    def settle(self) -> None:
        """Give every post what `join` would give it, one after the other. Raises OneByOne, and then nothing counts."""
        for queue in held(self._joining):
            try:
                self._seat(queue, self._joining.pop(queue.pk))
            except (PostNotReady, PostBusy) as error:
                raise OneByOne from error
        if self._joining:  # a queue that was deleted meanwhile
            raise OneByOne

    def _seat(self, queue: Queue, newcomers: list[_Newcomer]) -> None:
        now = clock.now()
        forget_abandoned(queue, after=now)
        others = places_of(queue, after=now)
        lower = list(others.filter(priority__gt=min(one.priority for one in newcomers)))
        behind = {one.post.pk: one for one in movable(queue, lower, now=now)} if lower else {}
        taken = set(others.exclude(post__in=behind).values_list("slot_at", flat=True))
        seats = _seats(queue, newcomers, behind, taken)
        move_all(queue, [(one, seats[pk]) for pk, one in behind.items() if pk in seats], actor=self._actor)
        foresee(
            Planned(one.post.pk, queue.workspace_id, seats[one.post.pk].due_at, account_id, "")
            for one in newcomers
            for account_id in _accounts_of(one.post)
        )
        for one in newcomers:
            seat = seats[one.post.pk]
            when = replace(at_instant(seat.due_at, queue.zone), note=seat.opening.appointment.note)
            schedule_at(post=one.post, when=when, actor=self._actor, is_warned=False)
            write([place_in(queue, seat, one.post.pk, one.priority)], of=one.post.pk)


def _seats(
    queue: Queue, newcomers: list[_Newcomer], behind: dict[UUID, Standing], taken: set[datetime]
) -> dict[UUID, Seat]:
    """The seat of each newcomer, and of whoever moves back for one of them."""
    seated = {pk: mover_of(one) for pk, one in behind.items()}
    coming = [Mover(one.post.pk, _accounts_of(one.post), one.priority) for one in newcomers]
    accounts = frozenset().union(*(one.account_ids for one in (*coming, *seated.values())))
    now = clock.now()
    timetable, windowed = Timetable(queue, now), Windowed.of(queue, accounts, moving=(), now=now)
    seats: dict[UUID, Seat] = {}
    for newcomer in coming:
        for mover, seat in push(newcomer, timetable, taken=taken, behind=list(seated.values()), windowed=windowed):
            if seat is None:
                raise OneByOne
            seats[mover.post_id] = seat
            seated[mover.post_id] = replace(mover, slot_at=seat.opening.at, due_at=seat.due_at)
    return seats


def _accounts_of(post: Post) -> frozenset[UUID]:
    return frozenset(one.account_id for one in pending(Variant, of=post.pk))
