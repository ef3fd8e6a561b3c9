"""Tell a worker that a report waits. A lost wake-up costs half a minute: beat looks, too."""

from __future__ import annotations

from django.db import transaction

from apps.core import waking

MAKE, SEND = "reports.make", "reports.send"


def wake_after_commit(task: str) -> None:
    transaction.on_commit(lambda: waking.send(task, expires=30), robust=True)
