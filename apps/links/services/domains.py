"""Domains of clients for short links: named by people, proved by a worker, and used only once they were."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from apps.audit import services as audit
from apps.core import clock, outbound, tenancy
from apps.core.actors import SYSTEM, Actor
from apps.links import proving
from apps.links.addresses import is_own_host
from apps.links.errors import LinkRefused
from apps.links.models import Link, LinkDomain, LinkSettings, Trouble
from apps.tenants.models import Workspace

logger = logging.getLogger(__name__)

MOST_DOMAINS: Final = 10  # of a workspace
AGAIN: Final = timedelta(days=1)  # what was verified is looked at each day
SOON: Final = timedelta(minutes=10)  # what could not be looked at is tried again
BATCH: Final = 50  # in a round,
OF_ONE: Final = 5  # and of one organization
ROUND: Final = timedelta(minutes=1)  # No look begins later in a round; one takes 40 s at the most.
BREATH: Final = timedelta(minutes=1)  # between a look and the next that somebody asks for
WHY: Final = "look at domains of short links"
# A name has up to 253 signs, of which 30 are for the name below it that proves whose it is.
_HOST: Final = re.compile(r"(?=.{4,223}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@transaction.atomic
def add_domain(*, workspace: Workspace, host: str, actor: Actor) -> LinkDomain:
    """Name a domain, or one below it, for the workspace's short links; raises LinkRefused. It is used once a worker has
    verified it."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    if workspace.is_test:  # A test has nothing that its client would miss, and would keep the domain from real links.
        raise LinkRefused("A workspace for tests has no domain of its own.", field="host", code="is_test")
    host = host.strip().rstrip(".").lower()
    if not _HOST.fullmatch(host) or not _can_be_called(host):
        raise LinkRefused("A domain such as go.example.com, without https:// and without a path.", field="host")
    if is_own_host(host):
        raise LinkRefused("This domain is Postroom's own.", field="host")
    rows = LinkDomain.objects.filter(workspace=workspace)
    if rows.filter(host=host).exists():
        raise LinkRefused("This domain is on the list.", field="host", code="exists")
    if rows.count() >= MOST_DOMAINS:
        raise LinkRefused(f"A client has up to {MOST_DOMAINS} domains.", field="host", code="too_many")
    domain = LinkDomain(workspace=workspace, host=host, token=proving.new_token(), made_by_id=actor.user_id)
    domain.save(force_insert=True)
    audit.record("link_domain.added", subject=domain, actor=actor, diff={"host": host})
    return domain


def _can_be_called(host: str) -> bool:
    try:
        outbound.check_url(f"https://{host}/")
    except outbound.AddressRefused:
        return False
    return True


@transaction.atomic
def ask_check(*, domain: LinkDomain, actor: Actor) -> LinkDomain:
    """Have a worker look at it soon, and by itself for a month from now; asked twice, it looks once. Raises LinkRefused
    where one has just looked."""
    now = clock.now()
    row: LinkDomain = LinkDomain.objects.locked(domain.pk)
    is_waiting = row.next_check_at is not None and row.next_check_at <= now
    if not is_waiting and row.checked_at is not None and row.checked_at > now - BREATH:
        raise LinkRefused(
            "It was checked within the last minute. Ask again in a minute.", field="host", code="too_soon"
        )
    row.asked_at = row.updated_at = now
    row.next_check_at = row.next_check_at if is_waiting else now
    row.save(update_fields=["asked_at", "next_check_at", "updated_at"])
    if is_waiting:
        return row
    audit.record("link_domain.check_asked", subject=row, actor=actor)
    return row


@transaction.atomic
def remove_domain(*, domain: LinkDomain, actor: Actor) -> None:
    """Take a domain away; raises LinkRefused for one that links are on, which would lead nowhere then. On one that is
    another's by now they are answered as long as that one has it."""
    Workspace.objects.select_for_update(no_key=True).get(pk=domain.workspace_id)
    row = LinkDomain.objects.select_for_update().filter(pk=domain.pk).first()
    if row is None:
        return
    if row.verified_at and Link.objects.filter(workspace_id=domain.workspace_id, host=domain.host).exists():
        raise LinkRefused("Links are out on this domain, and would lead nowhere.", field="host", code="in_use")
    LinkSettings.objects.filter(workspace_id=domain.workspace_id, domain=domain.host).update(domain="")
    audit.record("link_domain.removed", subject=domain, actor=actor, diff={"host": domain.host})
    row.delete()


