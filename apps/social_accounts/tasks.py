"""Celery's entrances: woken by beat, ids at most in the message."""

from datetime import datetime

from celery import shared_task

from apps.core import clock
from apps.social_accounts import services
from apps.social_accounts.services import portal
from apps.social_accounts.services.breakers import tell_of_breaker as tell


@shared_task(name="social_accounts.refresh_expiring")
def refresh_expiring() -> None:
    services.refresh_expiring(now=clock.now())


@shared_task(name="social_accounts.check_accounts")
def check_accounts() -> None:
    services.check_accounts(now=clock.now())


@shared_task(name="social_accounts.forget_journeys")
def forget_journeys() -> None:
    services.forget_journeys(now=clock.now())
    services.forget_replaced_apps()
    portal.forget_links(now=clock.now())


@shared_task(name="social_accounts.read_choices")
def read_choices() -> None:
    services.read_choices_due(now=clock.now())


@shared_task(name="social_accounts.tell_of_breaker")
def tell_of_breaker(platform: str, kind: str, id: str, is_open: bool, until: str, why: str) -> None:
    tell(key=(platform, kind, id), is_open=is_open, until=datetime.fromisoformat(until) if until else None, why=why)
