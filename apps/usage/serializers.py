"""What the API says of use and limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from rest_framework import serializers

from apps.tenants.rest import ids
from apps.tenants.rest.ids import PublicId
from apps.usage import selectors

MOST: Final = 2_000_000_000


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


class UsedByMeter(serializers.Serializer):
    publications = serializers.IntegerField()
    imports = serializers.IntegerField()


class OwnLimits(serializers.Serializer):
    """In a month, on top of the plan; null: as much as the plan."""

    publications = serializers.IntegerField(min_value=0, max_value=MOST, allow_null=True)
    imports = serializers.IntegerField(min_value=0, max_value=MOST, allow_null=True)


class MonthOfUse(serializers.Serializer):
    month = serializers.CharField(help_text="Such as 2026-11.")
    used = UsedByMeter()


class UseInMonth(serializers.Serializer):
    """What one workspace used in a month; its own limits are those of now."""

    workspace = PublicId(ids.WORKSPACE, source="workspace.pk")
    name = serializers.CharField(source="workspace.name")
    external_ref = serializers.CharField(source="workspace.external_ref", allow_blank=True)
    used = UsedByMeter()
    own_limits = OwnLimits()


def shown_in_month(found: Sequence[selectors.UseInMonth]) -> list[Any]:
    data: list[Any] = UseInMonth(found, many=True).data
    return data


class RequestWindow(serializers.Serializer):
    requests = serializers.IntegerField()
    seconds = serializers.IntegerField()


class Limits(serializers.Serializer):
    """What may be used; null: as much as is wanted. What a plan does not limit, the deployment may."""

    plan = serializers.CharField(allow_blank=True)
    publications_a_month = serializers.IntegerField(allow_null=True)
    publications_a_day = serializers.DictField(
        child=serializers.IntegerField(), help_text="On each account, by network; `*` is every other one."
    )
    imports_a_month = serializers.IntegerField(allow_null=True, help_text="Of each account.")
    workspaces = serializers.IntegerField(allow_null=True)
    accounts = serializers.IntegerField(allow_null=True)
    seats = serializers.IntegerField(allow_null=True)
    storage_bytes = serializers.IntegerField(allow_null=True, help_text="Of all files of one workspace.")
    webhook_endpoints = serializers.IntegerField()
    api_keys = serializers.IntegerField()
    test_workspaces = serializers.IntegerField(help_text="Beside those that count.")
    requests = RequestWindow(many=True, help_text="What one key may ask, in each of these windows at once.")
