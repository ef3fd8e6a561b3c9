"""Which slot each post gets. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db.models import Q

from apps.posts.models import Queue, Slot
from apps.posts.slots import HORIZON, Opening, openings, shifted
from apps.publishing.models import Publication
from apps.publishing.states import IN_FLIGHT, WAITING, WENT_OUT
from apps.publishing.windows import Windows, windows_of

INSTANT: Final = timedelta(microseconds=1)
FULL: Final = f"Every slot of the next {HORIZON.days // 365} years is taken or closed. Add slots to this queue."
GONE: Final = "This queue was deleted meanwhile."
NO_SLOTS: Final = "This queue has no slots yet. Give it some first."


@dataclass(frozen=True, slots=True)
class Seat:
    """A slot on a day, and when the post goes out there."""

    opening: Opening[Slot]
    due_at: datetime


class Timetable:
    """The slots of a queue from now on, worked out as far as somebody looks."""

    def __init__(self, queue: Queue, now: datetime, *, slots: Collection[Slot] | None = None) -> None:
        found = list(Slot.objects.filter(queue=queue)) if slots is None else slots
        self.queue, self.now = queue, now
        self._ahead = openings(found, queue.zone, after=now)
        self._seen: list[Opening[Slot]] = []

    def __iter__(self) -> Iterator[Opening[Slot]]:
        place = 0
        while place < len(self._seen) or self._look_on():
            yield self._seen[place]
            place += 1

    def _look_on(self) -> bool:
        opening = next(self._ahead, None)
        if opening is not None:
            self._seen.append(opening)
        return opening is not None


@dataclass(slots=True)
class Windowed:
    """What the workspace's windows say, as `windows.window_problems` does, to many posts at once: `moving` have left
    their hours, and what is seated meanwhile counts."""

    windows: Windows
    planned: Counter[tuple[UUID, date]] = field(default_factory=Counter)

    @classmethod
    def of(cls, queue: Queue, account_ids: Collection[UUID], *, moving: Collection[UUID], now: datetime) -> Windowed:
        found = cls(windows_of(queue.workspace))
        if found.windows.daily_most is None:
            return found
        begins = found.windows.begin_of_day(now)
        waiting = Q(state__in=WAITING | IN_FLIGHT, due_at__gte=begins)
        out = Q(state__in=WENT_OUT, published_at__gte=begins)
        rows = Publication.objects.filter(waiting | out, account__in=account_ids).exclude(post__in=moving)
        for account_id, published_at, due_at in rows.values_list("account_id", "published_at", "due_at"):
            found.planned[account_id, found._day(published_at or due_at)] += 1
        return found

    def lets(self, at: datetime, account_ids: Collection[UUID]) -> bool:
        if self.windows.closed(at) is not None:
            return False
        most, day = self.windows.daily_most, self._day(at)
        return most is None or all(self.planned[account_id, day] < most for account_id in account_ids)

    def count(self, mover: Mover, by: int = 1) -> None:
        """That a post goes out at its hour, or, by -1, that it does not any more."""
        if mover.due_at is not None:
            for account_id in mover.account_ids:
                self.planned[account_id, self._day(mover.due_at)] += by

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.windows.zone).date()


@dataclass(frozen=True, slots=True)
class Mover:
    """A post that wants a slot: `rank` is its priority, `due_at` when it goes out as long as nothing changes."""

    post_id: UUID
    account_ids: frozenset[UUID]
    rank: int
    slot_at: datetime | None = None
    due_at: datetime | None = None


def words_of_full(timetable: Timetable) -> str:
    return FULL if next(iter(timetable), None) else NO_SLOTS


def push(
    newcomer: Mover, timetable: Timetable, *, taken: Collection[datetime], behind: Sequence[Mover], windowed: Windowed
) -> list[tuple[Mover, Seat | None]]:
    """A seat for the newcomer and for each that loses its own by that, down to the first that finds a free one.

    The newcomer takes from those `behind` whose priority is lower. Whoever was pushed out takes from its own as well:
    so they all move back by one, and stay in order.
    """
    owners = {one.slot_at: one for one in behind if one.slot_at}
    moved: list[tuple[Mover, Seat | None]] = []
    given, mover, floor, least = set(taken), newcomer, timetable.now, newcomer.rank + 1
    while True:
        barred = given | {at for at, owner in owners.items() if owner.rank < least}
        seat = _first(mover, floor, timetable, barred, windowed, owners)
        moved.append((mover, seat))
        if seat is None:
            return moved
        given.add(seat.opening.at)
        owner = owners.pop(seat.opening.at, None)
        if owner is None:
            return moved
        mover, floor, least = owner, seat.opening.at, owner.rank


def lay(
    movers: Sequence[Mover], timetable: Timetable, *, taken: Collection[datetime], windowed: Windowed, keep: bool
) -> list[Seat | None]:
    """A seat for each, in the order of the list; None where no slot is in sight. With `keep`, none before the slot that
    it had."""
    given, seats, after = set(taken), list[Seat | None](), timetable.now
    for mover in movers:
        own = mover.slot_at - INSTANT if keep and mover.slot_at else after
        seat = _first(mover, max(own, after), timetable, given, windowed)
        seats.append(seat)
        if seat is not None:
            given.add(seat.opening.at)
            after = seat.opening.at
    return seats


def _first(
    mover: Mover,
    after: datetime,
    timetable: Timetable,
    barred: Collection[datetime],
    windowed: Windowed,
    owners: Mapping[datetime, Mover] = MappingProxyType({}),
) -> Seat | None:
    """The first slot that the mover may have; it counts as planned there, and whoever had it does not any more."""
    for opening in timetable:
        if opening.at <= after or opening.at in barred:
            continue
        owner = owners.get(opening.at)
        if owner is not None:
            windowed.count(owner, -1)
        for due_at in _hours(opening, mover, timetable):
            if windowed.lets(due_at, mover.account_ids):
                windowed.count(replace(mover, due_at=due_at))
                return Seat(opening, due_at)
        if owner is not None:
            windowed.count(owner)
    return None


def _hours(opening: Opening[Slot], mover: Mover, timetable: Timetable) -> Iterator[datetime]:
    """The hour that jitter gives; where the windows close that one, the slot's own."""
    yield shifted(opening, timetable.queue.jitter_minutes, seed=mover.post_id, now=timetable.now)
    yield opening.at
