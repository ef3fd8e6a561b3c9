"""Workers' rounds: what is due is claimed, clients in turn, and read by several hands at once.

The row is the truth. A claim is a conditional UPDATE with a lease and a rising fence; whoever dies leaves a lease that
runs out, and what it has written is there under a key that nobody can write a second time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from apps.analytics.models import Reading
from apps.analytics.services.reading import Claim, read
from apps.analytics.services.turns import next_of
from apps.core import clock, tenancy
from apps.platforms import registry

logger = logging.getLogger(__name__)

SECONDS: Final = 28.0  # of one worker's round; beat begins the next soon after
IN_LINE: Final = 500
MOST_COMPANIONS: Final = 500  # of what is claimed at once
MEETING_SECONDS: Final = 5.0

Group = list[Claim]  # what is read together


def read_due(*, seconds: float = SECONDS) -> int:
    """Read what is due, for so long; how many readings were begun."""
    until, done, line = time.monotonic() + seconds, 0, _Line()
    with _hands(settings.ANALYTICS_CONCURRENCY) as hands:
        while True:
            groups = line.claim(hands.free) if time.monotonic() < until else []
            done += sum(map(len, groups))
            hands.give(groups)
            if not hands.wait():
                line.let_go()
                return done


class _Line:
    """Who comes next. It is asked for once in so many claims, for to say whose turn it is costs more than to claim; and
    some are claimed at a time, of which a few wait for a hand."""

    def __init__(self) -> None:
        self._ids: list[UUID] = []
        self._groups: deque[Group] = deque()

    def claim(self, limit: int) -> list[Group]:
        while limit and not self._groups:
            is_fresh = not self._ids
            self._ids = self._ids or _in_turn(IN_LINE)
            size = max(limit, settings.ANALYTICS_CONCURRENCY // 2)
            chosen, self._ids = self._ids[:size], self._ids[size:]
            self._groups.extend(_claim(chosen) if chosen else ())
            # Others may have taken all that was in line; whoever has just asked and got nothing is done.
            if is_fresh:
                break
        return [self._groups.popleft() for _ in range(min(limit, len(self._groups)))]

    def let_go(self) -> None:
        """Give back what was claimed and not begun."""
        left = [claim.reading_id for group in self._groups for claim in group]
        if left:
            with tenancy.across_tenants("give back readings of figures"):
                Reading.across_tenants.filter(pk__in=left).update(lease_until=None)
            self._groups.clear()


def _in_turn(most: int) -> list[UUID]:
    with tenancy.across_tenants("see whose figures are to be read next"):
        return next_of(Reading.across_tenants.due(clock.now()), most)


def _claim(chosen: list[UUID]) -> list[Group]:
    """Take these, and with each post those of its account that are due as well, as far as one request tells of them."""
    now = clock.now()
    with tenancy.across_tenants("claim readings of figures"), transaction.atomic():
        due = Reading.across_tenants.due(now).select_related("account")
        rows = sorted(due.filter(pk__in=chosen).skipping_locked(), key=lambda row: chosen.index(row.pk))
        groups = _grouped(rows, _companions(due, rows))
        mine = Reading.across_tenants.filter(pk__in=[row.pk for group in groups for row in group])
        mine.update(fence=F("fence") + 1, lease_until=now + settings.ANALYTICS_LEASE)
    return [[Claim(row.organization_id, row.workspace_id, row.pk, row.fence + 1) for row in group] for group in groups]


def _companions(due: Any, rows: list[Reading]) -> list[Reading]:
    accounts = {row.account_id for row in rows if row.publication_id and _at_once(row) > 1}
    if not accounts:
        return []
    posts = due.filter(account__in=accounts, publication__isnull=False).exclude(pk__in=[row.pk for row in rows])
    return list(posts.order_by("next_try_at", "pk").skipping_locked()[:MOST_COMPANIONS])


def _grouped(rows: list[Reading], companions: list[Reading]) -> list[list[Reading]]:
    """Each account by itself; posts of one account together, up to so many as one request tells of. Those in line all
    have a place, companions only beside them."""
    groups: list[list[Reading]] = []
    open_groups: dict[UUID, list[Reading]] = {}
    for place, row in enumerate((*rows, *companions)):
        group = open_groups.get(row.account_id) if row.publication_id else None
        if group is not None and len(group) < _at_once(row):
            group.append(row)
        elif place < len(rows):
            groups.append(group := [row])
            if row.publication_id:
                open_groups[row.account_id] = group
    return groups


def _at_once(row: Reading) -> int:
    return registry.adapter_class(row.account.platform).metrics_at_once


class _Inline:
    """One pair of hands, in this very thread."""

    free = 1

    def __init__(self) -> None:
        self._busy = False

    def give(self, groups: list[Group]) -> None:
        self._busy = bool(groups)
        for group in groups:
            _read(group)

    def wait(self) -> bool:
        return self._busy


class _Pool:
    def __init__(self, pool: ThreadPoolExecutor, size: int) -> None:
        self._pool, self._size = pool, size
        self._running: set[Future[None]] = set()

    @property
    def free(self) -> int:
        return self._size - len(self._running)

    def give(self, groups: list[Group]) -> None:
        self._running |= {self._pool.submit(_read, group) for group in groups}

    def wait(self) -> bool:
        """Until a hand is free; False where none was busy."""
        if not self._running:
            return False
        _, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        return True


@contextmanager
def _hands(size: int) -> Iterator[Any]:
    if size == 1:
        yield _Inline()
        return
    with ThreadPoolExecutor(size, thread_name_prefix="figures") as pool:
        try:
            yield _Pool(pool, size)
        finally:
            _close_connections(pool, size)


def _close_connections(pool: ThreadPoolExecutor, size: int) -> None:
    """Each hand has kept its own for all of the round; they meet here, so that each closes one."""
    meeting = threading.Barrier(size)

    def close() -> None:
        connection.close()
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=MEETING_SECONDS)

    for _ in range(size):
        pool.submit(close)


def _read(group: Group) -> None:
    try:
        read(group)
    except Exception:  # Whatever is wrong with one, the others are read; its lease ends by itself.
        logger.exception("Readings %s could not be carried out", [claim.reading_id for claim in group])
        connection.close_if_unusable_or_obsolete()
