"""The entrances for Celery, woken by beat."""

from datetime import timedelta

from celery import shared_task

from apps.approvals import services
from apps.core import clock
from apps.core.alone import one_at_a_time


@shared_task(name="approvals.run_out_of_time", ignore_result=True)
def run_out_of_time() -> None:
    services.run_out_of_time(now=clock.now())


@shared_task(name="approvals.escalate", ignore_result=True)
def escalate() -> None:
    services.escalate(now=clock.now())


@shared_task(name="approvals.plan_digests", ignore_result=True)
def plan_digests() -> None:
    services.plan_digests(now=clock.now())


@shared_task(name="approvals.send_letters", ignore_result=True)
def send_letters() -> None:
    services.send_letters(now=clock.now())


@shared_task(name="approvals.forget_letters", ignore_result=True)
@one_at_a_time(at_most=timedelta(minutes=30))
def forget_letters() -> None:
    services.forget_letters(now=clock.now())
    services.forget_links(now=clock.now())
    services.forget_pending(now=clock.now())
