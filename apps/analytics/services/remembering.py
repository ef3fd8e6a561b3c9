"""Answers of the past, kept as if each had come in its night or at its age: demos have a history, and tests as well."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from apps.analytics.ladder import LADDER
from apps.analytics.models import Reading
from apps.analytics.services.storing import keep_day, keep_missing_day, keep_post
from apps.analytics.states import Missing
from apps.core import clock
from apps.platforms.insights import Metrics
from apps.publishing.models import Publication
from apps.social_accounts.models import SocialAccount


@dataclass(frozen=True, slots=True)
class Told:
    """What a network told of a day, when it did; or why it told nothing."""

    day: date
    at: datetime
    metrics: Metrics | Missing


@transaction.atomic
def remember_days(*, account: SocialAccount, days: Iterable[Told], zone: str) -> None:
    """Keep the days of an account in the order in which they were told; a day that comes again is a correction."""
    own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id}
    reading, _ = Reading.objects.get_or_create(account=account, publication=None, defaults=own)
    read_at = None
    for told in days:
        if isinstance(told.metrics, Missing):
            keep_missing_day(reading, told.day, told.metrics)
        else:
            keep_day(reading, told.day, told.metrics, taken_at=told.at, zone=zone)
            read_at = told.at
    if read_at is not None:
        Reading.objects.filter(pk=reading.pk).update(read_at=read_at)


@transaction.atomic
def remember_post(*, publication: Publication, rungs: Iterable[tuple[str, datetime, Metrics | Missing]]) -> None:
    """Keep the rungs of a post that is followed, and let its ladder go on above them."""
    reading = Reading.objects.get(publication=publication)
    changes: dict[str, Any] = {}
    names = [rung.name for rung in LADDER]
    for name, at, metrics in rungs:
        row = keep_post(reading, name, metrics, taken_at=at)
        above = LADDER[names.index(name) + 1] if names.index(name) + 1 < len(LADDER) else None
        step_at = above.at(publication.published_at or clock.now()) if above else None
        changes |= {"step": above.name if above else "", "step_at": step_at, "next_try_at": step_at}
        if not row.missing:
            changes |= {"latest": row, "read_at": at}
    if changes:
        Reading.objects.filter(pk=reading.pk).update(**changes)
