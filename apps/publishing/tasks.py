"""The entrances for Celery, woken by beat and by `apps.publishing.waking`. Messages are empty: the rows have it all.

The three rounds of publishing belong to the worker (`rota`); their tasks only nudge them.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.publishing.engine import pace, rounds, tidying
from apps.publishing.rota import Rota, Standing
from apps.publishing.waking import LEAVE, NEAR, TASK

# A post is in the hands that will send it when its hour strikes.
BEFORE_THE_HOUR: Final = timedelta(seconds=2)
PAUSE: Final = 5.0  # seconds
SEARCH_PAUSE: Final = 15.0
# Longer than the pauses, so that somebody is awake when the hour strikes.
AHEAD: Final = NEAR
SEARCH_AHEAD: Final = timedelta(seconds=16)


def _leave(*, again: threading.Event, ending: threading.Event) -> None:
    hands = settings.PUBLISH_CONCURRENCY
    rounds.leave(hands=hands, ahead=BEFORE_THE_HOUR, again=again, ending=ending)


def _prepare(*, again: threading.Event, ending: threading.Event) -> None:
    hands = settings.PUBLISH_STAGE_CONCURRENCY
    rounds.prepare(hands=hands, ahead=AHEAD, again=again, ending=ending)


def _look(*, again: threading.Event, ending: threading.Event) -> None:
    hands = max(1, settings.PUBLISH_STAGE_CONCURRENCY // 2)
    rounds.look(hands=hands, ahead=SEARCH_AHEAD, ending=ending)


LEAVING: Final = Standing("send what is prepared", _leave, pause=PAUSE)
PREPARING: Final = Standing("prepare, and send what is due", _prepare, pause=PAUSE)
LOOKING: Final = Standing("look for lost answers", _look, pause=SEARCH_PAUSE)
ROTA: Final = Rota({"commit": [LEAVING], "stage": [PREPARING, LOOKING]})


@shared_task(name=LEAVE, ignore_result=True)
def leave() -> None:
    LEAVING.nudge()


@shared_task(name=TASK, ignore_result=True)
def publish_due() -> None:
    PREPARING.nudge()


@shared_task(name="publishing.reconcile", ignore_result=True)
def reconcile() -> None:
    LOOKING.nudge()


@shared_task(name="publishing.tidy", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=10))
def tidy() -> None:
    tidying.tidy(now=clock.now())
    pace.forget(now=clock.now())
