"""Celery's entrances: woken by beat and by a file that has arrived, with nothing in the message."""

from celery import shared_task

from apps.core import clock
from apps.media import services, waking


@shared_task(name=waking.TASK)
def take_in() -> None:
    services.take_in_waiting()


@shared_task(name="media.clean_up")
def clean_up() -> None:
    services.clean_up(now=clock.now())
