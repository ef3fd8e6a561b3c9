"""Tell a worker that notices wait, or that keys are wanted. A wake-up that is lost costs little: beat looks too."""

from __future__ import annotations

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)

TASK = "webhooks.handle_notices"
KEYS_TASK = "webhooks.read_keys"
AT_MOST_EVERY = 0.5  # seconds: a flood of notices needs one worker awake, not a flood of messages
AFTER_FAILURE = 30.0  # a queue that is down must not keep the platforms waiting for their answer

_not_before = 0.0


def wake() -> None:
    global _not_before
    now = time.monotonic()
    if now < _not_before:
        return
    _not_before = now + AT_MOST_EVERY
    if not _send(TASK, expires=10):
        _not_before = now + AFTER_FAILURE


def wake_for_keys() -> None:
    """Its caller keeps to its own pace: see `services.keys`."""
    _send(KEYS_TASK, expires=300)


def _send(task: str, *, expires: int) -> bool:
    try:
        current_app.send_task(task, expires=expires, retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own, and none of them is this caller's business.
        logger.warning("The queue could not be reached (%s); %s comes with the next beat", type(error), task)
        return False
    return True
