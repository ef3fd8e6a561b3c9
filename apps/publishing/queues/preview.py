"""What a queue is going to do: its next slots, and who has them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from apps.core import clock
from apps.posts.models import Part, Place, Queue, Slot
from apps.posts.queueing import Priority
from apps.publishing.models import Publication
from apps.publishing.moments import moment
from apps.publishing.queues.joining import offer
from apps.publishing.queues.laying import Timetable
from apps.publishing.queues.standing import JITTER, places_of
from apps.publishing.states import State
from apps.publishing.windows import windows_of
from apps.tenants.models import Workspace

SHOWN: Final = 20
MOST_OFFERS: Final = 12


class Availability(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"  # by the workspace's publishing windows


@dataclass(frozen=True, slots=True)
class Line:
    """A slot on a day. `due_at` is when its post goes out; `words` say why it is closed."""

    at: datetime
    zone: str
    slot: Slot | None
    place: Place | None = None
    words: str = ""

    @property
    def availability(self) -> Availability:
        if self.place is not None:
            return Availability.TAKEN
        return Availability.CLOSED if self.words else Availability.FREE

    @property
    def local_at(self) -> datetime:
        return self.at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def due_at(self) -> datetime | None:
        return self.place.due_at if self.place else None

    @property
    def post_id(self) -> UUID | None:
        return self.place.post_id if self.place else None

    @property
    def priority(self) -> Priority | None:
        return Priority(self.place.priority) if self.place else None


def preview(queue: Queue, *, slots: list[Slot] | None = None, most: int = SHOWN) -> list[Line]:
    """The next slots, free or taken or closed; posts that keep a slot which was removed meanwhile are among them."""
    now = clock.now()
    text = Part.objects.filter(post=OuterRef("post"), position=0).values("text")[:1]
    rows = places_of(queue, after=now).select_related("post", "slot").annotate(text=Subquery(text))
    places = {place.slot_at: place for place in rows.order_by("slot_at")}
    lines = list(islice(_lines(queue, places, now, slots), most))
    shown = {line.at for line in lines}
    last = max(shown, default=None)
    stray = [place for at, place in places.items() if at not in shown and (len(lines) < most or (last and at < last))]
    lines += [Line(place.slot_at, queue.zone, None, place) for place in stray]
    return sorted(lines, key=lambda line: line.at)[:most]


@dataclass(frozen=True, slots=True)
class QueueOffer:
    """A queue to choose, and the time that a post would get there now. `at` None: it has no slot left, or there are so
    many queues that it was not asked."""

    id: UUID
    label: str
    at: datetime | None


def offers(
    workspace: Workspace, *, post_id: UUID | None = None, account_ids: Collection[UUID] = ()
) -> list[QueueOffer]:
    """The queues of a workspace with what each has to offer to a post of medium priority."""
    rows = Queue.objects.filter(workspace=workspace).select_related("workspace").order_by("name")
    return [
        _offer(queue, post_id, account_ids) if number < MOST_OFFERS else QueueOffer(queue.pk, queue.name, None)
        for number, queue in enumerate(rows)
    ]


def _offer(queue: Queue, post_id: UUID | None, account_ids: Collection[UUID]) -> QueueOffer:
    seat = offer(queue, post_id=post_id, account_ids=account_ids)
    if seat is None:
        return QueueOffer(queue.pk, f"{queue.name}: no slot is free", None)
    about = "about " if queue.jitter_minutes and post_id is None else ""
    paused = " (paused)" if queue.paused_at else ""
    at = moment(seat.due_at, ZoneInfo(queue.workspace.timezone))
    return QueueOffer(queue.pk, f"{queue.name}{paused}: {about}{at}", seat.due_at)


def with_counts(rows: QuerySet[Queue]) -> QuerySet[Queue]:
    """Queues with `waiting`: how many posts are still to go out of each."""
    still = Publication.objects.filter(post=OuterRef("post"), state__in=[State.SCHEDULED, State.STAGING, State.READY])
    held = Publication.objects.filter(post=OuterRef("post"), state=State.HELD)
    begins = clock.now() - 2 * JITTER
    waiting = Place.objects.filter(Q(Exists(still), slot_at__gt=begins) | Q(Exists(held)), queue=OuterRef("pk"))
    counted = waiting.order_by().values("queue").annotate(number=Count("pk")).values("number")
    return rows.annotate(waiting=Subquery(counted))


def _lines(queue: Queue, places: Mapping[datetime, Place], now: datetime, slots: list[Slot] | None) -> Iterator[Line]:
    windows = windows_of(queue.workspace)
    for opening in Timetable(queue, now, slots=slots):
        obstacle = windows.closed(opening.at)
        place = places.get(opening.at)
        words = obstacle.words if obstacle and not place else ""
        yield Line(opening.at, queue.zone, opening.slot, place, words)
