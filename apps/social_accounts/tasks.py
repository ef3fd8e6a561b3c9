"""Celery's entrances: woken by beat, ids at most in the message."""

from datetime import timedelta

from celery import shared_task

from apps.core import clock
from apps.core.alone import one_at_a_time
from apps.social_accounts import services
from apps.social_accounts.services import breakers, portal


@shared_task(name="social_accounts.refresh_expiring")
def refresh_expiring() -> None:
    services.refresh_expiring(now=clock.now())


@shared_task(name="social_accounts.check_accounts")
@one_at_a_time(at_most=timedelta(minutes=5))
def check_accounts() -> None:
    services.check_accounts(now=clock.now())


@shared_task(name="social_accounts.forget_journeys")
@one_at_a_time(at_most=timedelta(minutes=10))
def forget_journeys() -> None:
    services.forget_journeys(now=clock.now())
    services.forget_replaced_apps()
    portal.forget_links(now=clock.now())


@shared_task(name="social_accounts.read_choices")
@one_at_a_time(at_most=timedelta(minutes=5))
def read_choices() -> None:
    services.read_choices_due(now=clock.now())


@shared_task(name="social_accounts.tell_of_breakers")
@one_at_a_time(at_most=timedelta(minutes=5))
def tell_of_breakers() -> None:
    breakers.tell_of_breakers()
