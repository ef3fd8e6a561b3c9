"""How late publications were, day by day."""

from __future__ import annotations

from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import clock
from apps.core.calendar import cell_of
from apps.social_accounts.serializers import PLATFORMS
from apps.tenants.models import Workspace
from apps.tenants.rest.problems import bad_parameter
from apps.tenants.rest.views import Operations
from apps.watch import serializers
from apps.watch.selectors import DAYS, on_time

MOST_DAYS: Final = 366
PARAMETERS: Final = [
    OpenApiParameter("days", {"type": "integer", "minimum": 1, "maximum": MOST_DAYS, "default": DAYS}),
    OpenApiParameter("platform", str, description="Only what went out there."),
]


class OrganizationOnTime(Operations):
    needs: ClassVar = {"GET": "organization.view"}

    @extend_schema(operation_id="on_time_read", parameters=PARAMETERS, responses=serializers.OnTime)
    def get(self, request: Any) -> Response:
        """How late the publications of all workspaces were, on each of the last days."""
        return self.one(_told(self, None, self.caller.organization.timezone))


class WorkspaceOnTime(Operations):
    needs: ClassVar = {"GET": "post.view"}

    @extend_schema(operation_id="workspaces_on_time", parameters=PARAMETERS, responses=serializers.OnTime)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """How late the publications of one workspace were, on each of the last days."""
        workspace = self.found(Workspace.objects.all(), workspace_id)
        self.caller.require("post.view", workspace.pk)
        return self.one(_told(self, workspace.pk, workspace.timezone))


def _told(operation: Operations, workspace_id: UUID | None, zone: str) -> Any:
    asked = operation.request.query_params
    text = asked.get("days", str(DAYS))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_DAYS):
        raise bad_parameter("days", f"From 1 to {MOST_DAYS} days.")
    platform = asked.get("platform", "")
    if platform and platform not in PLATFORMS:
        raise bad_parameter("platform", "This is none of the platforms.")
    today = cell_of(clock.now(), zone)
    found = on_time(workspace_id=workspace_id, last_day=today, days=int(text), platform=platform)
    return serializers.OnTime(found).data
