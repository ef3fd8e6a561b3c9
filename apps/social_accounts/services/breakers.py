"""Telling people of breakers that open and close, and closing one by hand."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import transaction

from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import Actor
from apps.events import services as events
from apps.governor import services as governor
from apps.governor.services import Change
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.pauses import Key, concerned_by
from apps.social_accounts.states import PUBLISHES
from apps.tenants.models import Organization

logger = logging.getLogger(__name__)

TASK = "social_accounts.tell_of_breaker"


def pass_on(change: Change) -> None:
    """Let a worker tell those concerned: whoever found out is in the middle of a call to the platform."""
    until = change.until.isoformat() if change.until else ""
    key = (change.platform, change.kind, change.id)
    try:
        current_app.send_task(TASK, args=[*key, change.is_open, until, change.why], retry=False, ignore_result=True)
    except Exception as error:  # Every broker has errors of its own; pages ask for the state itself.
        logger.warning("The queue could not be reached (%s): nobody is told of %s", type(error), change)


def tell_of_breaker(*, key: Key, is_open: bool, until: datetime | None = None, why: str = "") -> int:
    """One event for each organization whose accounts go through the breaker; how many."""
    with tenancy.across_tenants("tell whom a breaker concerns"), transaction.atomic():
        return sum(1 for _ in _tell(key, is_open=is_open, until=until, why=why))


def close_breaker(*, key: Key, actor: Actor) -> bool:
    """Send again at once, by an operator's decision, with a line in the diary of each organization concerned; False
    where it was not open. Raises governor.Unreachable. Called across tenants."""
    platform, kind, id = key
    if governor.close(platform=platform, kind=kind, id=id) is None:
        return False
    with transaction.atomic():
        for organization in _tell(key, is_open=False, why="by hand"):
            audit.record("breaker.closed", subject=organization, actor=actor, diff={"platform": platform, "of": kind})
    logger.warning("The breaker of %s %s was closed by hand by %s", platform, kind, actor.id)
    return True


def _tell(key: Key, *, is_open: bool, until: datetime | None = None, why: str) -> Iterator[Organization]:
    accounts = _accounts(key)
    for organization in Organization.objects.filter(pk__in=accounts):
        data = {
            "platform": key[0], "of": key[1], "account_ids": accounts[organization.pk], "until": until, "reason": why,
        }  # fmt: skip
        events.emit("breaker.opened" if is_open else "breaker.closed", subject=organization, data=data)
        yield organization


def _accounts(key: Key) -> Mapping[UUID, list[Any]]:
    """Ids of the accounts concerned, by organization."""
    rows = SocialAccount.across_tenants.filter(platform=key[0], state__in=PUBLISHES)
    rows = rows.select_related("grant__app", "grant__organization_app").order_by("pk")
    found: dict[UUID, list[Any]] = defaultdict(list)
    for account in concerned_by(key, rows.iterator(chunk_size=500)):
        found[account.organization_id].append(account.pk)
    return found
