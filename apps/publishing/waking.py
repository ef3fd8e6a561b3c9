"""Tell a worker that something may be due. A wake-up that is lost costs seconds: beat looks by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction

from apps.core import clock, waking

TASK = "publishing.publish_due"
LEAVE = "publishing.leave"

# A round that pauses finds by itself what is due later than that. Longer than any pause between two rounds.
NEAR: Final = timedelta(seconds=6)


def wake_after_commit() -> None:
    transaction.on_commit(wake, robust=True)


def wake_for(hours: Iterable[datetime], *, task: str = TASK) -> None:
    """Wake whoever takes up what is due at these instants, after the commit, if one of them is sooner than a round
    that pauses would look again."""
    if min(hours) < clock.now() + NEAR:
        transaction.on_commit(partial(wake, task), robust=True)


def wake(task: str = TASK) -> None:
    """Put an empty message on the queue, where there is one."""
    waking.send(task, expires=10)
