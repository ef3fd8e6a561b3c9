"""Tell a worker that notices or deliveries wait, or that keys are wanted. A wake-up that is lost costs little: beat
looks too."""

from __future__ import annotations

import time

from django.db import transaction

from apps.core import waking

TASK = "webhooks.handle_notices"
DELIVER = "webhooks.deliver"
KEYS_TASK = "webhooks.read_keys"
AT_MOST_EVERY = 0.5  # seconds: a flood of notices needs one worker awake, not a flood of messages
AFTER_FAILURE = 30.0  # a queue that is down must not keep the platforms waiting for their answer

_not_before: dict[str, float] = {}


def wake(task: str = TASK) -> None:
    now = time.monotonic()
    if now < _not_before.get(task, 0.0):
        return
    _not_before[task] = now + AT_MOST_EVERY
    if not waking.send(task, expires=10):
        _not_before[task] = now + AFTER_FAILURE


def wake_deliveries() -> None:
    """Once what was written is there for others to see."""
    transaction.on_commit(lambda: wake(DELIVER))


def wake_for_more() -> None:
    """A round of deliveries ends while there may be more: the next begins at once."""
    waking.send(DELIVER, expires=10)


def wake_for_keys() -> None:
    """Its caller keeps to its own pace: see `services.keys`."""
    waking.send(KEYS_TASK, expires=300)
