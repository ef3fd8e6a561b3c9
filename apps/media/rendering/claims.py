"""Which rendition a worker may make now, and the lease and fence it gets for it."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When, Window
from django.db.models.functions import RowNumber

from apps.core import tenancy
from apps.media.models import Rendition
from apps.media.rendering import outcomes
from apps.media.states import RenditionState

logger = logging.getLogger(__name__)

MOST_TRIES: Final = 2
# Other workers hold some of the rows that look free: look at more than the one that is wanted.
SPARE: Final = 8
SERVED: Final = (RenditionState.MAKING, RenditionState.READY, RenditionState.FAILED)
DEADLY: Final = "Converting this file stopped the worker twice. Try it with another copy; the operator can see why."


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one rendition, as long as its lease lasts and nobody has a newer fence."""

    rendition_id: UUID
    organization_id: UUID
    workspace_id: UUID
    fence: int

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        """The one client that this work is for."""
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})

    def __str__(self) -> str:
        return f"rendition {self.rendition_id} (fence {self.fence})"


def claim_next(*, now: datetime) -> Claim | None:
    """Take one rendition, workspaces in turn, the oldest first within one; two workers never receive the same before
    its lease ends."""
    with tenancy.across_tenants("claim a rendition to make"), transaction.atomic():
        row = _locked(_in_turn(now), now)
        if row is None:
            return None
        Rendition.across_tenants.filter(pk=row.pk).update(
            state=RenditionState.MAKING, fence=F("fence") + 1, tries=F("tries") + 1, percent=0,
            lease_until=now + settings.MEDIA_LEASE, updated_at=now,
        )  # fmt: skip
    return Claim(row.pk, row.organization_id, row.workspace_id, row.fence + 1)


def give_up_deadly(*, now: datetime) -> int:
    """Let those fail that took their workers down once too often; the number of them."""
    with tenancy.across_tenants("find renditions whose workers are gone"):
        rows = list(Rendition.across_tenants.deadly(now, tries=MOST_TRIES).order_by("lease_until")[:50])
    claims = [Claim(row.pk, row.organization_id, row.workspace_id, row.fence) for row in rows]
    return sum(outcomes.fail(claim, DEADLY, lapsed_at=now) for claim in claims)


def _in_turn(now: datetime) -> list[UUID]:
    free = Rendition.across_tenants.free(now, tries=MOST_TRIES)
    served = Rendition.across_tenants.filter(workspace_id=OuterRef("workspace_id"), state__in=SERVED)
    latest = served.order_by("-updated_at").values("updated_at")[:1]
    oldest = [F("created_at").asc(), F("id").asc()]
    turn = Window(RowNumber(), partition_by=[F("workspace_id")], order_by=oldest)
    rows = free.annotate(turn=turn, served_at=Subquery(latest))
    order = ("turn", F("served_at").asc(nulls_first=True), "created_at", "id")
    return list(rows.order_by(*order).values_list("pk", flat=True)[:SPARE])


def _locked(chosen: list[UUID], now: datetime) -> Any:
    """The first of `chosen` that no other worker holds and that is still free."""
    if not chosen:
        return None
    place = Case(*(When(pk=pk, then=Value(i)) for i, pk in enumerate(chosen)), output_field=IntegerField())
    free = Rendition.across_tenants.free(now, tries=MOST_TRIES).filter(pk__in=chosen)
    return free.order_by(place).skipping_locked().first()
