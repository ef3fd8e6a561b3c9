"""A worker with one of its guards taken out, to show that the tests of this folder would notice.

The fence has its control in tests/publishing/test_controls.py: here a worker that froze finds its requests timed out,
and seldom comes as far as to send.

POSTROOM_BREAK=intent .venv/bin/pytest tests/faults -m faults -k nothing_is_lost
"""

from __future__ import annotations

import os
from typing import Any

from celery.signals import worker_init

from config import celery_app as app

__all__ = ["app"]


@worker_init.connect
def take_out(**_: Any) -> None:
    BREAKS[os.environ["POSTROOM_BREAK"]]()


def no_intent() -> None:
    """The request leaves without a word in the row: whoever finds the lease over takes it for never sent."""
    from apps.publishing.engine import intents

    intents.commit = lambda wanted: [True for _ in wanted]


def no_search() -> None:
    """A lost answer counts as not sent."""
    from apps.publishing.engine import outcomes

    outcomes._lost = outcomes._retry


BREAKS = {"intent": no_intent, "search": no_search}
