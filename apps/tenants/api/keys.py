from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.core.secrets import Secret
from apps.tenants import serializers, services
from apps.tenants.keys import Mode
from apps.tenants.models import ApiKey
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations


class KeyList(Operations):
    needs: ClassVar = {"GET": "key.view", "POST": "key.edit"}

    @extend_schema(operation_id="api_keys_list", parameters=PARAMETERS, responses=page_of(serializers.Key))
    def get(self, request: Any) -> Response:
        """The keys of the organization, those that are over too."""
        return self.page(ApiKey.objects.all(), serializers.Key)

    @extend_schema(
        operation_id="api_keys_create", request=serializers.KeyToMake, responses={201: serializers.KeyShownOnce}
    )
    def post(self, request: Any) -> Response:
        """A new key, shown in this answer and never again. It holds nothing that this key does not."""
        wanted = self.body(serializers.KeyToMake)
        key, text = services.make_key(by=self.caller, **{**wanted, "mode": Mode(wanted["mode"])})
        shown = _shown_once(key, text)
        return self.one(shown, status=201, location=reverse("api:key", args=[key.pk]))


class KeyOperations(Operations):
    needs: ClassVar = {"GET": "key.view", "DELETE": "key.edit"}

    @extend_schema(operation_id="api_keys_read", responses=serializers.Key)
    def get(self, request: Any, key_id: UUID) -> Response:
        """One key, without what makes it one."""
        return self.one(serializers.Key(self.found(ApiKey.objects.all(), key_id)).data)

    @extend_schema(operation_id="api_keys_revoke", responses={204: None})
    def delete(self, request: Any, key_id: UUID) -> Response:
        """End a key at once. Safe to repeat."""
        services.revoke_key(key=self.found(ApiKey.objects.all(), key_id), by=self.caller)
        return Response(status=204)


class KeyRoll(Operations):
    needs: ClassVar = {"POST": "key.edit"}

    @extend_schema(operation_id="api_keys_roll", request=serializers.KeyToRoll, responses=serializers.KeyShownOnce)
    def post(self, request: Any, key_id: UUID) -> Response:
        """Another text for the same key; the old one goes on for a while."""
        hours = self.body(serializers.KeyToRoll)["overlap_hours"]
        known = self.found(ApiKey.objects.all(), key_id)
        return self.one(_shown_once(*services.roll_key(key=known, by=self.caller, overlap=timedelta(hours=hours))))


def _shown_once(key: ApiKey, text: Secret) -> dict[str, Any]:
    return {**serializers.Key(key).data, "key": text.reveal()}
