"""The entrances for Celery, woken by beat."""

from datetime import timedelta

from celery import shared_task

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.watch import services


@shared_task(name="watch.look", ignore_result=True)
def look() -> None:
    services.look(now=clock.now())


@shared_task(name="watch.record", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=10))
def record() -> None:
    services.record(now=clock.now())


@shared_task(name="watch.record_again", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def record_again() -> None:
    """Two days back, for what was written down late."""
    now = clock.now()
    services.record(now=now, since=now - timedelta(days=2))
