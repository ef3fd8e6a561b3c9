"""Tell a worker that somebody waits to be forgotten, or for a file. A lost wake-up costs a minute: beat looks, too."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

TASK = "compliance.work"


def wake_after_commit() -> None:
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    try:
        current_app.send_task(TASK, expires=60, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached (%s); it is carried out with the next beat", type(error))
