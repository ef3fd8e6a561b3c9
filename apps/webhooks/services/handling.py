"""What waits on the shelf is handed to the rooms it is addressed to, each notice by itself.

A notice that fails is tried again with growing pauses, alone, and after five tries lies on the dead shelf, where it
holds up nobody. A worker that dies takes at most one try from the others it had in hand. Handling is safe to repeat:
what a room does with a notice, it does once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final

from django.db import models, transaction

from apps.core import clock
from apps.webhooks.errors import TooEarly
from apps.webhooks.models import InboundNotice
from apps.webhooks.services import passing
from apps.webhooks.states import NoticeState

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=5)
BATCH: Final = 50
PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
MOST_TRIES: Final = len(PAUSES) + 1
NOTHING_OF_OURS: Final = "It was about nothing that is known here."
TRIED_OFTEN: Final = "Its worker stopped each time."


def handle_waiting(*, most: int = 1000) -> int:
    """Pass on what waits, up to about `most`; how many were taken. Any number of workers may do so at once."""
    done = 0
    while done < most and (taken := _claim()):
        until = clock.now() + LEASE
        for notice in taken:
            if clock.now() < until - LEASE / 2:  # What is left over comes back when the lease is over.
                _handle(notice)
        done += len(taken)
    return done


def _claim() -> list[InboundNotice]:
    """Fresh notices many at a time; one that has failed before, or took its worker down, alone."""
    now = clock.now()
    with transaction.atomic():
        due = InboundNotice.objects.due(now)
        taken = list(due.filter(tries=0).order_by("next_try_at", "id").skipping_locked()[:BATCH])
        taken = taken or list(due.order_by("next_try_at", "id").skipping_locked()[:1])
        rows = InboundNotice.objects.filter(pk__in=[notice.pk for notice in taken])
        rows.update(tries=models.F("tries") + 1, next_try_at=now + LEASE)
    for notice in taken:
        notice.tries += 1
    return taken


def _handle(notice: InboundNotice) -> None:
    if notice.tries > MOST_TRIES:
        _settle(notice, NoticeState.DEAD, problem=notice.problem or TRIED_OFTEN)
        return
    try:
        is_ours = passing.pass_on(notice)
    except TooEarly:
        _again(notice, NoticeState.HANDLED, NOTHING_OF_OURS)
    except Exception as error:  # Whatever is wrong with one notice, the others are handled.
        logger.exception("The notice %s of %s could not be handled", notice.pk, notice.platform)
        _again(notice, NoticeState.DEAD, type(error).__name__)
    else:
        _settle(notice, NoticeState.HANDLED, **({} if is_ours else _without_words()))


def _again(notice: InboundNotice, in_the_end: NoticeState, problem: str) -> None:
    if notice.tries >= MOST_TRIES:
        _settle(notice, in_the_end, problem=problem)
        return
    again_at = clock.now() + PAUSES[notice.tries - 1]
    InboundNotice.objects.filter(pk=notice.pk).update(next_try_at=again_at, problem=problem, updated_at=clock.now())


def _settle(notice: InboundNotice, state: NoticeState, **changes: Any) -> None:
    now = clock.now()
    rows = InboundNotice.objects.filter(pk=notice.pk)
    rows.update(**{"state": state, "handled_at": now, "updated_at": now, "problem": "", **changes})


def _without_words() -> dict[str, Any]:
    """Nobody here is concerned, so what it says about people is none of our business."""
    return {"remote_user_id": "", "remote_id": "", "text": "", "data": {}}
