"""A worker with one of its guards taken out, to show that the tests of this folder would notice.

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
    from apps.publishing.engine import sending

    sending.commit_intent = lambda *_: True


def no_search() -> None:
    """A lost answer counts as not sent."""
    from apps.publishing.engine import outcomes

    outcomes._lost = outcomes._retry


def no_fence() -> None:
    """A worker writes and sends whatever has become of its claim, and does not look at the clock."""
    from apps.core import clock
    from apps.publishing.engine import sending
    from apps.publishing.querysets import SendingQuerySet, _changes

    def note(self: Any, claim: Any, **changes: Any) -> None:
        self.filter(pk=claim.row_id).exclude(state__in=["scheduled", "held", "failed"]).update(
            updated_at=clock.now(), **changes
        )

    def move(self: Any, claim: Any, to: Any, **changes: Any) -> None:
        self.filter(pk=claim.row_id).update(**_changes(to, changes))

    SendingQuerySet.note, SendingQuerySet.move = note, move  # type: ignore[method-assign]
    vars(sending)["safe_to_send"] = lambda *_: True


BREAKS = {"intent": no_intent, "search": no_search, "fence": no_fence}
