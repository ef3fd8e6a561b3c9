"""Tell a worker that a file has arrived. A wake-up that is lost costs a minute: beat looks by itself."""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app

logger = logging.getLogger(__name__)

TASK: Final = "media.take_in"


def wake() -> None:
    """Put an empty message on the queue; says so in the log, and goes on, when there is no queue."""
    try:
        current_app.send_task(TASK, expires=60, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached (%s); the file is taken in with the next beat", type(error))
