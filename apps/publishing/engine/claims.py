"""Claiming: which rows a worker may work on now, and the lease and fence it gets for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber

from apps.core import ids, tenancy
from apps.publishing.claim import Claim
from apps.publishing.engine import holds, ledger
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import WENT_OUT, State

# Other workers hold some of the rows that look free: look at more than are wanted, and skip those.
SPARE = 4


def claim_due(*, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` due publications, workspaces in turn, the oldest first within one, one for each account.

    Two workers never receive the same one before its lease ends. What must not go out now (too late, account signed
    out, workspace archived) is held instead, with words.
    """
    for _ in range(3):
        try:
            with tenancy.across_tenants("claim due publications"), transaction.atomic():
                rows = _locked(Publication.across_tenants, _due_publications(now, limit * SPARE), now, limit)
                free, stopped = holds.divided(rows, now)
                claims = _taken(Publication.across_tenants, free, now)
        except IntegrityError:
            continue  # In the same instant another worker began on the same account; the row decided.
        holds.hold(stopped, now)
        if claims or not stopped:
            return claims
    return []


def claim_follow_ups(*, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` comments and replies whose post is live, and whose predecessor in the thread is."""
    with tenancy.across_tenants("claim due follow-ups"), transaction.atomic():
        rows = _locked(FollowUp.across_tenants, _due_follow_ups(now, limit * SPARE), now, limit)
        free, stopped = holds.divided(rows, now)
        claims = _taken(FollowUp.across_tenants, free, now)
    holds.hold(stopped, now)
    return claims


def claim_lost(*, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` rows whose answer was lost, to look for the post; the row stays `uncertain` meanwhile."""
    claims: list[Claim] = []
    for rows in (Publication.across_tenants, FollowUp.across_tenants):
        with tenancy.across_tenants("claim lost answers"), transaction.atomic():
            lost = rows.lost(now).order_by("next_try_at", "id").select_related(*_related(rows)).skipping_locked()
            found = list(lost[: limit - len(claims)])
            until = now + settings.PUBLISH_LEASE
            # Whoever finds this search dead looks again when its lease is over.
            changes = {"fence": F("fence") + 1, "lease_until": until, "next_try_at": until}
            rows.filter(pk__in=[row.pk for row in found]).update(**changes)
            ledger.close_abandoned(found)
            claims += _with_ledger([_claim(row, until, is_search=True) for row in found], now)
    return claims


def next_due(*, before: datetime) -> datetime | None:
    """The earliest instant before `before` at which something waits to go out."""
    with tenancy.across_tenants("see what is due next"):
        return _earliest(Publication.across_tenants.due(before), FollowUp.across_tenants.due(before))


def next_lost(*, before: datetime) -> datetime | None:
    """The earliest instant before `before` at which a lost answer is to be looked for."""
    with tenancy.across_tenants("see what is to be looked for next"):
        return _earliest(Publication.across_tenants.lost(before), FollowUp.across_tenants.lost(before))


def _earliest(*tables: SendingQuerySet[Any]) -> datetime | None:
    found = [rows.order_by("next_try_at").values_list("next_try_at", flat=True).first() for rows in tables]
    return min(filter(None, found), default=None)


def _due_publications(now: datetime, most: int) -> list[UUID]:
    oldest = [F("next_try_at").asc(), F("id").asc()]
    busy = Publication.across_tenants.filter(account_id=OuterRef("account_id"), state=State.PUBLISHING)
    first_of_account = (
        Publication.across_tenants.due(now)
        .filter(~Exists(busy))
        .annotate(place=Window(RowNumber(), partition_by=[F("account_id")], order_by=oldest))
        .filter(place=1)
        .values("pk")
    )
    return _in_turn(Publication.across_tenants.filter(pk__in=first_of_account), most)


def _due_follow_ups(now: datetime, most: int) -> list[UUID]:
    unfinished = FollowUp.across_tenants.filter(
        publication_id=OuterRef("publication_id"), role=OuterRef("role"), position__lt=OuterRef("position")
    ).exclude(state__in=[*WENT_OUT, State.CANCELED])
    live = Q(publication__state=State.PUBLISHED)
    return _in_turn(FollowUp.across_tenants.due(now).filter(live, ~Exists(unfinished)), most)


def _in_turn(rows: SendingQuerySet[Any], most: int) -> list[UUID]:
    """Workspaces in turn, the oldest first within one."""
    oldest = [F("next_try_at").asc(), F("id").asc()]
    turn = Window(RowNumber(), partition_by=[F("workspace_id")], order_by=oldest)
    return list(rows.annotate(turn=turn).order_by("turn", "next_try_at", "id").values_list("pk", flat=True)[:most])


def _locked(rows: SendingQuerySet[Any], chosen: Sequence[UUID], now: datetime, limit: int) -> list[Any]:
    """Those of `chosen` that no other worker holds and that are still due, in the order chosen."""
    if not chosen:
        return []
    place = Case(*(When(pk=pk, then=Value(i)) for i, pk in enumerate(chosen)), output_field=IntegerField())
    wanted = rows.due(now).filter(pk__in=chosen).order_by(place).select_related(*_related(rows))
    return list(wanted.skipping_locked()[:limit])


def _related(rows: SendingQuerySet[Any]) -> tuple[str, ...]:
    return ("workspace", "account") if rows.model is Publication else ("workspace", "publication__account")


def _taken(rows: SendingQuerySet[Any], free: Sequence[Any], now: datetime) -> list[Claim]:
    until = now + settings.PUBLISH_LEASE
    changes = {"state": State.PUBLISHING, "fence": F("fence") + 1, "lease_until": until, "updated_at": now}
    rows.filter(pk__in=[row.pk for row in free]).update(**changes)
    return _with_ledger([_claim(row, until) for row in free], now)


def _with_ledger(claims: list[Claim], now: datetime) -> list[Claim]:
    Attempt.across_tenants.bulk_create(ledger.opened(claim, now) for claim in claims)
    return claims


def _claim(row: Publication | FollowUp, until: datetime, *, is_search: bool = False) -> Claim:
    publication = row.publication if isinstance(row, FollowUp) else row
    return Claim(
        publication_id=publication.pk,
        organization_id=row.organization_id,
        workspace_id=row.workspace_id,
        account_id=publication.account_id,
        platform=publication.account.platform,
        fence=row.fence + 1,
        lease_until=until,
        revision=publication.revision,
        attempt_id=ids.new_id(),
        latest_at=holds.latest_at(row),
        attempts_made=row.attempts_made,
        searches_made=row.searches_made,
        follow_up_id=row.pk if isinstance(row, FollowUp) else None,
        position=row.position if isinstance(row, FollowUp) else 0,
        is_search=is_search,
    )
