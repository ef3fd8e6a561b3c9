from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.tenants import serializers, services
from apps.tenants.models import Organization
from apps.tenants.rest.views import Operations


class OrganizationOperations(Operations):
    needs: ClassVar = {"GET": "organization.enter", "PATCH": "organization.edit"}

    @extend_schema(operation_id="organization_read", responses=serializers.Organization)
    def get(self, request: Any) -> Response:
        """The organization that the key belongs to."""
        return self.one(self._shown())

    @extend_schema(
        operation_id="organization_change", request=serializers.Organization, responses=serializers.Organization
    )
    def patch(self, request: Any) -> Response:
        """Rename it, or change the zone that new workspaces start with."""
        changes = self.body(serializers.Organization, partial=True)
        own = self.held(Organization.objects.all(), self.caller.organization.pk)
        self.require_match(serializers.Organization(own).data)
        values = {"name": own.name, "timezone": own.timezone, **changes}
        services.update_organization(organization=own, actor=self.caller.actor, **values)
        return self.one(serializers.Organization(own).data)

    def _shown(self) -> Any:
        return serializers.Organization(Organization.objects.get(pk=self.caller.organization.pk)).data
