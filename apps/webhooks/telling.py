"""An event as the outside is told of it: the same words in the feed and in a delivery."""

from __future__ import annotations

from typing import Any, Final

from apps.events.models import Event
from apps.tenants.keys import Mode
from apps.tenants.rest import ids
from apps.tenants.serializers import mode_of

TEST: Final = "webhook.test"


def as_data(event: Event) -> dict[str, Any]:
    """`mode` says whether it is real: what happens in a test workspace is a test."""
    return {
        "id": ids.public(ids.EVENT, event.pk),
        "type": event.name,
        "mode": mode_of(event.workspace) if event.workspace else Mode.LIVE.value,
        "workspace": ids.public(ids.WORKSPACE, event.workspace_id) if event.workspace_id else None,
        "subject": ids.subject(event.subject_type, event.subject_id),
        "sequence": event.sequence,
        "data": event.payload,
        "created_at": event.created_at.isoformat().replace("+00:00", "Z"),
    }
