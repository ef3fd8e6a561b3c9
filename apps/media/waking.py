"""Tell a worker that a file has arrived, or that one is to be made. A wake-up that is lost costs a minute at most: beat
looks by itself."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

TASK: Final = "media.take_in"
MAKE: Final = "media.make_renditions"


def wake() -> None:
    """A file has arrived."""
    _send(TASK, expires=60)


def wake_makers() -> None:
    """A rendition is to be made."""
    _send(MAKE, expires=30)


def wake_makers_after_commit() -> None:
    transaction.on_commit(wake_makers, robust=True)


def _send(task: str, *, expires: int) -> None:
    """Put an empty message on the queue; say so in the log, and go on, when there is no queue."""
    try:
        current_app.send_task(task, expires=expires, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached for %s (%s); it is done with the next beat", task, type(error))
