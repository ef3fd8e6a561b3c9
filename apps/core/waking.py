"""Empty messages for workers: something waits. The rows are the truth, and each worker looks at them by itself too, so
that a message which is lost costs a little time. Nobody who has a person, a platform or a transaction waiting may lose
more than that to a queue which is down, or takes calls and never answers.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from celery import current_app

logger = logging.getLogger(__name__)

AFTER_A_FAILURE: Final = 5.0  # seconds in which nobody tries


class Road:
    """The way to the queue. Once it was found closed, one caller at a time, and rarely, finds out whether it still is;
    how long that takes is bounded by `CELERY_BROKER_TRANSPORT_OPTIONS`."""

    def __init__(self) -> None:
        self._closed_until: float | None = None
        self._looking = threading.Lock()

    def send(self, task: str, *, expires: int) -> bool:
        """Put the message on the queue; False, with a word in the log, where there is none."""
        if not self._may_try():
            return False
        try:
            current_app.send_task(task, expires=expires, retry=False, ignore_result=True)
        except Exception as error:  # Every broker has errors of its own, and none of them is a caller's business.
            self._closed_until = time.monotonic() + AFTER_A_FAILURE
            logger.warning("The queue could not be reached for %s (%s); it is done at the next look", task, type(error))
            return False
        self._closed_until = None
        return True

    def _may_try(self) -> bool:
        with self._looking:
            if self._closed_until is None:
                return True
            if time.monotonic() < self._closed_until:
                return False
            self._closed_until = time.monotonic() + AFTER_A_FAILURE  # this caller looks, and others go on
            return True


_road = Road()


def send(task: str, *, expires: int) -> bool:
    """Wake whoever does `task`, unless nobody could take it up within `expires` seconds. Whether it was sent."""
    return _road.send(task, expires=expires)
