"""What the API says of what has happened."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.events.catalogue import CATALOGUE
from apps.events.models import Event
from apps.tenants.rest import ids
from apps.tenants.rest.ids import PublicId

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
}


class Subject(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.CharField()


class EventShape(serializers.Serializer):
    """Something that happened. `sequence` rises with the events of one subject."""

    id = PublicId(ids.EVENT)
    type = serializers.ChoiceField(sorted(CATALOGUE), source="name")
    workspace = PublicId(ids.WORKSPACE, source="workspace_id", allow_null=True)
    subject = serializers.SerializerMethodField()
    sequence = serializers.IntegerField()
    data = serializers.JSONField(source="payload")
    created_at = serializers.DateTimeField()

    @extend_schema_field(Subject)
    def get_subject(self, event: Event) -> dict[str, str]:
        name, kind = SUBJECTS.get(event.subject_type, (event.subject_type, ""))
        return {"type": name, "id": ids.public(kind, event.subject_id) if kind else str(event.subject_id)}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown


class Feed(serializers.Serializer):
    data = EventShape(many=True)
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Ask with it as `after` for what comes next, now or later. Null: nothing came yet."
    )
    has_more = serializers.BooleanField()
