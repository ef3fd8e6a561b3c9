"""What must hold of everything that is due or on its way, asked of the rows themselves.

 1. Nothing is past due and unclaimed for more than 30 seconds, prepared or not. A row is past due when its next try is:
    a retry, a throttle of the platform and files in preparation move that (`next_try_at`), so that whoever waits
    lawfully is not found. A row that is held, canceled or failed waits for a person. A row may also wait while its
    account is at work: an account sends one thing at a time, so only an account of which nothing was claimed lately
    counts, and of a thread only the part whose turn it is. A lost answer that nobody looks for is past due like them.
 2. No lease is past its end by more than a sweep: somebody puts back what a dead worker had.
 3. Nothing is in flight longer than its bound: a claim not longer than a preparation may take and the lease of the
    commit, a lost answer not longer than all the looks that are made for it.

Each question goes through an index that holds only what is due or in flight, and their number is always the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery

from apps.core import tenancy
from apps.core.ids import first_id
from apps.publishing.models import WRITTEN, Attempt, FollowUp, Publication
from apps.publishing.querysets import SendingQuerySet
from apps.publishing.states import WENT_OUT, Deed, State
from apps.watch.states import Invariant

PATIENCE: Final = timedelta(seconds=30)
# Sweeps come every two seconds while a round is on, and each wake-up of beat begins with one.
SWEEP: Final = timedelta(seconds=15)
# How far the clocks that name attempts may be apart.
WORKERS_CLOCKS: Final = timedelta(minutes=2)
TABLES: Final = (Publication, FollowUp)
IN_HANDS: Final = (State.STAGING, State.PUBLISHING)
# As the reconciler caps what a platform may ask for between two looks.
LONGEST_REFUSAL: Final = timedelta(hours=1)
# More accounts than this are not told apart: they are many.
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows break an invariant, and since when the first of them does; `words` where there is more to say."""

    count: int = 0
    since: datetime | None = None
    words: str = ""

    def __add__(self, other: Finding) -> Finding:
        known = [at for at in (self.since, other.since) if at is not None]
        return Finding(self.count + other.count, min(known, default=None))


def findings(*, now: datetime) -> Mapping[Invariant, Finding]:
    """What breaks the three invariants now, in ten queries at most, whatever there is."""
    with tenancy.across_tenants("watch over what is due and in flight"):
        return {
            Invariant.CLAIMED_IN_TIME: _unclaimed_posts(now) + _unclaimed_follow_ups(now) + _not_looked_for(now),
            Invariant.LEASES_END: _past_lease(Publication, now) + _past_lease(FollowUp, now),
            Invariant.BOUNDED: _unbounded(Publication, now) + _unbounded(FollowUp, now),
        }


def longest_claim() -> timedelta:
    """How long one claim may last, however often its lease is renewed."""
    longest: timedelta = settings.PUBLISH_PREPARATION_LIMIT + settings.PUBLISH_LEASE + SWEEP
    return longest


def longest_doubt() -> timedelta:
    """How long an answer may be lost: every look has its pause, and may take a lease."""
    first = settings.PUBLISH_LEASE + settings.PUBLISH_REQUEST_TIMEOUT + settings.PUBLISH_MARGIN
    looks = sum((pause + settings.PUBLISH_LEASE for pause in settings.PUBLISH_SEARCH_PAUSES), timedelta())
    # The first look has no pause before it. A platform that asks to be left alone is.
    left_alone = LONGEST_REFUSAL * len(settings.PUBLISH_SEARCH_PAUSES)
    longest: timedelta = first + looks + settings.PUBLISH_LEASE + left_alone
    return longest


