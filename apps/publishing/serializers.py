"""What the API says of connections at risk, and of posts that waited for them."""

from __future__ import annotations

from rest_framework import serializers

from apps.publishing.services import Choice
from apps.social_accounts.serializers import Account
from apps.tenants.rest import ids
from apps.tenants.rest.ids import PublicId


class Risk(serializers.Serializer):
    """An account that is broken or will end, and what hangs on it."""

    account = Account()
    workspace = PublicId(ids.WORKSPACE, source="account.workspace_id")
    workspace_name = serializers.CharField(source="account.workspace.name")
    external_ref = serializers.CharField(source="account.workspace.external_ref", allow_blank=True)
    is_broken = serializers.BooleanField()
    ends_at = serializers.DateTimeField(allow_null=True, help_text="Null: it is broken now, or renews itself.")
    held = serializers.IntegerField(help_text="Publications that wait for it already.")
    planned_after = serializers.IntegerField(source="after", help_text="Those planned for when it cannot be sent.")
    next_at = serializers.DateTimeField(allow_null=True, help_text="When the first of these is due.")


class Risks(serializers.Serializer):
    data = Risk(many=True)
    posts = serializers.IntegerField(help_text="Publications at risk, all accounts together.")
    workspaces = serializers.IntegerField(help_text="Workspaces that have any.")


class Waiting(serializers.Serializer):
    """What was held while the account was broken."""

    posts = serializers.IntegerField()
    in_time = serializers.IntegerField(help_text="How many of them may still go out now.")
    first_due_at = serializers.DateTimeField(allow_null=True)
    days = serializers.IntegerField(help_text="By so many days all of it is ahead of us again.")
    first_moved_at = serializers.DateTimeField(allow_null=True)


class ToMend(serializers.Serializer):
    choice = serializers.ChoiceField(
        [choice.value for choice in Choice],
        help_text="resume: send now what is not too late; shift: move all by whole days; skip: leave it out.",
    )
    first_day = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="With shift: the day that the first moves to."
    )


class Mended(serializers.Serializer):
    resumed = serializers.IntegerField()
    shifted = serializers.IntegerField()
    skipped = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Too late to be sent now, and still waiting.")
    first_at = serializers.DateTimeField(allow_null=True)
