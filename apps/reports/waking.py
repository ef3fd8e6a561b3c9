"""Tell a worker that a report waits. A lost wake-up costs half a minute: beat looks, too."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

MAKE, SEND = "reports.make", "reports.send"


def wake_after_commit(task: str) -> None:
    transaction.on_commit(lambda: _wake(task), robust=True)


def _wake(task: str) -> None:
    try:
        current_app.send_task(task, expires=30, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached (%s); it is done with the next beat", type(error).__name__)
