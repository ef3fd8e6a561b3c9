"""Which deliveries a worker may send: taken under the row locks of their endpoints, a few of each, so that one that
does not answer holds up nobody else. All locks are let go before anybody is called.

A letter that cannot be made is claimed too, with the reason in its place: that is written down like the answer to one
that was sent, so that it is given up in its time and others go on."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from apps.core import clock, tenancy
from apps.core.encryption import CannotOpen
from apps.tenants.rest import ids
from apps.webhooks import telling
from apps.webhooks.models import Delivery, Endpoint
from apps.webhooks.services.sending import Letter
from apps.webhooks.states import EndpointState

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=60)
NO_SECRET: Final = "Nothing was sent: the endpoint's secret cannot be opened any more. Make another one."
NOT_TOLD: Final = "Nothing was sent: what happened could not be put into words. Tell whoever runs this Postroom."


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker may send; `number` fences. Without a letter there is nothing to send, and `problem`
    says why."""

    delivery_id: UUID
    number: int
    letter: Letter | None
    of_failing: bool  # its endpoint did not take the last one
    problem: str = ""


def claim(*, hands: int, for_failing: int) -> list[Claim]:
    """Take up to `hands` deliveries; up to `for_failing` of them are for endpoints that failed last."""
    if hands <= 0:
        return []
    now = clock.now()
    with tenancy.across_tenants("claim deliveries of webhooks"), transaction.atomic():
        endpoints = {one.pk: one for one in _endpoints(now, hands=hands, for_failing=for_failing)}
        taken = list(islice(_in_turn(_due_of(endpoints, now)), hands))
        deliveries = Delivery.across_tenants.filter(pk__in=taken)
        found = list(deliveries.select_related("event__workspace"))
        deliveries.update(tries=F("tries") + 1, spent=F("spent") + 1, lease_until=now + LEASE)
        return [_claim_of(delivery, endpoints[delivery.endpoint_id]) for delivery in found]


def _endpoints(now: datetime, *, hands: int, for_failing: int) -> Iterator[Endpoint]:
    """Endpoints for which something is due, held; in no order, so that none is always the last."""
    due = Delivery.across_tenants.due(now).filter(endpoint=OuterRef("pk"))
    rested = Q(rests_until=None) | Q(rests_until__lte=now)
    waiting = Endpoint.across_tenants.filter(rested, Exists(due), state=EndpointState.ACTIVE).order_by("?")
    yield from waiting.filter(failures=0).skipping_locked()[:hands]
    if for_failing > 0:
        yield from waiting.filter(failures__gt=0).skipping_locked()[:for_failing]


def _due_of(endpoints: Mapping[UUID, Endpoint], now: datetime) -> dict[UUID, list[UUID]]:
    """For each of these endpoints the deliveries that it has room for, the oldest first."""
    if not endpoints:
        return {}
    own = Delivery.across_tenants.filter(endpoint__in=endpoints)
    busy = own.under_way(now).order_by().values("endpoint").annotate(number=Count("pk"))
    under_way = {row["endpoint"]: row["number"] for row in busy}
    parts = []
    for endpoint in endpoints.values():
        room = (1 if endpoint.failures else settings.WEBHOOK_AT_ONCE) - under_way.get(endpoint.pk, 0)
        if room > 0:
            parts.append(_first(Delivery.across_tenants.due(now).filter(endpoint=endpoint), room))
    if not parts:
        return {}
    found: dict[UUID, list[UUID]] = {}
    for endpoint_id, delivery_id in parts[0].union(*parts[1:], all=True):
        found.setdefault(endpoint_id, []).append(delivery_id)
    return found


def _first(due: QuerySet[Delivery], room: int) -> QuerySet[Any]:
    # SQLite takes no LIMIT in a part of a UNION, but one inside of it.
    first = due.order_by("next_try_at", "id").values("pk")[:room]
    return Delivery.across_tenants.filter(pk__in=first).order_by().values_list("endpoint_id", "pk")


def _in_turn(due: Mapping[UUID, list[UUID]]) -> Iterator[UUID]:
    """One of each endpoint, then a second one of each: where hands are few, each endpoint has one."""
    return (one for one in chain.from_iterable(zip_longest(*due.values())) if one is not None)


def _claim_of(delivery: Delivery, endpoint: Endpoint) -> Claim:
    letter, problem = None, ""
    try:
        letter = _letter(delivery, endpoint)
    except CannotOpen as error:
        problem = NO_SECRET
        logger.error("The secret of endpoint %s cannot be opened: %s", endpoint.pk, error)
    except Exception:  # A mistake of ours in one letter; the others are made.
        problem = NOT_TOLD
        logger.exception("Delivery %s cannot be put into words", delivery.pk)
    return Claim(delivery.pk, delivery.tries + 1, letter, of_failing=endpoint.failures > 0, problem=problem)


def _letter(delivery: Delivery, endpoint: Endpoint) -> Letter:
    body = json.dumps(told_of(delivery, endpoint), ensure_ascii=False, separators=(",", ":")).encode()
    return Letter(endpoint.pk, endpoint.url, message_id_of(delivery), body, endpoint.secrets_at(clock.now()))


def told_of(delivery: Delivery, endpoint: Endpoint) -> dict[str, Any]:
    """What is sent, in the shape that the endpoint knows."""
    if delivery.event is None:
        return telling.a_test(message_id_of(delivery), delivery.created_at, endpoint)
    return telling.as_data(delivery.event, endpoint.version)


def message_id_of(delivery: Delivery) -> str:
    """The same over all tries, so that a receiver can tell a repeated one."""
    return ids.public(ids.EVENT, delivery.event_id) if delivery.event_id else ids.public(ids.DELIVERY, delivery.pk)
