"""Who begins to read a post: whoever hears that it went out, and the night for what nobody has told of."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from apps.analytics.ladder import LADDER, rung_after
from apps.analytics.models import Reading
from apps.core import clock
from apps.publishing.models import Publication
from apps.publishing.states import State

COLUMNS: Final = (
    "organization_id", "workspace_id", "account_id", "published_at", "remote_id", "remote_url",
)  # fmt: skip


def follow(publications: QuerySet[Publication]) -> int:
    """Put these on the ladder, once each, in the tenant in context. Those whose name at the platform is unknown, and
    those that were past the last rung, are known and have no figures. Returns how many were new."""
    followed = Reading.objects.filter(publication=OuterRef("pk"))
    live = publications.filter(~Exists(followed), state=State.PUBLISHED).only(*COLUMNS)
    rows = [_reading(one) for one in live.iterator(chunk_size=1000)]
    Reading.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def _reading(publication: Publication) -> Reading:
    published_at = _published_at(publication)
    is_read = not publication.is_known_by_hand and not LADDER[-1].is_over(published_at, clock.now())
    at = LADDER[0].at(published_at) if is_read else None
    return Reading(
        organization_id=publication.organization_id, workspace_id=publication.workspace_id,
        account_id=publication.account_id, publication=publication, published_at=published_at,
        step=LADDER[0].name if is_read else "", step_at=at, next_try_at=at,
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
