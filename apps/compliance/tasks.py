"""Celery's entrances, woken by beat. Messages are empty: the rows have it all."""

from celery import shared_task

from apps.compliance import services
from apps.compliance.waking import TASK


@shared_task(name=TASK)
def work() -> None:
    services.work_waiting()
