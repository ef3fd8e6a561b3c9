"""Celery's entrances, woken by beat. Messages are empty: the rows have it all."""

from datetime import timedelta

from celery import shared_task

from apps.analytics import services
from apps.core import clock
from apps.core.alone import one_at_a_time


@shared_task(name="analytics.open_nights", ignore_result=True)
def open_nights() -> None:
    services.open_nights(now=clock.now())


@shared_task(name="analytics.read", ignore_result=True)
def read() -> None:
    services.read_due()


@shared_task(name="analytics.work_imports", ignore_result=True)
def work_imports() -> None:
    services.work_imports()


@shared_task(name="analytics.work_history", ignore_result=True)
def work_history() -> None:
    services.work_history()


@shared_task(name="analytics.look", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=10))
def look() -> None:
    services.look()


@shared_task(name="analytics.keep_months", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def keep_months() -> None:
    services.keep_months(today=clock.now().date())


@shared_task(name="analytics.keep_rules", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def keep_rules() -> None:
    services.forget_unverified(now=clock.now())
