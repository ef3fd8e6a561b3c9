"""How much may be on its way to platforms at once: films wait for each other, words wait for nobody.

What is heavy is carried by a part of the hands, and what cannot go yet waits in the yard and in no hand.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.platforms.contract import Draft
from apps.platforms.formats import limits_of
from apps.platforms.uploads import STEP
from apps.publishing.claim import Claim
from apps.publishing.engine.timing import safe_to_send
from apps.publishing.engine.work import Work

PATIENCE: Final = timedelta(seconds=60)  # what waited so long goes on as soon as there is a hand: its lease is running
LIGHT: Final = STEP  # what is sent in one step weighs nothing


class Freight:
    """`most` bytes under way at a time, in `hands` hands at most; one load that is heavier goes when it is alone."""

    def __init__(self, most: int, *, hands: int) -> None:
        self._most = most
        self._hands_left = hands
        self._under_way = 0
        self._changing = threading.Lock()

    def take_up(self, size: int, *, is_pressing: bool = False) -> bool:
        """Whether it may go now; `set_down` follows then. What is pressing waits for a hand alone."""
        if not size:
            return True
        with self._changing:
            may_go = is_pressing or self._under_way == 0 or self._under_way + size <= self._most
            if not self._hands_left or not may_go:
                return False
            self._hands_left -= 1
            self._under_way += size
            return True

    def set_down(self, size: int) -> None:
        if size:
            with self._changing:
                self._hands_left += 1
                self._under_way -= size


@dataclass(frozen=True, slots=True)
class Load:
    """A claim, what was read for it already, and the bytes to be sent for it."""

    claim: Claim
    work: Work | None = None
    size: int = 0


class Yard:
    """Claims whose loads wait until they may go: what is due before what is prepared ahead, as they came."""

    def __init__(self, freight: Freight) -> None:
        self._freight = freight
        self._waiting: list[tuple[Load, float]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def passing(self, loads: Sequence[Load] = (), *, room: int) -> list[Load]:
        """Those that go now into `room` hands: what is light, and of what is heavy the first ones that may."""
        now, going = time.monotonic(), [load for load in loads if not load.size]
        self._waiting += [(load, now) for load in loads if load.size]
        self._waiting.sort(key=lambda one: one[0].claim.is_staging)
        while self._waiting and len(going) < room and self._goes(*self._waiting[0], now):
            going.append(self._waiting.pop(0)[0])
        return going

    def without_time(self, now: datetime) -> list[Claim]:
        """Those whose lease is too short by now to begin; they wait no longer."""
        late = [load.claim for load, _ in self._waiting if not safe_to_send(load.claim, now)]
        self._waiting = [(load, since) for load, since in self._waiting if load.claim not in late]
        return late

    def emptied(self) -> list[Claim]:
        waiting, self._waiting = self._waiting, []
        return [load.claim for load, _ in waiting]

    def _goes(self, load: Load, since: float, now: float) -> bool:
        return self._freight.take_up(load.size, is_pressing=now - since >= PATIENCE.total_seconds())


def weight(work: Work | None) -> int:
    """The bytes that we send for it; none where there are few, where they are there already, where the platform fetches
    them, or where it is not known yet."""
    if work is None or (work.preparation and work.preparation.is_ready):
        return 0
    if limits_of(work.draft, work.adapter.capabilities).pulls_media:
        return 0
    size = _size(work.draft)
    return size if size > LIGHT else 0


def _size(draft: Draft) -> int:
    captions = sum(one.file.size for one in draft.captions)
    return sum(file.size for file in draft.media) + (draft.cover.size if draft.cover else 0) + captions
