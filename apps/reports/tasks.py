"""Celery's entrances, woken by beat. Messages are empty: the rows have it all."""

from datetime import timedelta

from celery import shared_task

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.reports import services


@shared_task(name="reports.open_due", ignore_result=True)
def open_due() -> None:
    services.open_due(now=clock.now())


@shared_task(name="reports.make", ignore_result=True)
def make() -> None:
    services.make_due(now=clock.now())


@shared_task(name="reports.send", ignore_result=True)
def send() -> None:
    services.send_due(now=clock.now())


@shared_task(name="reports.keep_rules", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def keep_rules() -> None:
    services.keep_rules(now=clock.now())
