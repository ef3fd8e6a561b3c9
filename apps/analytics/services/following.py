"""Who begins to read a post: whoever hears that it went out, and the night for what nobody has told of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from apps.analytics.ladder import LADDER, LAST, rung_after
from apps.analytics.models import Reading
from apps.core import clock
from apps.publishing.models import Publication
from apps.publishing.states import State


def follow(publications: QuerySet[Publication]) -> int:
    """Put these on the ladder, once each, in the tenant in context; those that the platform's name is unknown of have
    no figures. Returns how many were new."""
    followed = Reading.objects.filter(publication=OuterRef("pk"))
    live = publications.filter(~Exists(followed), state=State.PUBLISHED, published_at__gt=clock.now() - LAST)
    rows = [_reading(one) for one in live if not one.is_known_by_hand]
    Reading.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def _reading(publication: Publication) -> Reading:
    at = LADDER[0].at(_published_at(publication))
    return Reading(
        organization_id=publication.organization_id, workspace_id=publication.workspace_id,
        account_id=publication.account_id, publication=publication, published_at=publication.published_at,
        step=LADDER[0].name, step_at=at, next_try_at=at,
    )  # fmt: skip


def climb(reading: Reading) -> dict[str, Any]:
    """The columns of a post's reading once its step is done."""
    rung = rung_after(reading.step)
    at = rung.at(_published_at(reading)) if rung else None
    return {"step": rung.name if rung else "", "step_at": at}


def _published_at(row: Publication | Reading) -> datetime:
    if row.published_at is None:
        raise ValueError(f"{row.pk} has not been published")
    return row.published_at
