"""Workers' rounds: what is due is claimed, clients in turn, and read by several hands at once.

The row is the truth. A claim is a conditional UPDATE with a lease and a rising fence; whoever dies leaves a lease that
runs out, and what it has written is there under a key that nobody can write a second time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from apps.analytics.models import Reading
from apps.analytics.services.reading import LEASE, Claim, read
from apps.analytics.services.turns import next_of
from apps.core import clock, tenancy

logger = logging.getLogger(__name__)

SECONDS: Final = 25.0  # of one worker's round; beat begins the next
IN_LINE: Final = 500


def read_due(*, seconds: float = SECONDS) -> int:
    """Read what is due, for so long; how many readings were begun."""
    until, done, line = time.monotonic() + seconds, 0, _Line()
    with _hands(settings.ANALYTICS_CONCURRENCY) as hands:
        while True:
            claims = line.claim(hands.free) if time.monotonic() < until else []
            done += len(claims)
            hands.give(claims)
            if not hands.wait():
                return done


class _Line:
    """Who comes next. It is asked for once in so many claims: to say whose turn it is costs more than to claim."""

    def __init__(self) -> None:
        self._ids: list[UUID] = []

    def claim(self, limit: int) -> list[Claim]:
        while limit:
            is_fresh = not self._ids
            self._ids = self._ids or _in_turn(IN_LINE)
            chosen, self._ids = self._ids[:limit], self._ids[limit:]
            claims = _claim(chosen) if chosen else []
            # Others may have taken all that was in line; whoever has just asked and got nothing is done.
            if claims or is_fresh:
                return claims
        return []


def _in_turn(most: int) -> list[UUID]:
    with tenancy.across_tenants("see whose figures are to be read next"):
        return next_of(Reading.across_tenants.due(clock.now()), most)


def _claim(chosen: list[UUID]) -> list[Claim]:
    now = clock.now()
    with tenancy.across_tenants("claim readings of figures"), transaction.atomic():
        rows = list(Reading.across_tenants.due(now).filter(pk__in=chosen).skipping_locked())
        mine = Reading.across_tenants.filter(pk__in=[row.pk for row in rows])
        mine.update(fence=F("fence") + 1, lease_until=now + LEASE)
    return [Claim(row.organization_id, row.workspace_id, row.pk, row.fence + 1) for row in rows]


class _Inline:
    """One pair of hands, in this very thread."""

    free = 1

    def __init__(self) -> None:
        self._busy = False

    def give(self, claims: list[Claim]) -> None:
        self._busy = bool(claims)
        for claim in claims:
            _read(claim)

    def wait(self) -> bool:
        return self._busy


class _Pool:
    def __init__(self, pool: ThreadPoolExecutor, size: int) -> None:
        self._pool, self._size = pool, size
        self._running: set[Future[None]] = set()

    @property
    def free(self) -> int:
        return self._size - len(self._running)

    def give(self, claims: list[Claim]) -> None:
        self._running |= {self._pool.submit(_read_and_close, claim) for claim in claims}

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
    with ThreadPoolExecutor(size) as pool:
        yield _Pool(pool, size)


def _read_and_close(claim: Claim) -> None:
    try:
        _read(claim)
    finally:
        connection.close()


def _read(claim: Claim) -> None:
    try:
        read(claim)
    except Exception:  # Whatever is wrong with one, the others are read; its lease ends by itself.
        logger.exception("Reading %s could not be carried out", claim.reading_id)
