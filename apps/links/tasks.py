"""Celery's entrances, woken by beat. Messages are empty: the rows have it all."""

from datetime import timedelta

from celery import shared_task

from apps.core.alone import one_at_a_time
from apps.links import services


@shared_task(name="links.check_domains", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=5))
def check_domains() -> None:
    services.check_domains()
