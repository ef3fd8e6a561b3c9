"""Celery's entrances, woken by beat. Messages are empty: the rows have it all."""

from datetime import timedelta

from celery import shared_task

from apps.compliance import services
from apps.compliance.waking import TASK
from apps.core import clock
from apps.core.alone import one_at_a_time


@shared_task(name=TASK)
def work() -> None:
    services.work_waiting()
    services.prepare_exports(now=clock.now())


@shared_task(name="compliance.keep_rules", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def keep_rules() -> None:
    services.keep_rules(now=clock.now())
    services.end_exports(now=clock.now())
    services.carry_out_erasures(now=clock.now())
