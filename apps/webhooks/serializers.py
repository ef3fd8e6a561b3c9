"""What the API says of what has happened, and of who is told."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.events.catalogue import CATALOGUE
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId
from apps.tenants.serializers import MODES, ModeField
from apps.webhooks import telling, versions
from apps.webhooks.states import DeliveryState, EndpointState


class Subject(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.CharField()


class EventShape(serializers.Serializer):
    """Something that happened. `sequence` rises with the events of one subject."""

    id = PublicId(ids.EVENT)
    type = serializers.ChoiceField(sorted(CATALOGUE))
    version = serializers.ChoiceField(versions.ALL, help_text="The shape in which it is told.")
    mode = serializers.ChoiceField(MODES, help_text="`test` for what happened in a test workspace.")
    workspace = PublicId(ids.WORKSPACE, allow_null=True)
    subject = Subject()
    sequence = serializers.IntegerField()
    data = serializers.DictField()
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return telling.as_data(instance)


class Feed(serializers.Serializer):
    data = EventShape(many=True)
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Ask with it as `after` for what comes next, now or later. Null: nothing came yet."
    )
    has_more = serializers.BooleanField()


class EndpointToChange(serializers.Serializer):
    url = serializers.CharField(max_length=1000, help_text="https, on a public address.")
    events = serializers.ListField(
        child=serializers.ChoiceField(sorted(CATALOGUE)), required=False, max_length=len(CATALOGUE),
        help_text="Left out or empty: all.",
    )  # fmt: skip
    description = serializers.CharField(required=False, allow_blank=True, max_length=200)
    state = serializers.ChoiceField(
        EndpointState.values, required=False,
        help_text="active: in use. paused: what happens is kept and sent when it is active again. disabled: it is not.",
    )  # fmt: skip


class EndpointToMake(serializers.Serializer):
    url = serializers.CharField(max_length=1000, help_text="https, on a public address.")
    events = serializers.ListField(
        child=serializers.ChoiceField(sorted(CATALOGUE)), required=False, max_length=len(CATALOGUE), default=list,
        help_text="Left out or empty: all.",
    )  # fmt: skip
    description = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    workspace = Known(
        ids.WORKSPACE, Workspace, required=False, allow_null=True,
        help_text="What happens there and nothing else. A workspace's key means its own.",
    )  # fmt: skip


class EndpointShape(serializers.Serializer):
    """Where the organization is told of what happens."""

    id = PublicId(ids.ENDPOINT)
    mode = ModeField()
    url = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id", allow_null=True)
    events = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(EndpointState.values)
    reason = serializers.CharField(allow_blank=True, help_text="Why it was disabled.")
    version = serializers.ChoiceField(versions.ALL, help_text="The shape in which it is told, kept from its making.")
    failures = serializers.IntegerField(help_text="In a row.")
    rests_until = serializers.DateTimeField(allow_null=True, help_text="It failed again: it is left alone until then.")
    overlaps_until = serializers.DateTimeField(allow_null=True, help_text="Until then the secret before it signs too.")
    created_at = serializers.DateTimeField()


class EndpointShownOnce(EndpointShape):
    secret = serializers.CharField(help_text="In this answer and never again.")


class SecretToRotate(serializers.Serializer):
    overlap_hours = serializers.IntegerField(min_value=0, max_value=168, default=24)


class ToRedeliver(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    only_failed = serializers.BooleanField(
        default=True, help_text="What was given up, and what it was never told of. False: what it has taken as well."
    )


class Redelivered(serializers.Serializer):
    count = serializers.IntegerField()


class DeliveryShape(serializers.Serializer):
    """One event on its way to one endpoint."""

    id = PublicId(ids.DELIVERY)
    endpoint = PublicId(ids.ENDPOINT, source="endpoint_id")
    event = PublicId(ids.EVENT, source="event_id", allow_null=True, help_text="Null: a test.")
    type = serializers.SerializerMethodField()
    state = serializers.ChoiceField(DeliveryState.values)
    tries = serializers.IntegerField()
    next_try_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_type(self, delivery: Any) -> str:
        return delivery.event.name if delivery.event else telling.TEST


class DeliveryAttemptShape(serializers.Serializer):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField(help_text="0: there was no answer.")
    answer = serializers.CharField(allow_blank=True, help_text="The first 20 kB.")
    problem = serializers.CharField(allow_blank=True)
