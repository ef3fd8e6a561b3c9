"""The record of departures: for each publication that went out, when it should have and when it did.

The rule, which docs/operations.md repeats for people:

 - Lateness is the time from the hour that was promised last to the commit: the instant at which the request that makes
   the post public was about to leave. What the platform takes to answer is kept beside it.
 - The hour promised last is the publication's `due_at`: a person who moves a post promises another hour. What the
   engine tries again by itself keeps its hour, so that a post it tried for ten minutes is ten minutes late.
 - Publishing at once, resuming, and sending again promise no hour but "now". Such departures are kept, counted apart,
   and no part of any percentile: what a person sent late is not the engine's lateness.
 - An answer that was lost and found counts by its last commit: nothing is committed again before the first is proven
   absent, so the last is the one that was found.
 - What a person saw live without the platform's word has no departure.

Departures are written from finished lines of the ledger, once for each publication, however often this runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import TruncDate

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.ids import first_id
from apps.publishing.models import Attempt
from apps.publishing.states import Deed, Outcome
from apps.watch.models import Departure
from apps.watch.services.summing import sum_days

BATCH: Final = 500
# A line of the ledger is closed at most so long after it was opened; its name tells when that was.
LONGEST_LINE: Final = timedelta(hours=2)
FIRST_TIME: Final = timedelta(days=40)
WENT_OUT: Final = (Outcome.PUBLISHED, Outcome.FOUND)
# What people do that promises an hour, about a post or about one publication of it.
PROMISES: Final = (
    "post.scheduled", "post.rescheduled", "publication.retried", "publication.resumed", "publication.shifted",
    "publication.decided_not_out",
)  # fmt: skip


def record(*, now: datetime, since: datetime | None = None) -> int:
    """Write the departures that are missing, and sum up the days that they belong to; how many were missing.

    Without `since` it goes on from the newest that is known. Safe at any time, and by several at once.
    """
    since = since or _go_on_from(now)
    written, after = 0, first_id(since)
    while lines := _finished(after):
        written += _write(lines)
        after = lines[-1].pk
    for organization_id, days in _touched(since).items():
        sum_days(organization_id=organization_id, days=days)
    return written


def _go_on_from(now: datetime) -> datetime:
    with tenancy.across_tenants("see how far the record of departures goes"):
        newest = Departure.across_tenants.aggregate(newest=Max("answered_at"))["newest"]
    return (newest or now - FIRST_TIME) - LONGEST_LINE


def _finished(after: UUID) -> list[Attempt]:
    """The next lines under which something went out that has no departure yet."""
    with tenancy.across_tenants("find posts that went out"):
        written = Exists(Departure.across_tenants.filter(publication_id=OuterRef("publication_id")))
        lines = Attempt.across_tenants.filter(
            pk__gt=after, deed=Deed.PUBLISH, follow_up=None, outcome__in=WENT_OUT, ended_at__isnull=False
        )
        # How punctual a simulation is tells nobody anything.
        real = lines.filter(~written, publication__account__is_test=False)
        return list(real.select_related("publication__account").order_by("pk")[:BATCH])


def _write(lines: Sequence[Attempt]) -> int:
    promised = _promised(lines)
    made = [one for line in lines if (one := _departure(line, promised.get(line.publication_id)))]
    with tenancy.across_tenants("write down when posts went out"):
        Departure.across_tenants.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _departure(line: Attempt, promised_at: datetime | None) -> Departure | None:
    """None where it is not known when the request left."""
    publication = line.publication
    committed_at = line.sent_at or publication.intent_at
    if committed_at is None or line.ended_at is None:
        return None
    return Departure(
        organization_id=line.organization_id,
        workspace_id=line.workspace_id,
        publication_id=publication.pk,
        platform=publication.account.platform,
        due_at=publication.due_at,
        claimed_at=line.started_at,
        committed_at=committed_at,
        answered_at=line.ended_at,
        lateness_ms=(committed_at - publication.due_at) // timedelta(milliseconds=1),
        is_at_once=promised_at is not None and publication.due_at <= promised_at,
    )


def _promised(lines: Sequence[Attempt]) -> Mapping[UUID, datetime]:
    """When somebody promised the hour of each publication last, going by the diary; one query."""
    subjects = {line.publication_id for line in lines} | {line.publication.post_id for line in lines}
    with tenancy.across_tenants("read when an hour was promised"):
        entries = Entry.across_tenants.filter(subject_id__in=subjects, verb__in=PROMISES).order_by("created_at")
        said = list(entries.values_list("subject_id", "created_at"))
    found: dict[UUID, datetime] = {}
    for line in lines:
        # What was promised after it was out was promised to others of its post.
        about = (line.publication_id, line.publication.post_id)
        own = [at for subject_id, at in said if subject_id in about and line.ended_at and at <= line.ended_at]
        if own:
            found[line.publication_id] = own[-1]
    return found


def _touched(since: datetime) -> dict[UUID, set[date]]:
    """The days, by UTC, of what has left since, by organization."""
    with tenancy.across_tenants("see which days have changed"):
        left = Departure.across_tenants.filter(answered_at__gte=since)
        pairs = left.values_list("organization_id", TruncDate("due_at")).distinct().order_by()
        found: dict[UUID, set[date]] = {}
        for organization_id, day in pairs:
            found.setdefault(organization_id, set()).add(day)
    return found
