"""Tell a worker that somebody waits to be forgotten, or for a file. A lost wake-up costs a minute: beat looks, too."""

from __future__ import annotations

from django.db import transaction

from apps.core import waking

TASK = "compliance.work"


def wake_after_commit() -> None:
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    waking.send(TASK, expires=60)
