"""Celery's entrances, woken by beat and by `apps.webhooks.waking`. Messages are empty: the rows have it all."""

from datetime import timedelta

from celery import shared_task

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.webhooks import services
from apps.webhooks.waking import DELIVER, KEYS_TASK, TASK, wake_for_more


@shared_task(name=TASK)
def handle_notices() -> None:
    services.handle_waiting()


@shared_task(name=KEYS_TASK, ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=2))
def read_keys() -> None:
    services.read_keys()


@shared_task(name="webhooks.listen", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=10))
def listen() -> None:
    services.listen_due(now=clock.now())


@shared_task(name="webhooks.patrol", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=10))
def patrol() -> None:
    services.patrol_due(now=clock.now())


@shared_task(name=DELIVER, ignore_result=True)
def deliver() -> None:
    services.deliver_in_turn(hand_on=wake_for_more)


@shared_task(name="webhooks.forget_deliveries", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def forget_deliveries() -> None:
    services.forget_deliveries(now=clock.now())
