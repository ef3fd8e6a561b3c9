"""Making queues, changing them, pausing them; and laying anew what waits in them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final

from django.db import IntegrityError, transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM, Actor
from apps.events.models import Event
from apps.posts.models import Queue, Slot
from apps.posts.queueing import LONGEST_NAME, MOST_JITTER
from apps.publishing.queues.errors import QueueRefused
from apps.publishing.queues.joining import held
from apps.publishing.queues.laying import GONE, Timetable, Windowed, lay, words_of_full
from apps.publishing.queues.moving import move_all
from apps.publishing.queues.releasing import release
from apps.publishing.queues.standing import JITTER, forget_abandoned, movable, mover_of, places_of
from apps.tenants.models import Workspace

logger = logging.getLogger(__name__)

MOST_SLOTS: Final = 200
MOST_QUEUES: Final = 100
Hour = tuple[int, time]

NAME_TAKEN: Final = "There is a queue with this name in the workspace already."
WAITS: Final = "Posts wait in this queue, and it is paused. Resume it first, or take them off the plan."


@transaction.atomic
def create(
    *,
    workspace: Workspace,
    name: str,
    actor: Actor,
    slots: Collection[Hour] = (),
    paused: bool = False,
    **settings: Any,
) -> Queue:
    """A queue with these slots. `settings` may name description, timezone and jitter_minutes. Raises QueueRefused."""
    own = {"organization_id": tenancy.required_organization(), "workspace": workspace}
    if Queue.objects.filter(workspace=workspace).count() >= MOST_QUEUES:
        raise QueueRefused(f"A workspace has at most {MOST_QUEUES} queues.", code="too_many")
    queue = Queue(**own, name=_name(name), paused_at=clock.now() if paused else None, **_checked(settings))
    _save_named(queue, force_insert=True)
    _write_slots(queue, slots)
    audit.record("queue.created", subject=queue, actor=actor, diff={"slots": len(slots)})
    return queue


@transaction.atomic
def change(
    *, queue: Queue, actor: Actor, slots: Collection[Hour] | None = None, paused: bool | None = None, **settings: Any
) -> Queue:
    """Change what is named: name, description, timezone, jitter_minutes, all of the slots, and whether it is paused.

    What waits is laid anew where its slots, its clock or its jitter changed. Raises QueueRefused.
    """
    queue = _held(queue)
    said = {**_checked(settings), **({"name": _name(settings["name"])} if "name" in settings else {})}
    diff = {name: [getattr(queue, name), value] for name, value in said.items() if getattr(queue, name) != value}
    for name in diff:
        setattr(queue, name, said[name])
    if diff:
        _save_named(queue, update_fields=list(diff))
    other_slots = slots is not None and _write_slots(queue, slots)
    if diff or other_slots:
        told = {**diff, **({"slots": len(slots or ())} if other_slots else {})}
        audit.record("queue.changed", subject=queue, actor=actor, diff=told)
    if other_slots or diff.keys() & {"timezone", "jitter_minutes"}:
        lay_anew(queue, actor=actor)
    if paused is not None and paused != (queue.paused_at is not None):
        queue = pause(queue=queue, actor=actor) if paused else resume(queue=queue, actor=actor)
    return queue


@transaction.atomic
def add_slot(*, queue: Queue, weekday: int, at: time, actor: Actor) -> Slot:
    """One more slot; what waits is laid anew. Raises QueueRefused, also where there is a slot at that hour."""
    held([queue.pk])
    hours = [slot.hour for slot in Slot.objects.filter(queue=queue)]
    (hour,) = _hours([(weekday, at)])
    if hour in hours:
        raise QueueRefused("There is a slot at this hour already.", field="time", code="taken")
    change(queue=queue, slots=[*hours, hour], actor=actor)
    made: Slot = Slot.objects.get(queue=queue, weekday=hour[0], at=hour[1])
    return made


@transaction.atomic
def remove_slot(*, slot: Slot, actor: Actor) -> None:
    """One slot less; what waits is laid anew. Raises QueueRefused where posts wait and no slot would be left."""
    held([slot.queue_id])
    others = Slot.objects.filter(queue=slot.queue_id).exclude(pk=slot.pk)
    change(queue=slot.queue, slots=[one.hour for one in others], actor=actor)


@transaction.atomic
def pause(*, queue: Queue, actor: Actor) -> Queue:
    """Nothing of the queue goes out from the commit on. What is on its way at this instant may still arrive."""
    queue = _held(queue)
    if queue.paused_at is None:
        queue.paused_at = clock.now()
        queue.save(update_fields=["paused_at"])
        audit.record("queue.paused", subject=queue, actor=actor)
    return queue


@transaction.atomic
def resume(*, queue: Queue, actor: Actor) -> Queue:
    """Go on. What was missed takes the next slots, and what waits behind it moves back as far as it has to. What is out
    on other accounts already takes no slot any more, and goes out now."""
    queue = _held(queue)
    if queue.paused_at is None:
        return queue
    moved = _relay(queue, actor=actor, keep=True)
    queue.paused_at = None
    queue.save(update_fields=["paused_at"])
    released = release(queue)
    audit.record("queue.resumed", subject=queue, actor=actor, diff={"moved": moved, "released": released})
    return queue


@transaction.atomic
def delete(*, queue: Queue, actor: Actor) -> None:
    """Forget the queue; posts that wait in it keep their times. Raises QueueRefused while it is paused and posts wait:
    without the queue nothing would hold them any more."""
    queue = _held(queue)
    if queue.paused_at is not None and _waiting(queue, clock.now()).exists():
        raise QueueRefused(WAITS, code="busy")
    audit.record("queue.deleted", subject=queue, actor=actor)
    queue.delete()


def _held(queue: Queue) -> Queue:
    found = held([queue.pk])
    if not found:
        raise QueueRefused(GONE, code="busy")
    return found[0]


def lay_anew(queue: Queue, *, actor: Actor) -> int:
    """Lay what waits on the slots as they are now, in the order that it has. The caller holds the queue."""
    return _relay(queue, actor=actor, keep=False)


def follow_the_clock(event: Event) -> None:
    """The workspace has another zone: the wall times of its queues are other instants since."""
    if "timezone" not in event.payload.get("changed", ()):
        return
    workspace_queues = Queue.objects.filter(workspace_id=event.subject_id, timezone="")
    for queue in held(list(workspace_queues.values_list("pk", flat=True))):
        try:
            with transaction.atomic():
                lay_anew(queue, actor=SYSTEM)
        except QueueRefused:
            # Its windows leave no room there. What waits keeps its hours, and the windows are asked again at them.
            logger.warning("Queue %s could not follow the clock of its workspace", queue.pk)


def _relay(queue: Queue, *, actor: Actor, keep: bool) -> int:
    now = clock.now()
    forget_abandoned(queue, after=now)
    standing = movable(queue, list(_waiting(queue, now)), now=now)
    movers = [mover_of(one) for one in standing]
    posts = [one.post_id for one in movers]
    taken = places_of(queue, after=now).exclude(post__in=posts).values_list("slot_at", flat=True)
    accounts = frozenset().union(*(one.account_ids for one in movers))
    windowed = Windowed.of(queue, accounts, moving=posts, now=now)
    timetable = Timetable(queue, now)
    seats = lay(movers, timetable, taken=set(taken), windowed=windowed, keep=keep)
    given = [(one, seat) for one, seat in zip(standing, seats, strict=True) if seat is not None]
    if len(given) < len(standing):
        waits = "1 post waits" if len(standing) == 1 else f"{len(standing)} posts wait"
        raise QueueRefused(f"{waits} in this queue. {words_of_full(timetable)}", field="slots")
    return move_all(queue, given, actor=actor)


def _waiting(queue: Queue, now: datetime) -> Any:
    """Places from now on; while the queue is paused, from the beginning of the pause."""
    return places_of(queue, after=queue.paused_at - 2 * JITTER if queue.paused_at else now)


def _write_slots(queue: Queue, wanted: Collection[Hour]) -> bool:
    """Let the queue have these slots and no others; whether that changed any."""
    hours = _hours(wanted)
    there = {slot.hour: slot for slot in Slot.objects.filter(queue=queue)}
    gone = [slot.pk for hour, slot in there.items() if hour not in hours]
    fresh = [hour for hour in hours if hour not in there]
    Slot.objects.filter(pk__in=gone).delete()
    own = {"organization_id": queue.organization_id, "workspace_id": queue.workspace_id, "queue": queue}
    numbered = enumerate(fresh, queue.slots_made + 1)
    Slot.objects.bulk_create(Slot(number=number, weekday=day, at=at, **own) for number, (day, at) in numbered)
    if fresh:
        queue.slots_made += len(fresh)
        queue.save(update_fields=["slots_made"])
    return bool(gone or fresh)


def _hours(wanted: Collection[Hour]) -> Sequence[Hour]:
    hours = sorted({(day, at.replace(second=0, microsecond=0, tzinfo=None)) for day, at in wanted})
    if len(hours) > MOST_SLOTS:
        raise QueueRefused(f"A queue has at most {MOST_SLOTS} slots in a week.", field="slots", code="too_many")
    if any(not 0 <= day <= 6 for day, _ in hours):
        raise QueueRefused("A week has seven days.", field="slots")
    return hours


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise QueueRefused("Give the queue a name.", field="name", code="required")
    if len(name) > LONGEST_NAME:
        raise QueueRefused(f"Keep it to {LONGEST_NAME} characters.", field="name", code="max_length")
    return name


def _checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    jitter = settings.get("jitter_minutes", 0)
    if not 0 <= jitter <= MOST_JITTER:
        raise QueueRefused(f"From 0 to {MOST_JITTER} minutes.", field="jitter_minutes")
    return {name: settings[name] for name in ("description", "timezone", "jitter_minutes") if name in settings}


def _save_named(queue: Queue, **how: Any) -> None:
    try:
        with transaction.atomic():
            queue.save(**how)
    except IntegrityError as error:
        raise QueueRefused(NAME_TAKEN, field="name", code="taken") from error
