"""Celery's entrances: woken by beat, nothing in the message."""

from datetime import timedelta

from celery import shared_task

from apps.core.alone import one_at_a_time
from apps.tenants import services


@shared_task(name="tenants.forget_answers")
@one_at_a_time(at_most=timedelta(minutes=10))
def forget_answers() -> None:
    services.forget_answers()
