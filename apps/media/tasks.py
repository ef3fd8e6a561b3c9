"""The entrances for Celery, woken by beat and by `apps.media.waking`. Messages are empty: the rows have it all."""

from __future__ import annotations

from typing import Final

from celery import shared_task
from django.conf import settings

from apps.core import clock
from apps.media import rendition_services as renditions
from apps.media import waking
from apps.media.rendering import rounds

ROUND: Final = 50.0  # seconds; what waits longer is the next round's


@shared_task(name=waking.TASK, ignore_result=True)
def make_renditions() -> None:
    _, is_more = rounds.make(seconds=ROUND)
    if is_more:
        waking.wake()


@shared_task(name="media.cancel_unneeded", ignore_result=True)
def cancel_unneeded() -> None:
    renditions.cancel_unneeded(since=clock.now() - settings.MEDIA_UNNEEDED_AFTER)
