"""Celery's entrances, woken by beat. Messages are empty: the rows have it all."""

from celery import shared_task

from apps.compliance import services
from apps.compliance.waking import TASK
from apps.core import clock


@shared_task(name=TASK)
def work() -> None:
    services.work_waiting()
    services.prepare_exports(now=clock.now())


@shared_task(name="compliance.keep_rules", ignore_result=True)
def keep_rules() -> None:
    services.keep_rules(now=clock.now())
    services.end_exports(now=clock.now())
    services.carry_out_erasures(now=clock.now())
