"""The slots of a queue on the calendar: which instants they mean, and how far a post may stray from its own.

Wall times follow the rule of `apps.posts.appointments`. Where clocks go forward a slot in the gap moves with them;
where that makes two slots mean the same instant, it is one slot that day, the one whose own time it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.posts.appointments import Appointment, appointment

# Nobody plans further ahead than this, and no search for a free slot goes on for longer.
HORIZON: Final = timedelta(days=731)
DAY: Final = timedelta(days=1)
FAR: Final = timedelta(days=7)


# Whatever has a `weekday` (0 is Monday) and a wall time `at`.
S = TypeVar("S", bound=Any)


@dataclass(frozen=True, slots=True)
class Opening(Generic[S]):
    """One slot on one day. `before` and `after` is how far away its neighbours are."""

    appointment: Appointment
    slot: S
    before: timedelta
    after: timedelta

    @property
    def at(self) -> datetime:
        return self.appointment.due_at


def openings(slots: Iterable[S], zone: str, *, after: datetime, within: timedelta = HORIZON) -> Iterator[Opening[S]]:
    """The slots that come after an instant, each once, in the order in which they come."""
    earlier: datetime | None = None
    held: tuple[Appointment, S] | None = None
    for appointed, slot in _moments(list(slots), zone, after, within + 2 * FAR):
        if held is not None:
            if held[0].due_at > after + within:
                return
            if held[0].due_at > after:
                yield _opening(*held, earlier, appointed.due_at)
            earlier = held[0].due_at
        held = appointed, slot


def shifted(opening: Opening[Any], minutes: int, *, seed: UUID, now: datetime) -> datetime:
    """When the post with the id `seed` goes out in this slot: at most so many minutes off, the same for the same post.

    Never before now, and less than halfway to the neighbours, so that posts go out in the order of their slots.
    """
    before, after = _room(opening.before, minutes), _room(opening.after, minutes)
    number = int.from_bytes(hashlib.sha256(seed.bytes).digest()[:8])
    offset = number % (before + after + 1) - before
    due_at = opening.at + timedelta(minutes=offset)
    return due_at if due_at > now else opening.at + timedelta(minutes=min(abs(offset), after))


def _room(gap: timedelta, minutes: int) -> int:
    return min(minutes, int((gap.total_seconds() / 60 - 1) // 2))


def _opening(appointed: Appointment, slot: S, earlier: datetime | None, later: datetime) -> Opening[S]:
    before = appointed.due_at - earlier if earlier else FAR
    return Opening(appointed, slot, before, later - appointed.due_at)


def _moments(slots: list[S], zone: str, after: datetime, within: timedelta) -> Iterator[tuple[Appointment, S]]:
    """Every slot of the days around, in order; of two at one instant the one whose own time it is."""
    by_weekday: dict[int, list[S]] = defaultdict(list)
    for slot in slots:
        by_weekday[slot.weekday].append(slot)
    if not by_weekday:
        return
    day = after.astimezone(ZoneInfo(zone)).date() - 2 * DAY
    last, waiting = day + within + 4 * DAY, list[tuple[Appointment, S]]()
    while day <= last:
        midnight = datetime.combine(day, time())
        waiting += [
            (appointment(datetime.combine(day, slot.at), zone), slot) for slot in by_weekday.get(day.weekday(), [])
        ]
        waiting.sort(key=lambda one: (one[0].due_at, bool(one[0].note)))
        # Clocks move a slot by a day at most: what is older than that stands in its final order.
        safe = midnight.replace(tzinfo=UTC) - 2 * DAY
        while waiting and waiting[0][0].due_at < safe:
            first = waiting.pop(0)
            waiting = [one for one in waiting if one[0].due_at != first[0].due_at]
            yield first
        day += DAY
