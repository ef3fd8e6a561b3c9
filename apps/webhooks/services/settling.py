"""What came of deliveries, written down for many at once: each try a row, and what is next for the delivery and for its
endpoint."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.core import clock, tenancy
from apps.events import services as events
from apps.webhooks.models import Delivery, DeliveryAttempt, Endpoint
from apps.webhooks.services.claiming import Claim
from apps.webhooks.services.sending import Answer
from apps.webhooks.states import DeliveryState, EndpointState

MOST_FAILURES: Final = 50  # in a row,
WITHIN: Final = timedelta(hours=24)
LONGEST_REST: Final = timedelta(seconds=60)
IS_BUSY: Final = frozenset({0, 429, 502, 504})
LEAST_WHEN_BUSY: Final = timedelta(minutes=1)
GONE: Final = 410
SAID_GONE: Final = "It answered that it is gone (410)."
FAILED_LONG: Final = f"It failed {MOST_FAILURES} times in a row within a day."

Result = tuple[Claim, Answer]


def settle(results: Sequence[Result]) -> None:
    """Write down what came of them, but for those that another worker has by now."""
    with tenancy.across_tenants("write down how deliveries were answered"), transaction.atomic():
        ids = [claim.delivery_id for claim, _ in results]
        rows = Delivery.across_tenants.filter(pk__in=ids).order_by("pk").select_for_update()
        held = {row.pk: row for row in rows}
        mine = [
            (held[claim.delivery_id], answer)
            for claim, answer in results
            if claim.delivery_id in held and held[claim.delivery_id].tries == claim.number
        ]
        DeliveryAttempt.across_tenants.bulk_create(_attempt(row, answer) for row, answer in mine)
        _take([row for row, answer in mine if answer.is_taken])
        _refuse([(row, answer) for row, answer in mine if not answer.is_taken])


def _attempt(delivery: Delivery, answer: Answer) -> DeliveryAttempt:
    return DeliveryAttempt(
        organization_id=delivery.organization_id,
        workspace_id=delivery.workspace_id,
        delivery=delivery,
        number=delivery.tries,
        started_at=answer.started_at,
        milliseconds=answer.milliseconds,
        status=answer.status,
        answer=answer.text,
        problem=answer.problem,
    )


def _take(rows: Sequence[Delivery]) -> None:
    if not rows:
        return
    now = clock.now()
    Delivery.across_tenants.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.DELIVERED, delivered_at=now, lease_until=None
    )
    failing = Endpoint.across_tenants.filter(pk__in={row.endpoint_id for row in rows}, failures__gt=0)
    failing.update(failures=0, failed_at=[], rests_until=None)


def _refuse(refused: Sequence[tuple[Delivery, Answer]]) -> None:
    by_endpoint: dict[UUID, list[Answer]] = {}
    for delivery, answer in refused:
        Delivery.across_tenants.filter(pk=delivery.pk).update(lease_until=None, **_next(delivery, answer))
        by_endpoint.setdefault(delivery.endpoint_id, []).append(answer)
    for endpoint in Endpoint.across_tenants.filter(pk__in=by_endpoint).order_by("pk").select_for_update():
        for answer in by_endpoint[endpoint.pk]:
            _count_failure(endpoint, answer)


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
    now = clock.now()
    endpoint.failures += 1
    endpoint.failed_at = [*_of_the_last_day(endpoint.failed_at, now), int(now.timestamp())][-MOST_FAILURES:]
    endpoint.rests_until = _rest(endpoint.failures, now)
    is_long = len(endpoint.failed_at) >= MOST_FAILURES
    reason = SAID_GONE if answer.status == GONE else FAILED_LONG if is_long else ""
    if reason and endpoint.state != EndpointState.DISABLED:
        endpoint.state, endpoint.reason = EndpointState.DISABLED, reason
        events.emit("webhook.disabled", subject=endpoint, data={"url": endpoint.url, "reason": reason})
    endpoint.save(update_fields=["failures", "failed_at", "rests_until", "state", "reason"])


def _of_the_last_day(seconds: Sequence[int], now: datetime) -> list[int]:
    return [one for one in seconds if one > (now - WITHIN).timestamp()]


def _rest(failures: int, now: datetime) -> datetime | None:
    """Whoever fails again and again is asked ever less often: a minute of a receiver's restart is then a few failures,
    however much there is to tell it, and not the fifty that disable it."""
    return now + min(timedelta(seconds=2 ** min(failures - 1, 10)), LONGEST_REST) if failures > 1 else None
