"""An event as the outside is told of it: the same words in the feed and in a delivery."""

from __future__ import annotations

from typing import Any, Final

from apps.events.models import Event
from apps.tenants.rest import ids

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


def as_data(event: Event) -> dict[str, Any]:
    name, kind = SUBJECTS.get(event.subject_type, (event.subject_type, ""))
    return {
        "id": ids.public(ids.EVENT, event.pk),
        "type": event.name,
        "workspace": ids.public(ids.WORKSPACE, event.workspace_id) if event.workspace_id else None,
        "subject": {
            "type": name,
            "id": ids.public(kind, event.subject_id) if kind else str(event.subject_id),
        },
        "sequence": event.sequence,
        "data": event.payload,
        "created_at": event.created_at.isoformat().replace("+00:00", "Z"),
    }
