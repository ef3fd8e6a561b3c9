"""Tell a worker that notices wait. A wake-up that is lost costs seconds: beat looks by itself."""

from __future__ import annotations

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)

TASK = "webhooks.handle_notices"
AT_MOST_EVERY = 0.5  # seconds: a flood of notices needs one worker awake, not a flood of messages
AFTER_FAILURE = 30.0  # a queue that is down must not keep the platforms waiting for their answer

_not_before = 0.0


def wake() -> None:
    global _not_before
    now = time.monotonic()
    if now < _not_before:
        return
    _not_before = now + AT_MOST_EVERY
    try:
        current_app.send_task(TASK, expires=10, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        _not_before = now + AFTER_FAILURE
        logger.warning("The queue could not be reached (%s); notices are handled with the next beat", type(error))
