"""Answers of the past, kept as if each had come in its night or at its age, many at once: demos have a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from apps.analytics.ladder import RUNGS, rung_after
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.analytics.services.storing import next_day, post_columns
from apps.analytics.states import Missing
from apps.platforms.insights import Metrics
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount


@dataclass(frozen=True, slots=True)
class ToldOfDay:
    """What a network told of a day, when it did; or why it told nothing."""

    day: date
    at: datetime
    metrics: Metrics | Missing


@dataclass(frozen=True, slots=True)
class ToldOfPost:
    """What a network told of a post at a rung of its ladder; or why it told nothing."""

    rung: str
    at: datetime
    metrics: Metrics | Missing


@transaction.atomic
def remember_days(*, account: SocialAccount, days: Iterable[ToldOfDay], zone: str) -> int:
    """Keep the days of an account in the order in which they were told; a day that comes again is a correction. Returns
    how many rows were new."""
    own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id}
    reading, _ = Reading.objects.get_or_create(account=account, publication=None, defaults=own)
    holding = {row.day: row for row in AccountSnapshot.objects.filter(account=account).order_by("revision")}
    rows = []
    for told in days:
        row = next_day(reading, told.day, told.metrics, holding.get(told.day), taken_at=told.at, zone=zone)
        if row is not None:
            rows.append(row)
            holding[told.day] = row
    AccountSnapshot.objects.bulk_create(rows, batch_size=500)
    if answered := [row.taken_at for row in rows if not row.missing]:
        Reading.objects.filter(pk=reading.pk).update(read_at=max(answered))
    return len(rows)


@transaction.atomic
def remember_posts(*, told: Mapping[Publication, Sequence[ToldOfPost]]) -> int:
    """Keep the rungs of posts that are followed, and let each ladder go on above them. Returns how many rows were new;
    one of which a rung was kept before raises IntegrityError."""
    readings = {row.publication_id: row for row in Reading.objects.filter(publication__in=told)}
    rows: list[PublicationSnapshot] = []
    for publication, rungs in told.items():
        reading = readings[publication.pk]
        made = [
            PublicationSnapshot(
                publication=publication, key=one.rung, **post_columns(reading, one.metrics, taken_at=one.at)
            )
            for one in rungs
        ]
        rows += made
        _climb(reading, publication, made)
    PublicationSnapshot.objects.bulk_create(rows, batch_size=500)
    columns = ["step", "step_at", "next_try_at", "read_at", "latest_id"]
    Reading.objects.bulk_update(readings.values(), columns, batch_size=200)
    return len(rows)


def _climb(reading: Reading, publication: Publication, made: Sequence[PublicationSnapshot]) -> None:
    """The reading as it is after its rungs were read."""
    if not made or publication.published_at is None:
        return
    above = rung_after(made[-1].key)
    step_at: Any = above.at(publication.published_at) if above else None
    reading.step, reading.step_at, reading.next_try_at = above.name if above else "", step_at, step_at
    answered = [row for row in made if not row.missing and row.key in RUNGS]
    if answered:
        reading.latest, reading.read_at = answered[-1], answered[-1].taken_at