def _unclaimed_posts(now: datetime) -> Finding:
    """Those of accounts that nobody works for."""
    waiting: dict[UUID, Finding] = {}
    # Each through an index of its own: what was prepared, and what was not.
    for rows in (Publication.across_tenants.due(now - PATIENCE), Publication.across_tenants.ready(now - PATIENCE)):
        by_account = rows.values("account_id").annotate(first=Min("next_try_at"), posts=Count("pk"))
        for row in by_account.order_by("first")[:MOST]:
            known = waiting.get(row["account_id"], Finding())
            waiting[row["account_id"]] = known + Finding(row["posts"], row["first"] + PATIENCE)
    if not waiting:
        return Finding()
    idle = (waiting[one] for one in waiting.keys() - _at_work(waiting.keys(), now))
    return sum(idle, Finding())


def _at_work(account_ids: Any, now: datetime) -> set[UUID]:
    """Those of the accounts that something is being sent for, or was a moment ago."""
    claimed = Publication.across_tenants.filter(state=State.PUBLISHING, account_id__in=account_ids)
    lately = _claimed_lately(now).filter(publication__account_id__in=account_ids)
    return {*claimed.values_list("account_id", flat=True), *lately.values_list("publication__account_id", flat=True)}


def _claimed_lately(now: datetime) -> QuerySet[Attempt]:
    """An attempt is named by the instant of its claim, so that its key finds the late ones without an index of its own;
    names are given by the clocks of workers."""
    named: QuerySet[Attempt] = Attempt.across_tenants.filter(pk__gte=first_id(now - PATIENCE - WORKERS_CLOCKS))
    return named.filter(started_at__gte=now - PATIENCE, deed=Deed.PUBLISH)


def _unclaimed_follow_ups(now: datetime) -> Finding:
    """Comments and replies whose turn it is: what stands before them is out, and not only since a moment ago."""
    before = FollowUp.across_tenants.filter(
        publication_id=OuterRef("publication_id"), role=OuterRef("role"), position__lt=OuterRef("position")
    ).exclude(state__in=[*WENT_OUT, State.CANCELED])
    just_now = _claimed_lately(now).filter(publication_id=OuterRef("publication_id"))
    ready = FollowUp.across_tenants.due(now - PATIENCE).filter(publication__state=State.PUBLISHED)
    in_turn = Q(role=WRITTEN) | ~Exists(before)
    return _counted(ready.filter(in_turn, ~Exists(just_now)), "next_try_at", PATIENCE)


def _not_looked_for(now: datetime) -> Finding:
    """Lost answers; a search that is under way has moved the next one ahead."""
    found = (table.across_tenants.lost(now - PATIENCE) for table in TABLES)
    posts, follow_ups = (_counted(rows, "next_try_at", PATIENCE) for rows in found)
    return posts + follow_ups


def _past_lease(table: type[Publication | FollowUp], now: datetime) -> Finding:
    return _counted(table.across_tenants.expired(now - SWEEP), "lease_until", SWEEP)


def _unbounded(table: type[Publication | FollowUp], now: datetime) -> Finding:
    """Claims and lost answers that last too long; a claim began with its line in the ledger."""
    line = Attempt.across_tenants.filter(number=OuterRef("fence"))
    if table is FollowUp:
        line = line.filter(follow_up_id=OuterRef("pk"))
    else:
        line = line.filter(publication_id=OuterRef("pk"), follow_up=None)
    rows: Any = table.across_tenants
    claimed = rows.annotate(claimed_at=Subquery(line.values("started_at")[:1]))
    too_long = Q(state__in=IN_HANDS, claimed_at__lt=now - longest_claim())
    in_doubt = Q(state=State.UNCERTAIN, intent_at__lt=now - longest_doubt())
    found = claimed.filter(too_long | in_doubt).values_list("state", "claimed_at", "intent_at")[:MOST]
    ends = [
        claimed_at + longest_claim() if state in IN_HANDS else intent_at + longest_doubt()
        for state, claimed_at, intent_at in found
    ]
    return Finding(len(ends), min(ends, default=None))


def _counted(rows: SendingQuerySet[Any], column: str, grace: timedelta) -> Finding:
    found = rows.aggregate(count=Count("pk"), first=Min(column))
    return Finding(found["count"], found["first"] + grace if found["first"] else None)
