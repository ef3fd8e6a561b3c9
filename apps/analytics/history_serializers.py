"""What the API says of history that was uploaded, and what it takes."""

from __future__ import annotations

from rest_framework import serializers

from apps.analytics.models import HistoryUpload
from apps.analytics.states import ImportState
from apps.social_accounts.models import SocialAccount
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId


class HistoryToSend(serializers.Serializer):
    """A CSV file of an account's figures, in a form (multipart/form-data)."""

    account = Known(ids.ACCOUNT, SocialAccount)
    kind = serializers.ChoiceField(HistoryUpload.Kind.values)
    file = serializers.FileField(use_url=False, allow_empty_file=True)


class HistoryUploadShape(serializers.Serializer):
    id = PublicId(ids.HISTORY)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    account = PublicId(ids.ACCOUNT, source="account_id")
    kind = serializers.ChoiceField(HistoryUpload.Kind.values)
    name = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(ImportState.values)
    total = serializers.IntegerField(help_text="Rows of the file.")
    done = serializers.IntegerField(help_text="Those that were gone through so far.")
    kept = serializers.IntegerField()
    told = serializers.IntegerField(help_text="Those that the platform has told itself; its word holds.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
