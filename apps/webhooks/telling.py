"""An event as the outside is told of it: the same words in the feed and in a delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from apps.events.models import Event
from apps.tenants.rest import ids
from apps.webhooks import versions

# What events are about, by the names of tables: the name that the API has for it, and the kind of its id.
SUBJECTS: Final = {
    "post": ("post", ids.POST),
    "publication": ("publication", ids.PUBLICATION),
    "socialaccount": ("social_account", ids.ACCOUNT),
    "workspace": ("workspace", ids.WORKSPACE),
    "asset": ("media", ids.MEDIA),
    "membership": ("member", ids.MEMBER),
    "invitation": ("invitation", ids.INVITATION),
    "organization": ("organization", ids.ORGANIZATION),
    "import": ("import", ids.IMPORT),
    "snapshotrun": ("snapshot_run", ids.RUN),
    "endpoint": ("webhook_endpoint", ids.ENDPOINT),
}
TEST: Final = "webhook.test"


def as_data(event: Event, version: str = versions.NEWEST) -> dict[str, Any]:
    return SHAPES[version](event)


def a_test(message_id: str, at: datetime, version: str) -> dict[str, Any]:
    """What tells of nothing but that it comes."""
    return {
        "id": message_id,
        "type": TEST,
        "version": version,
        "workspace": None,
        "data": {},
        "created_at": _instant(at),
    }


def _first(event: Event) -> dict[str, Any]:
    name, kind = SUBJECTS.get(event.subject_type, (event.subject_type, ""))
    return {
        "id": ids.public(ids.EVENT, event.pk),
        "type": event.name,
        "version": versions.FIRST,
        "workspace": ids.public(ids.WORKSPACE, event.workspace_id) if event.workspace_id else None,
        "subject": {
            "type": name,
            "id": ids.public(kind, event.subject_id) if kind else str(event.subject_id),
        },
        "sequence": event.sequence,
        "data": event.payload,
        "created_at": _instant(event.created_at),
    }


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


SHAPES: Final[Mapping[str, Callable[[Event], dict[str, Any]]]] = {versions.FIRST: _first}
