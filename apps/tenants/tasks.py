"""Celery's entrances: woken by beat, nothing in the message."""

from celery import shared_task

from apps.tenants import services


@shared_task(name="tenants.forget_answers")
def forget_answers() -> None:
    services.forget_answers()
