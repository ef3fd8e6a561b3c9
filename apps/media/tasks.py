"""Celery's entrances: woken by beat, by a file that has arrived, and by one that is to be made, with nothing in the
message."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.conf import settings

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.media import services, waking
from apps.media.rendering import rounds

ROUND: Final = 50.0  # seconds; what waits longer is the next round's


@shared_task(name=waking.TASK)
def take_in() -> None:
    services.take_in_waiting()


@shared_task(name=waking.MAKE)
def make_renditions() -> None:
    _, is_more = rounds.make(seconds=ROUND)
    if is_more:
        waking.wake_makers()


@shared_task(name="media.cancel_unneeded")
@one_at_a_time(at_most=timedelta(minutes=10))
def cancel_unneeded() -> None:
    services.cancel_unneeded_renditions(since=clock.now() - settings.MEDIA_UNNEEDED_AFTER)


@shared_task(name="media.clean_up")
@one_at_a_time(at_most=timedelta(minutes=30))
def clean_up() -> None:
    services.clean_up(now=clock.now())
