"""Tell a worker that a file has arrived, or that one is to be made. A wake-up that is lost costs a minute at most: beat
looks by itself."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from apps.core import waking

TASK: Final = "media.take_in"
MAKE: Final = "media.make_renditions"


def wake() -> None:
    """A file has arrived."""
    waking.send(TASK, expires=60)


def wake_makers() -> None:
    """A rendition is to be made."""
    waking.send(MAKE, expires=30)


def wake_makers_after_commit() -> None:
    transaction.on_commit(wake_makers, robust=True)
