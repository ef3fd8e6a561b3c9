"""A worker with one of its guards taken out, to show that the tests of this folder would notice.

POSTROOM_BREAK=intent .venv/bin/pytest tests/faults -m faults -k nothing_is_lost
POSTROOM_BREAK=fence .venv/bin/python manage.py bench publish --fault freeze
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from celery.signals import worker_init

from apps.core import clock
from apps.core.querysets import within_reach
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


def no_fence() -> None:
    """Whoever comes to send does so, whoever has had the row meanwhile and however late it is."""
    from apps.publishing.engine import intents, sending
    from apps.publishing.querysets import SETTLED_AS_NOT_SENT

    def write(model: type[Any], wanted: Sequence[Any], _: object) -> list[Any]:
        rows = within_reach(model).filter(pk__in=[one.claim.row_id for one in wanted])
        # The table itself refuses an open intent in a row that says it was not sent.
        intents._mark(rows.exclude(state__in=SETTLED_AS_NOT_SENT), wanted, clock.now())
        return []

    intents._write = write
    intents.safe_to_send = sending.safe_to_send = lambda *_: True


BREAKS = {"intent": no_intent, "search": no_search, "fence": no_fence}
