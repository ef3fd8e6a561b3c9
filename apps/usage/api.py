"""What was used, for programs."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from apps.tenants.rest.views import Operations
from apps.usage import selectors, serializers


class UsageOperations(Operations):
    needs: ClassVar = {"GET": "usage.view"}

    @extend_schema(operation_id="usage_read", responses=serializers.Usage)
    def get(self, request: Any) -> Response:
        """What the organization and each of its workspaces used this month, against what is allowed."""
        return self.one(serializers.Usage(selectors.usage_of(self.caller.organization)).data)