def check_domains(*, limit: int = BATCH) -> int:
    """Look at those whose time has come, for about a minute; how many were looked at. Safe to repeat, and to do twice
    at once."""
    began, looked = clock.now(), 0
    for domain in _due(began, limit):
        if clock.now() - began > ROUND:
            break
        looked += 1
        try:
            check_domain(domain)
        except Exception:  # Whatever is wrong with one, the others are looked at.
            logger.exception("The domain %s could not be looked at", domain.pk)
            _put_off(domain)
    return looked


def _due(now: datetime, limit: int) -> list[LinkDomain]:
    """Those whose time has come, a few of each organization and theirs by turns: slow names of one hold up no other."""
    place = Window(RowNumber(), partition_by="organization_id", order_by=["next_check_at", "pk"])
    with tenancy.across_tenants(WHY):
        # What an archived client holds must be able to lapse.
        due = LinkDomain.across_tenants.filter(
            Q(workspace__archived_at=None) | Q(verified_at__isnull=False), next_check_at__lte=now
        )
        rows = due.annotate(place=place).filter(place__lte=OF_ONE).order_by("place", "next_check_at", "pk")
        return list(rows[:limit])


def _put_off(domain: LinkDomain) -> None:
    """It waits for its next turn, and does not stand before the others again."""
    with tenancy.across_tenants(WHY):
        again_at = _while_looked_for(domain, clock.now() + SOON)
        LinkDomain.across_tenants.filter(pk=domain.pk).update(next_check_at=again_at)


def check_domain(domain: LinkDomain) -> str:
    """Look at one now, and write down what was found; the trouble, "" for none."""
    trouble = proving.trouble_of(domain)
    with tenancy.across_tenants(WHY), transaction.atomic():
        try:
            with transaction.atomic():
                _keep(domain, trouble)
        except IntegrityError:  # Somebody else has verified the same domain.
            trouble = Trouble.TAKEN
            _keep(domain, trouble)
    return trouble


def _keep(domain: LinkDomain, trouble: str) -> None:
    row = LinkDomain.across_tenants.select_for_update().filter(pk=domain.pk).first()
    if row is None:
        return
    now = clock.now()
    changes: dict[str, Any] = {"checked_at": now, "problem": trouble, "updated_at": now, **_since(row, trouble, now)}
    changes["next_check_at"] = _next(row, trouble, now)
    if not trouble and row.verified_at is None:
        _release(row.host)
        changes["verified_at"] = now
    LinkDomain.across_tenants.filter(pk=row.pk).update(**changes)


def _since(row: LinkDomain, trouble: str, now: datetime) -> dict[str, datetime | None]:
    """How long the trouble has lasted; a look that found nothing out neither begins it nor ends it."""
    if trouble == Trouble.NOT_LOOKED_UP:
        return {}
    return {
        "troubled_since": (row.troubled_since or now) if trouble else None,
        "unproved_since": (row.unproved_since or now) if trouble == Trouble.NO_RECORD else None,
    }


def _release(host: str) -> None:
    """Take the domain from a workspace whose record was gone at the last look and for a week before: whoever proves it
    now holds it."""
    held = LinkDomain.across_tenants.filter(host=host, verified_at__isnull=False, problem=Trouble.NO_RECORD)
    for row in held.filter(checked_at__gte=F("unproved_since") + LinkDomain.LAPSES_AFTER).select_for_update():
        changes = {"verified_at": None, "problem": Trouble.TAKEN, "next_check_at": None, "updated_at": clock.now()}
        LinkDomain.across_tenants.filter(pk=row.pk).update(**changes)
        LinkSettings.across_tenants.filter(workspace_id=row.workspace_id, domain=host).update(domain="")
        audit.record("link_domain.lost", subject=row, actor=SYSTEM, diff={"host": host})


def _next(row: LinkDomain, trouble: str, now: datetime) -> datetime | None:
    """When it is looked at again by itself. One that is another's may be free some day."""
    if not trouble:
        return now + AGAIN
    if trouble == Trouble.NOT_LOOKED_UP:
        return _while_looked_for(row, now + _pause(row, now))
    return _while_looked_for(row, now + AGAIN) if row.verified_at or trouble == Trouble.TAKEN else None


def _while_looked_for(row: LinkDomain, at: datetime) -> datetime | None:
    """Nobody looks for ever at a domain that nobody proves and nobody asks about."""
    until = row.looked_for_until
    return at if until is None or at <= until else None


def _pause(row: LinkDomain, now: datetime) -> timedelta:
    """Until a look that found nothing out is repeated: each time twice as long, up to a day."""
    if row.problem != Trouble.NOT_LOOKED_UP or row.checked_at is None:
        return SOON
    return min(max(SOON, 2 * (now - row.checked_at)), AGAIN)
