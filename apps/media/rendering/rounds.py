"""One round of a worker of the lane: make what waits, one after the other."""

from __future__ import annotations

import time

from django.conf import settings

from apps.core import clock
from apps.media.rendering import workplace
from apps.media.rendering.claims import claim_next, give_up_deadly
from apps.media.rendering.work import work


def make(*, seconds: float) -> tuple[int, bool]:
    """Begin nothing more after that many seconds; how many were worked on, and whether something may be left for
    another round. Does nothing where as many as may be are at work on this machine: they go on to what waits."""
    with workplace.place(settings.MEDIA_WORKERS) as is_free:
        return _make(seconds) if is_free else (0, False)


def _make(seconds: float) -> tuple[int, bool]:
    workplace.clear_leftovers()
    ends, done = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        give_up_deadly(now=clock.now())
        claim = claim_next(now=clock.now())
        if claim is None:
            return done, False
        work(claim)
        done += 1
    return done, True
