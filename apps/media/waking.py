"""Tell a worker of the media lane that there is something to make. A wake-up that is lost costs seconds: beat looks by
itself."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

TASK = "media.make_renditions"


def wake_after_commit() -> None:
    transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Put an empty message on the queue of the lane; says so in the log, and goes on, when there is no queue."""
    try:
        current_app.send_task(TASK, expires=30, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached (%s); the file is made with the next beat", type(error))
