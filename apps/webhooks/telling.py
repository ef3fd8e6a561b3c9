"""An event as the outside is told of it: the same words in the feed and in a delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from apps.events.models import Event
from apps.tenants.keys import Mode
from apps.tenants.rest import ids
from apps.tenants.serializers import mode_of
from apps.webhooks import versions
from apps.webhooks.models import Endpoint

TEST: Final = "webhook.test"


def as_data(event: Event, version: str = versions.NEWEST) -> dict[str, Any]:
    return SHAPES[version](event)


def a_test(message_id: str, at: datetime, endpoint: Endpoint) -> dict[str, Any]:
    """What tells of nothing but that it comes."""
    return {
        "id": message_id,
        "type": TEST,
        "version": endpoint.version,
        "mode": mode_of(endpoint),
        "workspace": None,
        "data": {},
        "created_at": _instant(at),
    }


def _first(event: Event) -> dict[str, Any]:
    """`mode` says whether it is real: what happens in a test workspace is a test."""
    return {
        "id": ids.public(ids.EVENT, event.pk),
        "type": event.name,
        "version": versions.FIRST,
        "mode": mode_of(event.workspace) if event.workspace else Mode.LIVE.value,
        "workspace": ids.public(ids.WORKSPACE, event.workspace_id) if event.workspace_id else None,
        "subject": ids.subject(event.subject_type, event.subject_id),
        "sequence": event.sequence,
        "data": _data(event.payload),
        "created_at": _instant(event.created_at),
    }


def _data(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the event says. Of each account that it lists it says its name in the API too: an event may be about the
    sign-in behind several, which the API does not have."""
    listed = payload.get("accounts")
    if not isinstance(listed, list):
        return payload
    named = [ids.read(ids.ACCOUNT, one.get("id")) if isinstance(one, dict) else None for one in listed]
    if not all(named):  # Not ours to name, and no reason to keep what happened from being told.
        return payload
    accounts = [{**one, "account": ids.public(ids.ACCOUNT, pk)} for one, pk in zip(listed, named, strict=True) if pk]
    return {**payload, "accounts": accounts}


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


SHAPES: Final[Mapping[str, Callable[[Event], dict[str, Any]]]] = {versions.FIRST: _first}
