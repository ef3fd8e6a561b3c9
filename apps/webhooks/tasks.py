"""Celery's entrances, woken by beat and by `apps.webhooks.waking`. Messages are empty: the rows have it all."""

from celery import shared_task

from apps.webhooks import services
from apps.webhooks.waking import TASK


@shared_task(name=TASK)
def handle_notices() -> None:
    services.handle_waiting()
