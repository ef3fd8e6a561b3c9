"""What the API says of groups, hours and absences, and what it is told."""

from __future__ import annotations

from datetime import time
from typing import Any

from rest_framework import serializers

from apps.tenants.models import Membership, Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId


class GroupShape(serializers.Serializer):
    """Reviewers who are named together in steps; without a workspace, of every client."""

    id = PublicId(ids.GROUP)
    workspace = PublicId(ids.WORKSPACE, allow_null=True)
    name = serializers.CharField()
    members = serializers.ListField(child=PublicId(ids.MEMBER))


class GroupToChange(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    members = serializers.ListField(child=Known(ids.MEMBER, Membership), min_length=1, max_length=100)


class GroupToMake(GroupToChange):
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="Left out: of every client.")


class Clock(serializers.RegexField):
    """Wall time to the minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^([01]\d|2[0-3]):[0-5]\d$", **options)

    def run_validation(self, data: Any = serializers.empty) -> time:
        """The pattern is one of the text, and is looked at before there is a time."""
        return time.fromisoformat(super().run_validation(data))

    def to_representation(self, value: time) -> str:
        return f"{value:%H:%M}"


class HoursToSet(serializers.Serializer):
    timezone = serializers.CharField(max_length=64, help_text="Its IANA name.")
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), min_length=1, max_length=7, help_text="0 is Monday."
    )
    begins = Clock(help_text="Wall time, such as 09:30.")
    ends = Clock(help_text="Wall time; 00:00 is the end of the day.")


class HoursShape(HoursToSet):
    """When somebody works. Not `is_set`: the usual hours hold."""

    is_set = serializers.BooleanField()


class AbsenceToNote(serializers.Serializer):
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day away.")
    delegate = Known(ids.MEMBER, Membership, required=False, allow_null=True, help_text="Who stands in.")


class AbsenceShape(serializers.Serializer):
    """That a member is away, in whole days of their own clock."""

    id = PublicId(ids.ABSENCE)
    member = PublicId(ids.MEMBER)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    timezone = serializers.CharField()
    delegate = PublicId(ids.MEMBER, allow_null=True)


class Absences(serializers.Serializer):
    data = AbsenceShape(many=True)
