"""Telling people of breakers that open and close, and closing one by hand."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core import tenancy, waking
from apps.core.actors import Actor
from apps.events import services as events
from apps.governor import services as governor
from apps.governor.services import Change
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.pauses import Key, concerned_by
from apps.social_accounts.states import PUBLISHES
from apps.tenants.models import Organization

logger = logging.getLogger(__name__)

TASK = "social_accounts.tell_of_breakers"


def wake(change: Change) -> None:
    """Let a worker tell those concerned: whoever found out is in the middle of a call to the platform. A wake-up that
    is lost costs a minute: beat looks by itself."""
    if not waking.send(TASK, expires=60):
        logger.warning("%s is told of with the next beat", change)


def tell_of_breakers() -> int:
    """One event of each change for each organization whose accounts go through that breaker; how many. A worker that
    dies right here tells nobody: pages show the state itself."""
    try:
        changes = governor.take_changes()
    except governor.Unreachable:
        return 0
    told = 0
    for change in changes:
        key = (change.platform, change.kind, change.id)
        with tenancy.across_tenants("tell whom a breaker concerns"), transaction.atomic():
            told += sum(1 for _ in _tell(key, is_open=change.is_open, until=change.until, why=change.why))
    return told


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
    rows = SocialAccount.across_tenants.filter(platform=key[0], state__in=PUBLISHES, is_test=False)
    rows = rows.select_related("grant__app", "grant__organization_app").order_by("pk")
    found: dict[UUID, list[Any]] = defaultdict(list)
    for account in concerned_by(key, rows.iterator(chunk_size=500)):
        found[account.organization_id].append(account.pk)
    return found
