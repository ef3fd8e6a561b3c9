"""Where an organization is told of what happens: made, changed, given another secret, removed."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, outbound
from apps.core.encryption import CannotOpen
from apps.core.secrets import Secret
from apps.events.catalogue import CATALOGUE
from apps.events.models import Event
from apps.tenants.callers import Caller, Seat
from apps.tenants.models import Organization, Workspace
from apps.usage import services as usage
from apps.usage.errors import PlanIsFull
from apps.usage.meters import Limit
from apps.webhooks.errors import EndpointRefused
from apps.webhooks.models import Delivery, Endpoint
from apps.webhooks.services import fanning
from apps.webhooks.services.fanning import KEPT
from apps.webhooks.states import DeliveryState, EndpointState
from apps.webhooks.waking import wake_deliveries

OVERLAP: Final = timedelta(hours=24)
SECRET_BYTES: Final = 32
BATCH: Final = 500


@transaction.atomic
def make_endpoint(
    *, by: Seat, url: str, events: Collection[str] = (), workspace: Workspace | None = None, description: str = ""
) -> tuple[Endpoint, Secret]:
    """An endpoint and the secret that its deliveries are signed with, told this once; a test key's is told of tests.
    Raises EndpointRefused."""
    is_test = by.is_test if isinstance(by, Caller) else workspace is not None and workspace.is_test
    _check(url, events)
    _refuse_too_many(by, is_test=is_test)
    secret = _new_secret()
    endpoint = Endpoint(
        organization_id=by.organization.pk,
        workspace=workspace,
        is_test=is_test,
        url=url,
        events=_in_order(events),
        description=description,
        secret=secret,
    )
    endpoint.save()
    audit.record("webhook.made", subject=endpoint, actor=by.actor, diff={"events": endpoint.events})
    return endpoint, secret


@transaction.atomic
def change_endpoint(*, endpoint: Endpoint, by: Seat, **changes: Any) -> Endpoint:
    """Another address or other events; paused, or in use again after that or after it was disabled. Raises
    EndpointRefused."""
    endpoint = Endpoint.objects.locked(endpoint.pk)
    _check(changes.get("url", endpoint.url), changes.get("events", endpoint.events))
    for name, value in changes.items():
        setattr(endpoint, name, _in_order(value) if name == "events" else value)
    if changes.get("state") == EndpointState.ACTIVE:
        _begin_anew(endpoint)
        wake_deliveries()
    endpoint.save()
    audit.record("webhook.changed", subject=endpoint, actor=by.actor, diff={"changed": sorted(changes)})
    return endpoint


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, by: Seat, overlap: timedelta = OVERLAP) -> tuple[Endpoint, Secret]:
    """Another secret; what is sent within the overlap is signed with both. One that cannot be opened any more signs
    nothing, and so overlaps with nothing."""
    endpoint = Endpoint.objects.locked(endpoint.pk)
    endpoint.previous_secret = _opened(endpoint) if overlap else Secret("")
    endpoint.overlaps_until = clock.now() + overlap if endpoint.previous_secret else None
    endpoint.secret = secret = _new_secret()
    endpoint.save()
    audit.record("webhook.secret_rotated", subject=endpoint, actor=by.actor)
    return endpoint, secret


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, by: Seat) -> None:
    """Tell it nothing more; its deliveries are forgotten."""
    audit.record("webhook.removed", subject=endpoint, actor=by.actor, diff={"url": endpoint.url})
    endpoint.delete()


@transaction.atomic
def send_test(*, endpoint: Endpoint) -> Delivery:
    """A delivery that tells of nothing but itself. Raises EndpointRefused for one that is told nothing."""
    endpoint = Endpoint.objects.locked(endpoint.pk)
    _refuse_if_told_nothing(endpoint)
    delivery = Delivery(organization_id=endpoint.organization_id, workspace_id=endpoint.workspace_id, endpoint=endpoint)
    delivery.save()
    _rest_no_longer(endpoint)
    return delivery


@transaction.atomic
def redeliver(*, endpoint: Endpoint, since: datetime, until: datetime | None = None, only_failed: bool = True) -> int:
    """Send what happened between these instants: what was given up, and what it was never told of, for it was disabled
    then or did not exist; unless `only_failed`, what it took as well. How many. What is older than deliveries are kept
    is not sent, for nobody knows any more whether it was told. Raises EndpointRefused for one that is told nothing."""
    endpoint = Endpoint.objects.locked(endpoint.pk)
    _refuse_if_told_nothing(endpoint)
    since, until = max(since, clock.now() - KEPT), until or clock.now()
    rows = Delivery.objects.filter(endpoint=endpoint, created_at__gte=since, created_at__lt=until)
    rows = rows.exclude(state=DeliveryState.WAITING)
    again = _again(rows.filter(state=DeliveryState.FAILED) if only_failed else rows)
    happened = Event.objects.filter(created_at__gte=since, created_at__lt=until)
    missed = iter(fanning.missed(endpoint, happened))
    while some := list(islice(missed, BATCH)):
        Delivery.objects.bulk_create(some, ignore_conflicts=True)
        again += len(some)
    _rest_no_longer(endpoint)
    return again


@transaction.atomic
def redeliver_one(*, delivery: Delivery) -> Delivery:
    """Send a delivery once more, whatever became of it; one that is waiting goes at once. Raises EndpointRefused where
    its endpoint is told nothing."""
    _refuse_if_told_nothing(delivery.endpoint)
    _again(Delivery.objects.filter(pk=delivery.pk))
    _rest_no_longer(delivery.endpoint)
    delivery.refresh_from_db()
    return delivery


def _opened(endpoint: Endpoint) -> Secret:
    try:
        return endpoint.secret
    except CannotOpen:
        return Secret("")


def _again(rows: Any) -> int:
    now = clock.now()
    again: int = rows.update(state=DeliveryState.WAITING, spent=0, next_try_at=now, delivered_at=None, updated_at=now)
    return again


def _begin_anew(endpoint: Endpoint) -> None:
    endpoint.reason, endpoint.failures, endpoint.failed_at, endpoint.rests_until = "", 0, [], None


def _rest_no_longer(endpoint: Endpoint) -> None:
    """A person wants to see what comes of it: now, and not when its rest is over."""
    Endpoint.objects.filter(pk=endpoint.pk).update(rests_until=None)
    wake_deliveries()


def _refuse_if_told_nothing(endpoint: Endpoint) -> None:
    if endpoint.state == EndpointState.PAUSED:
        raise EndpointRefused("The endpoint is paused. Resume it first.")
    if endpoint.state == EndpointState.DISABLED:
        raise EndpointRefused("The endpoint is disabled. Enable it first.")


def _check(url: str, events: Collection[str]) -> None:
    try:
        outbound.check_url(url)
    except outbound.AddressRefused as error:
        raise EndpointRefused(str(error), field="url") from error
    if unknown := sorted(set(events) - set(CATALOGUE)):
        raise EndpointRefused(f"There is no event called {unknown[0]}.", field="events")


def _refuse_too_many(by: Seat, *, is_test: bool) -> None:
    # The organization's row is held, so that two who make the last one at once cannot both have it.
    Organization.objects.select_for_update().get(pk=by.organization.pk)
    if Endpoint.objects.filter(is_test=is_test).count() >= settings.WEBHOOK_MAX_ENDPOINTS:
        raise EndpointRefused(f"An organization has up to {settings.WEBHOOK_MAX_ENDPOINTS} endpoints.")
    if is_test:
        return
    try:
        usage.require(Limit.WEBHOOKS, used=Endpoint.objects.filter(is_test=False).count)
    except PlanIsFull as full:
        raise EndpointRefused(full.words) from full


def _in_order(events: Collection[str]) -> list[str]:
    return [name for name in CATALOGUE if name in set(events)]


def _new_secret() -> Secret:
    return Secret("whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode())
