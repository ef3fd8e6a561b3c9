"""Celery's entrances, woken by beat and by `apps.webhooks.waking`. Messages are empty: the rows have it all."""

from celery import shared_task

from apps.core import clock
from apps.webhooks import services
from apps.webhooks.waking import DELIVER, TASK


@shared_task(name=TASK)
def handle_notices() -> None:
    services.handle_waiting()


@shared_task(name="webhooks.listen", ignore_result=True)
def listen() -> None:
    services.listen_due(now=clock.now())


@shared_task(name="webhooks.patrol", ignore_result=True)
def patrol() -> None:
    services.patrol_due(now=clock.now())


@shared_task(name=DELIVER, ignore_result=True)
def deliver() -> None:
    services.deliver_due()


@shared_task(name="webhooks.forget_deliveries", ignore_result=True)
def forget_deliveries() -> None:
    services.forget_deliveries(now=clock.now())
