"""Deliveries: one for each event and endpoint, sent until it is taken or given up. At least once, in no promised order.

The row is the truth, and a message only wakes a worker. A worker takes an endpoint's deliveries under its row lock, one
or two at a time, so that one that does not answer holds up nobody else, and lets go of all locks before it calls.
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from apps.core import clock, outbound, tenancy
from apps.events import services as events
from apps.events.models import Event
from apps.tenants.rest import ids
from apps.tenants.serializers import mode_of
from apps.webhooks import signing, telling
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.states import DeliveryState, EndpointState
from apps.webhooks.waking import wake_deliveries

logger = logging.getLogger(__name__)

SECONDS: Final = 25.0  # of one worker's round; beat begins the next
AT_ONCE: Final = 2  # of one endpoint; of one that fails, one
TIMEOUT: Final = timedelta(seconds=15)
LEASE: Final = timedelta(seconds=60)
KEPT: Final = 20_000  # bytes of an answer
MOST_FAILURES: Final = 50
IS_BUSY: Final = frozenset({0, 429, 502, 504})
LEAST_WHEN_BUSY: Final = timedelta(minutes=1)
GONE: Final = 410
SAID_GONE: Final = "It answered that it is gone (410)."
FAILED_LONG: Final = f"It failed {MOST_FAILURES} times in a row."


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker may send; `number` fences."""

    organization_id: UUID
    delivery_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, and where to."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """How it was answered. `status` 0: not at all, and `problem` says why."""

    started_at: datetime
    milliseconds: int
    status: int = 0
    text: str = ""
    problem: str = ""
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def fan_out(event: Event) -> None:
    """A consumer of all events: a delivery for each endpoint that wants this one."""
    wanting = [one for one in Endpoint.objects.filter(state=EndpointState.ACTIVE) if one.wants(event)]
    if not wanting:
        return
    is_test = event.workspace is not None and event.workspace.is_test
    wanting = [one for one in wanting if one.is_test == is_test]
    Delivery.objects.bulk_create(
        [
            Delivery(organization_id=event.organization_id, workspace_id=event.workspace_id, endpoint=one, event=event)
            for one in wanting
        ],
        ignore_conflicts=True,
    )
    wake_deliveries()


def deliver_due(*, seconds: float = SECONDS) -> int:
    """Send what is due, for so long; how many were sent, taken or not."""
    until, sent = time.monotonic() + seconds, 0
    running: set[Future[None]] = set()
    with ThreadPoolExecutor(settings.WEBHOOK_CONCURRENCY) as pool:
        while True:
            free = settings.WEBHOOK_CONCURRENCY - len(running)
            if free and time.monotonic() < until:
                running |= {pool.submit(_deliver, claim) for claim in _claim(free)}
            if not running:
                return sent
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            sent += len(finished)


def _claim(limit: int) -> list[Claim]:
    now = clock.now()
    with tenancy.across_tenants("claim deliveries of webhooks"), transaction.atomic():
        due = Delivery.across_tenants.due(now)
        endpoints = Endpoint.across_tenants.filter(
            Exists(due.filter(endpoint=OuterRef("pk"))), state=EndpointState.ACTIVE
        )
        claims: list[Claim] = []
        for endpoint in endpoints.order_by("failures", "id").skipping_locked()[:limit]:
            claims += _take(endpoint, now)
        return claims


def _take(endpoint: Endpoint, now: datetime) -> Iterator[Claim]:
    """A delivery or two of an endpoint whose row is held."""
    own = Delivery.across_tenants.filter(endpoint=endpoint)
    room = (1 if endpoint.failures else AT_ONCE) - own.under_way(now).count()
    for delivery in own.due(now).order_by("next_try_at", "id")[: max(room, 0)]:
        own.filter(pk=delivery.pk).update(tries=F("tries") + 1, spent=F("spent") + 1, lease_until=now + LEASE)
        yield Claim(delivery.organization_id, delivery.pk, delivery.tries + 1)


def _deliver(claim: Claim) -> None:
    try:
        if letter := _letter(claim):
            _settle(claim, _send(letter))
    except Exception:  # Whatever is wrong with one, the others are sent; its lease ends by itself.
        logger.exception("Delivery %s could not be sent", claim.delivery_id)
    finally:
        connection.close()


def _letter(claim: Claim) -> Letter | None:
    now = clock.now()
    with tenancy.scope(organization_id=claim.organization_id):
        rows = Delivery.objects.select_related("endpoint", "event__workspace")
        delivery = rows.filter(pk=claim.delivery_id, tries=claim.number).first()
        if delivery is None:
            return None
        endpoint = delivery.endpoint
        secrets = [endpoint.secret]
        if endpoint.overlaps_until and endpoint.overlaps_until > now:
            secrets.append(endpoint.previous_secret)
    body = json.dumps(_said(delivery), ensure_ascii=False, separators=(",", ":")).encode()
    signed = signing.headers(message_id=_message_id(delivery), at=now, body=body, secrets=secrets)
    return Letter(endpoint.url, body, {"Content-Type": "application/json", **signed})


def _said(delivery: Delivery) -> dict[str, object]:
    if delivery.event is not None:
        return telling.as_data(delivery.event)
    at = delivery.created_at.isoformat().replace("+00:00", "Z")
    return {
        "id": _message_id(delivery),
        "type": telling.TEST,
        "mode": mode_of(delivery.endpoint),
        "workspace": None,
        "data": {},
        "created_at": at,
    }


def _message_id(delivery: Delivery) -> str:
    """The same over all tries, so that a receiver can tell a repeated one."""
    return ids.public(ids.EVENT, delivery.event_id) if delivery.event_id else ids.public(ids.DELIVERY, delivery.pk)


def _send(letter: Letter) -> Answer:
    started_at, began = clock.now(), time.monotonic()

    def lasted() -> int:
        return int((time.monotonic() - began) * 1000)

    try:
        with (
            outbound.client(timeout=TIMEOUT) as client,
            client.stream("POST", letter.url, content=letter.body, headers=letter.headers) as response,
        ):
            text = _beginning(response)
            return Answer(started_at, lasted(), response.status_code, text, retry_after=_retry_after(response.headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(started_at, lasted(), problem=f"{type(error).__name__}: {error}"[:200])


def _beginning(response: httpx.Response) -> str:
    found = b""
    for piece in response.iter_raw():
        found += piece
        if len(found) >= KEPT:
            break
    return found[:KEPT].decode(errors="replace").replace("\0", "")


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    text = headers.get("Retry-After", "")
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _settle(claim: Claim, answer: Answer) -> None:
    """Write down what came of it, unless another worker has the delivery by now."""
    with tenancy.scope(organization_id=claim.organization_id), transaction.atomic():
        mine = Delivery.objects.filter(pk=claim.delivery_id, tries=claim.number)
        delivery = mine.select_related("endpoint").first()
        if delivery is None:
            return
        DeliveryAttempt.objects.create(
            organization_id=claim.organization_id,
            workspace_id=delivery.workspace_id,
            delivery=delivery,
            number=claim.number,
            started_at=answer.started_at,
            milliseconds=answer.milliseconds,
            status=answer.status,
            answer=answer.text,
            problem=answer.problem,
        )
        if answer.is_taken:
            mine.update(state=DeliveryState.DELIVERED, delivered_at=clock.now(), lease_until=None)
            if delivery.endpoint.failures:
                Endpoint.objects.filter(pk=delivery.endpoint_id).update(failures=0)
            return
        mine.update(lease_until=None, **_next(delivery, answer))
        _count_failure(delivery.endpoint, answer)


def _next(delivery: Delivery, answer: Answer) -> dict[str, object]:
    """When it is tried again, or that it is given up."""
    pauses = settings.WEBHOOK_RETRY_PAUSES
    if delivery.spent > len(pauses):
        return {"state": DeliveryState.FAILED}
    pause = pauses[delivery.spent - 1] * random.uniform(0.8, 1.2)  # noqa: S311
    if answer.status in IS_BUSY:
        pause = max(pause, LEAST_WHEN_BUSY)
    if answer.retry_after is not None:
        pause = min(max(answer.retry_after, pause), 2 * pause)
    return {"next_try_at": clock.now() + pause}


def _count_failure(endpoint: Endpoint, answer: Answer) -> None:
    endpoint = Endpoint.objects.locked(endpoint.pk)
    endpoint.failures += 1
    reason = SAID_GONE if answer.status == GONE else FAILED_LONG if endpoint.failures >= MOST_FAILURES else ""
    if reason and endpoint.state == EndpointState.ACTIVE:
        endpoint.state, endpoint.reason = EndpointState.DISABLED, reason
        events.emit("webhook.disabled", subject=endpoint, data={"url": endpoint.url, "reason": reason})
    endpoint.save(update_fields=["failures", "state", "reason"])
