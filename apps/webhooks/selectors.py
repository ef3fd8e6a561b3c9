"""Reads shaped for the pages of webhook endpoints."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from apps.core import tenancy
from apps.core.ids import first_id
from apps.tenants.members import Member
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.states import DeliveryState

PAGE_SIZE: Final = 25
LATELY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the deliveries that were written within the last day."""

    delivered: int = 0
    failed: int = 0
    waiting: int = 0

    @property
    def percent(self) -> int | None:
        """Of what is settled, rounded down so that 100 means all; None where nothing is."""
        settled = self.delivered + self.failed
        return 100 * self.delivered // settled if settled else None


def endpoints_of(member: Member, permission: str = "webhook.view") -> QuerySet[Endpoint]:
    """Those that this member may do that with: all of the organization, or those of workspaces where they may."""
    rows: QuerySet[Endpoint] = Endpoint.objects.select_related("workspace")
    if isinstance(member.workspace_ids, tenancy.Everywhere):
        return rows
    return rows.filter(workspace_id__in=[one.pk for one in member.workspaces if member.may_in(one, permission)])


def tallies(endpoint_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Tally]:
    """For each of these endpoints, in one query."""
    lately = Delivery.objects.filter(endpoint__in=endpoint_ids, pk__gte=first_id(now - LATELY))
    rows = lately.order_by().values_list("endpoint_id", "state").annotate(Count("pk"))
    counts = {(endpoint_id, state): number for endpoint_id, state, number in rows}
    return {
        one: Tally(**{state.value: counts.get((one, state.value), 0) for state in DeliveryState})
        for one in endpoint_ids
    }


def deliveries_page(endpoint: Endpoint, *, state: str = "", before: UUID | None = None) -> tuple[list[Delivery], bool]:
    """Deliveries with event and attempts, the newest first, and whether there are older ones; in two queries."""
    rows = Delivery.objects.filter(endpoint=endpoint)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(pk__lt=before) if before else rows
    attempts = DeliveryAttempt.objects.defer("answer").order_by("-number")
    found = list(
        rows.select_related("event")
        .prefetch_related(Prefetch("attempts", queryset=attempts))
        .order_by("-pk")[: PAGE_SIZE + 1]
    )
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE
