"""The entrances for Celery, woken by beat and by `apps.publishing.waking`. Messages are empty: the rows have it all."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.publishing.engine import rounds, tidying
from apps.publishing.waking import TASK

# A post is in the hands that will send it when its hour strikes.
BEFORE_THE_HOUR: Final = timedelta(seconds=2)
ROUND: Final = 50.0  # seconds; beat starts the next round if there is none
# Longer than the pauses of beat, so that somebody is awake when the hour strikes.
AHEAD: Final = timedelta(seconds=6)
SEARCH_AHEAD: Final = timedelta(seconds=16)

# acks_late=False: a round lasts a minute, and the next wake-up is seconds away. Acknowledging at the end a message
# whose queue was restarted meanwhile takes the worker down.

# One round in a process is enough: it has many hands, and a wake-up that finds one going only nudges it.
_leaving = threading.Lock()
_publishing = threading.Lock()
_looking = threading.Lock()
_again = threading.Event()
_nothing_more = threading.Event()


@shared_task(name="publishing.leave", ignore_result=True, acks_late=False)
def leave() -> None:
    if _leaving.acquire(blocking=False):
        try:
            hands = settings.PUBLISH_CONCURRENCY
            rounds.leave(seconds=ROUND, hands=hands, ahead=BEFORE_THE_HOUR, again=_nothing_more)
        finally:
            _leaving.release()


@shared_task(name=TASK, ignore_result=True, acks_late=False)
def publish_due() -> None:
    _again.set()
    if _publishing.acquire(blocking=False):
        try:
            rounds.prepare(seconds=ROUND, hands=settings.PUBLISH_STAGE_CONCURRENCY, ahead=AHEAD, again=_again)
        finally:
            _publishing.release()


@shared_task(name="publishing.tidy", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=10))
def tidy() -> None:
    tidying.tidy(now=clock.now())


@shared_task(name="publishing.reconcile", ignore_result=True, acks_late=False)
def reconcile() -> None:
    if _looking.acquire(blocking=False):
        try:
            rounds.look(seconds=ROUND, hands=max(1, settings.PUBLISH_STAGE_CONCURRENCY // 2), ahead=SEARCH_AHEAD)
        finally:
            _looking.release()
