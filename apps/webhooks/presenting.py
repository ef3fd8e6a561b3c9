"""Webhook endpoints and deliveries in words, as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.urls import reverse

from apps.webhooks import telling
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.selectors import Tally
from apps.webhooks.states import DeliveryState, EndpointState

SHOWN: Final = 3  # names of events, before "and so many more"


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint with what it is told and how it is doing. `word` and `tone` tell its state; `failing_since` is None
    while it takes what it is sent."""

    id: UUID
    title: str
    url: str
    place: str
    wants: str
    version: str
    word: str
    tone: str
    icon: str
    reason: str
    failing_since: datetime | None
    overlaps_until: datetime | None
    tally: Tally
    is_active: bool
    page_url: str
    test_url: str  # "" where it may not be


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery in a list. `again_at` is when it is tried next, where it is."""

    event: str
    word: str
    tone: str
    icon: str
    again_at: datetime | None
    milliseconds: int | None
    tries: int
    created_at: datetime
    page_url: str
    again_url: str  # "" where it may not be


def endpoint_view(endpoint: Endpoint, tally: Tally, *, now: datetime, may_edit: bool) -> EndpointView:
    word, tone, icon = _state_of(endpoint)
    is_active = endpoint.state == EndpointState.ACTIVE
    since = datetime.fromtimestamp(endpoint.failed_at[0], UTC) if endpoint.failures and endpoint.failed_at else None
    still = endpoint.overlaps_until if endpoint.overlaps_until and endpoint.overlaps_until > now else None
    return EndpointView(
        id=endpoint.pk,
        title=endpoint.description or endpoint.url,
        url=endpoint.url,
        place=endpoint.workspace.name if endpoint.workspace else "All workspaces",
        wants=wants(endpoint),
        version=endpoint.version,
        word=word,
        tone=tone,
        icon=icon,
        reason=endpoint.reason,
        failing_since=since if is_active else None,
        overlaps_until=still,
        tally=tally,
        is_active=is_active,
        page_url=reverse("hooks:endpoint", args=[endpoint.pk]),
        test_url=reverse("hooks:test", args=[endpoint.pk]) if may_edit and is_active else "",
    )


def wants(endpoint: Endpoint) -> str:
    names = endpoint.events
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more if names else "All events"


def delivery_view(delivery: Delivery, *, now: datetime, may_edit: bool) -> DeliveryView:
    last: DeliveryAttempt | None = next(iter(delivery.attempts.all()), None)
    word, tone, icon = _answer_of(delivery, last, now)
    is_waiting = delivery.state == DeliveryState.WAITING
    return DeliveryView(
        event=delivery.event.name if delivery.event else telling.TEST,
        word=word,
        tone=tone,
        icon=icon,
        again_at=delivery.next_try_at if is_waiting and last and delivery.next_try_at > now else None,
        milliseconds=last.milliseconds if last else None,
        tries=delivery.tries,
        created_at=delivery.created_at,
        page_url=reverse("hooks:delivery", args=[delivery.pk]),
        again_url=reverse("hooks:again_one", args=[delivery.pk]) if may_edit else "",
    )


def answered(attempt: DeliveryAttempt) -> str:
    """How one try ended, in a word or two."""
    return str(attempt.status) if attempt.status else "No answer"


def _state_of(endpoint: Endpoint) -> tuple[str, str, str]:
    if endpoint.state == EndpointState.PAUSED:
        return "Paused", "warn", "held"
    if endpoint.state == EndpointState.DISABLED:
        return "Disabled", "bad", "failed"
    return ("Failing", "warn", "retrying") if endpoint.failures else ("Active", "ok", "published")


def _answer_of(delivery: Delivery, last: DeliveryAttempt | None, now: datetime) -> tuple[str, str, str]:
    if delivery.state == DeliveryState.DELIVERED:
        return answered(last) if last else "Taken", "ok", "check"
    if delivery.state == DeliveryState.FAILED:
        return f"Gave up after {delivery.spent} {'try' if delivery.spent == 1 else 'tries'}", "bad", "failed"
    if delivery.lease_until and delivery.lease_until > now:
        return "On its way", "info", "publishing"
    return (answered(last), "warn", "retrying") if last else ("Waiting", "", "scheduled")
