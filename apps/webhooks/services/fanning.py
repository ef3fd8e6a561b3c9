"""From events to deliveries: one for each endpoint that wants to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.core import clock
from apps.core.querysets import within_reach
from apps.events.models import Event
from apps.tenants.models import Workspace
from apps.webhooks.models import Delivery, Endpoint
from apps.webhooks.states import EndpointState
from apps.webhooks.waking import wake_deliveries

KEPT: Final = timedelta(days=30)  # so long deliveries are remembered, and with them that an event was told


def fan_out(events: Sequence[Event]) -> None:
    """A consumer of all events, many at once and across tenants. It keeps no mark of its own: that an endpoint was told
    of an event is its delivery, which there is once.

    An event whose relay failed for so long that its deliveries may be forgotten by now is told nobody any more."""
    fresh = [event for event in events if event.created_at > clock.now() - KEPT]
    endpoints = _endpoints_of({event.organization_id for event in fresh}) if fresh else {}
    tests = _tests_among({event.workspace_id for event in fresh}) if endpoints else frozenset()
    deliveries = [
        delivery_of(event, one)
        for event in fresh
        for one in endpoints.get(event.organization_id, ())
        if one.wants(event) and one.is_test == (event.workspace_id in tests)
    ]
    if deliveries:
        Delivery.across_tenants.bulk_create(deliveries, ignore_conflicts=True)
        wake_deliveries()


def delivery_of(event: Event, endpoint: Endpoint) -> Delivery:
    own = {"organization_id": event.organization_id, "workspace_id": event.workspace_id}
    return Delivery(**own, endpoint=endpoint, event=event)


def missed(endpoint: Endpoint, events: QuerySet[Event]) -> Iterator[Delivery]:
    """Deliveries to be of those events that the endpoint wants and was never to be told of."""
    told = within_reach(Delivery).filter(endpoint=endpoint).values("event_id")
    events = events.exclude(pk__in=told.filter(event__isnull=False))
    events = events.filter(name__in=endpoint.events) if endpoint.events else events
    events = events.filter(workspace_id=endpoint.workspace_id) if endpoint.workspace_id else events
    tests = within_reach(Workspace).filter(is_test=True).values("pk")
    events = events.filter(workspace__in=tests) if endpoint.is_test else events.exclude(workspace__in=tests)
    for event in events.order_by("pk").iterator(chunk_size=500):
        yield delivery_of(event, endpoint)


def _tests_among(workspaces: set[UUID | None]) -> frozenset[UUID]:
    """Those of the workspaces in which nothing is real: endpoints are told of what is like themselves."""
    tests = within_reach(Workspace).filter(pk__in=[one for one in workspaces if one], is_test=True)
    return frozenset(tests.values_list("pk", flat=True))


def _endpoints_of(organizations: set[UUID]) -> dict[UUID, list[Endpoint]]:
    listening = Endpoint.across_tenants.filter(organization_id__in=organizations).exclude(state=EndpointState.DISABLED)
    found: dict[UUID, list[Endpoint]] = {}
    for endpoint in listening.defer("secret", "previous_secret"):
        found.setdefault(endpoint.organization_id, []).append(endpoint)
    return found
