"""Tell a worker that something may be due. A wake-up that is lost costs seconds: beat looks by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from celery import current_app
from django.db import transaction

from apps.core import clock

logger = logging.getLogger(__name__)

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
    """Put an empty message on the queue; says so in the log, and goes on, when there is no queue."""
    try:
        current_app.send_task(task, expires=10, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached (%s); the publication goes out with the next beat", type(error))
