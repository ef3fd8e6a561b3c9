"""Claiming: which rows a worker may work on now, and the lease and fence it gets for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Least

from apps.core import ids, tenancy
from apps.posts.models import PartMedia
from apps.publishing.claim import Claim
from apps.publishing.engine import fairness, holds, ledger
from apps.publishing.engine.fairness import Line
from apps.publishing.models import Attempt, FollowUp, Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import State

# Other workers hold some of the rows that look free: look at more than are wanted, and skip those.
SPARE: Final = 4
TRIES: Final = 3
LOOK_AGAIN: Final = timedelta(minutes=1)
NO_TIME: Final = timedelta(0)

Which = Callable[[SendingQuerySet[Publication]], SendingQuerySet[Publication]]


def claim_due(*, now: datetime, limit: int, line: Line | None = None, only_words: bool = False) -> list[Claim]:
    """Take up to `limit` publications that are due and were not prepared ahead, clients in turn, the oldest first
    within one, one for each account.

    Two workers never receive the same one before its lease ends. What must not go out now (too late, account signed
    out, workspace archived, a gate that objects) is held instead, with words. Whoever claims again and again keeps a
    `line`. `only_words` leaves what has files to others.
    """

    def which(rows: SendingQuerySet[Publication]) -> SendingQuerySet[Publication]:
        return _of_words(rows.due(now)) if only_words else rows.due(now)

    return _claim_publications(which, now=now, by=now, limit=limit, line=line)


def claim_ready(*, now: datetime, limit: int, ahead: timedelta = NO_TIME, line: Line | None = None) -> list[Claim]:
    """The same of publications that were prepared. Where hands are left, what is due within `ahead` is taken too; it
    must not leave before its `release_at`."""
    claims = _claim_publications(lambda rows: rows.ready(now), now=now, by=now, limit=limit, line=line)
    if ahead and len(claims) < limit:
        soon = now + ahead
        claims += _claim_publications(lambda rows: rows.ready(soon), now=now, by=soon, limit=limit - len(claims))
    return claims


def claim_ahead(*, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` publications whose hour is still to come, to prepare them as early as their platform takes
    it."""
    with tenancy.across_tenants("claim what can be prepared"), transaction.atomic():
        chosen = fairness.next_to_stage(now, limit * SPARE)
        rows = _locked(Publication.across_tenants.to_stage(now), chosen, limit)
        free, stopped = holds.divided(rows, now)
        # Their hour may find them free: they are looked at again, at that hour at the latest, and held if they are not.
        later = Publication.across_tenants.filter(pk__in=[row.pk for row, _ in stopped])
        later.update(stage_at=Least(Value(now + LOOK_AGAIN), F("next_try_at")))
        return _taken(Publication.across_tenants, free, now, is_staging=True)


def claim_follow_ups(*, now: datetime, limit: int) -> list[Claim]:
    """Take up to `limit` comments and replies whose post is live, and whose predecessor in the thread is."""
    with tenancy.across_tenants("claim due follow-ups"), transaction.atomic():
        due = FollowUp.across_tenants.due(now)
        rows = _locked(due, fairness.next_follow_ups(due, limit * SPARE), limit)
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
    """The earliest instant before `before` at which something that is not prepared is to go out."""
    with tenancy.across_tenants("see what is due next"):
        return _earliest(Publication.across_tenants.due(before), FollowUp.across_tenants.due(before))


def next_ready(*, before: datetime) -> datetime | None:
    """The earliest instant before `before` at which something that is prepared is to go out."""
    with tenancy.across_tenants("see what leaves next"):
        return _earliest(Publication.across_tenants.ready(before))


def next_lost(*, before: datetime) -> datetime | None:
    """The earliest instant before `before` at which a lost answer is to be looked for."""
    with tenancy.across_tenants("see what is to be looked for next"):
        return _earliest(Publication.across_tenants.lost(before), FollowUp.across_tenants.lost(before))


def _of_words(rows: SendingQuerySet[Publication]) -> SendingQuerySet[Publication]:
    return rows.filter(~Exists(PartMedia.across_tenants.filter(part__post=OuterRef("post"))))


def _earliest(*tables: SendingQuerySet[Any]) -> datetime | None:
    found = [rows.order_by("next_try_at").values_list("next_try_at", flat=True).first() for rows in tables]
    return min(filter(None, found), default=None)


def _claim_publications(
    which: Which, *, now: datetime, by: datetime, limit: int, line: Line | None = None
) -> list[Claim]:
    line = line or Line()
    for _ in range(TRIES):
        try:
            with tenancy.across_tenants("claim due publications"), transaction.atomic():
                eligible = which(Publication.across_tenants.all())
                chosen = line.next(limit, asked=partial(fairness.next_publications, eligible))
                rows = _locked(eligible, chosen, limit)
                free, stopped = holds.divided(rows, max(now, by))
                claims = _taken(Publication.across_tenants, free, now)
        except IntegrityError:
            continue  # In the same instant another worker began on the same account; the row decided.
        holds.hold(stopped, now)
        if claims or not (stopped or line.is_standing):
            return claims
    return []


def _locked(eligible: SendingQuerySet[Any], chosen: Sequence[Any], limit: int) -> list[Any]:
    """Those of `chosen` that no other worker holds and that are still eligible, in the order chosen."""
    if not chosen:
        return []
    place = {pk: number for number, pk in enumerate(chosen)}
    wanted = eligible.filter(pk__in=chosen).select_related(*_related(eligible)).skipping_locked()
    return sorted(wanted, key=lambda row: place[row.pk])[:limit]


def _related(rows: SendingQuerySet[Any]) -> tuple[str, ...]:
    return ("workspace", "account") if rows.model is Publication else ("workspace", "publication__account")


def _taken(rows: SendingQuerySet[Any], free: Sequence[Any], now: datetime, *, is_staging: bool = False) -> list[Claim]:
    if not free:
        return []
    until = now + settings.PUBLISH_LEASE
    state = State.STAGING if is_staging else State.PUBLISHING
    changes = {"state": state, "fence": F("fence") + 1, "lease_until": until, "stage_at": None, "updated_at": now}
    rows.filter(pk__in=[row.pk for row in free]).update(**changes)
    return _with_ledger([_claim(row, until, is_staging=is_staging) for row in free], now)


def _with_ledger(claims: list[Claim], now: datetime) -> list[Claim]:
    Attempt.across_tenants.bulk_create(ledger.opened(claim, now) for claim in claims)
    return claims


def _claim(row: Publication | FollowUp, until: datetime, *, is_search: bool = False, is_staging: bool = False) -> Claim:
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
        is_staging=is_staging,
        release_at=row.next_try_at,
    )
