"""What the API says of use and limits."""

from __future__ import annotations

from rest_framework import serializers

from apps.tenants.rest import ids
from apps.tenants.rest.ids import PublicId


class GaugeOfUse(serializers.Serializer):
    """What is used of something; a limit of null allows any amount."""

    label = serializers.CharField()
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True)


class UseOfWorkspace(serializers.Serializer):
    """The publications of one workspace; its own limit is what the organization lets it use in a month."""

    id = PublicId(ids.WORKSPACE)
    name = serializers.CharField()
    month = serializers.IntegerField()
    today = serializers.IntegerField()
    own_limit = serializers.IntegerField(allow_null=True)


class Usage(serializers.Serializer):
    """This month and today, by the calendar of the organization's time zone."""

    plan = serializers.CharField(allow_blank=True, help_text="Empty without one: then nothing is limited.")
    month = serializers.DateField(help_text="Its first day.")
    resets_on = serializers.DateField()
    timezone = serializers.CharField(source="zone")
    gauges = GaugeOfUse(many=True)
    workspaces = UseOfWorkspace(many=True)
