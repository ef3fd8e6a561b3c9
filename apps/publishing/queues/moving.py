"""Posts of a queue moved to other slots: many at once, in a constant number of statements but for the diary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.querysets import each_its_own
from apps.events import services as events
from apps.posts.models import Place, Post, Queue
from apps.publishing.counting import count_as_it_is
from apps.publishing.models import Publication
from apps.publishing.queues.laying import Seat
from apps.publishing.queues.standing import Standing
from apps.publishing.services.planning import AFRESH
from apps.publishing.states import State
from apps.publishing.waking import wake_after_commit

BATCH: Final = 200
Move = tuple[Standing, Seat]


def move_all(queue: Queue, moves: Sequence[Move], *, actor: Actor) -> int:
    """Give each of these posts its new slot; the number of those that have another hour than before.

    Places are taken back first and given out afterwards: posts may change slots with each other.
    """
    wanted = [(one, seat) for one, seat in moves if _differs(one, seat)]
    Place.objects.filter(pk__in=[one.place.pk for one, _ in wanted]).delete()
    moved = [(one, seat) for one, seat in wanted if _is_elsewhen(one, seat)]
    for first in range(0, len(moved), BATCH):
        _write(queue.zone, moved[first : first + BATCH])
    Place.objects.bulk_create(place_in(queue, seat, one.post.pk, one.place.priority) for one, seat in wanted)
    _tell(queue, moved, actor)
    count_as_it_is({one.post.pk for one, _ in moved})
    return len(moved)


def place_in(queue: Queue, seat: Seat, post_id: UUID, priority: int) -> Place:
    own = {"organization_id": tenancy.required_organization(), "workspace_id": queue.workspace_id}
    at = {"slot": seat.opening.slot, "slot_at": seat.opening.at, "due_at": seat.due_at}
    return Place(queue=queue, post_id=post_id, priority=priority, **at, **own)


def _differs(one: Standing, seat: Seat) -> bool:
    return one.place.slot_at != seat.opening.at or one.place.slot_id != seat.opening.slot.pk or _is_elsewhen(one, seat)


def _is_elsewhen(one: Standing, seat: Seat) -> bool:
    is_held = any(row.state == State.HELD for row in one.publications)
    return is_held or one.place.due_at != seat.due_at


def _write(zone: str, moves: Sequence[Move]) -> None:
    """The hours of posts and publications. Only what was found waiting moves; all of it is locked."""
    due = {row.pk: seat.due_at for one, seat in moves for row in one.publications}
    when = each_its_own(due, models.DateTimeField(), otherwise="due_at")
    # A worker that has read the row before may not hold it for the hour that it had.
    changes = {"due_at": when, "next_try_at": when, "fence": F("fence") + 1, **AFRESH}
    rows = Publication.objects.filter(pk__in=due)
    rows.filter(state=State.SCHEDULED).update(**changes, stage_at=None, updated_at=clock.now())
    rows.steer(State.SCHEDULED, only=[State.HELD], **changes)
    of_posts = {one.post.pk: seat.due_at for one, seat in moves}
    Post.objects.filter(pk__in=of_posts).update(
        due_at=each_its_own(of_posts, models.DateTimeField(), otherwise="due_at"),
        local_due_at=each_its_own(_local(of_posts, zone), models.DateTimeField(), otherwise="local_due_at"),
        timezone=zone,
        updated_at=clock.now(),
    )


def _local(due: Mapping[UUID, datetime], zone: str) -> dict[UUID, datetime]:
    """Wall times, stored as if they were UTC."""
    return {pk: at.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) for pk, at in due.items()}


def _tell(queue: Queue, moves: Sequence[Move], actor: Actor) -> None:
    news = []
    for one, seat in moves:
        local = seat.due_at.astimezone(ZoneInfo(queue.zone)).replace(tzinfo=None)
        said = {"due_at": seat.due_at, "local_due_at": local.isoformat(), "timezone": queue.zone}
        audit.record("post.moved_in_queue", subject=one.post, actor=actor, diff={**said, "queue_id": queue.pk})
        news.append(events.News("post.scheduled", one.post, {**said, "revision": one.post.revision}))
    held = [
        events.News("publication.resumed", row, {"post_id": one.post.pk, "due_at": seat.due_at})
        for one, seat in moves
        for row in one.publications
        if row.state == State.HELD
    ]
    events.emit_all(news)
    events.emit_all(held)
    if held:
        wake_after_commit()
