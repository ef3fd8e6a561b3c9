"""The entrances for Celery, woken by beat."""

from celery import shared_task

from apps.approvals import services
from apps.core import clock


@shared_task(name="approvals.run_out_of_time", ignore_result=True)
def run_out_of_time() -> None:
    services.run_out_of_time(now=clock.now())


@shared_task(name="approvals.escalate", ignore_result=True)
def escalate() -> None:
    services.escalate(now=clock.now())
