from celery import shared_task

from apps.events import services


@shared_task(name="events.relay")
def relay() -> None:
    services.relay()
