from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core import tenancy
from apps.tenants import services
from apps.tenants.models import Workspace
from apps.tenants.rest.filters import filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.tenants.serializers import WorkspaceShape


class WorkspaceFilter(django_filters.FilterSet):
    external_ref = django_filters.CharFilter(max_length=200)
    archived = django_filters.BooleanFilter("archived_at", "isnull", exclude=True)

    class Meta:
        model = Workspace
        fields: ClassVar = ["external_ref"]


class WorkspaceList(Operations):
    needs: ClassVar = {"GET": "workspace.view", "POST": "workspace.create"}

    @extend_schema(
        operation_id="workspaces_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("external_ref", str, description="Your own name for it, exactly."),
            OpenApiParameter("archived", bool, description="Only those that are, or are not, archived."),
        ],
        responses=page_of(WorkspaceShape, "Workspace"),
    )
    def get(self, request: Any) -> Response:
        """The workspaces that the key may see, archived ones too."""
        return self.page(filtered(WorkspaceFilter, Workspace.objects.all(), request), WorkspaceShape)

    @extend_schema(operation_id="workspaces_create", request=WorkspaceShape, responses={201: WorkspaceShape})
    def post(self, request: Any) -> Response:
        """A workspace for another client. A test key makes a test workspace."""
        own = self.caller.organization
        values = {"timezone": own.timezone, **_spans(self.body(WorkspaceShape))}
        # A key that sees its own workspaces alone does not see the one that it is about to make.
        with tenancy.scope(organization_id=own.pk):
            made = services.create_workspace(
                organization=own, actor=self.caller.actor, is_test=self.caller.is_test, **values
            )
        return self.one(WorkspaceShape(made).data, status=201, location=reverse("api:workspace", args=[made.pk]))


class WorkspaceOperations(Operations):
    needs: ClassVar = {"GET": "workspace.view", "PATCH": "workspace.edit"}

    @extend_schema(operation_id="workspaces_read", responses=WorkspaceShape)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """One workspace."""
        return self.one(WorkspaceShape(self.found(_visible(), workspace_id)).data)

    @extend_schema(operation_id="workspaces_change", request=WorkspaceShape, responses=WorkspaceShape)
    def patch(self, request: Any, workspace_id: UUID) -> Response:
        """Change what is named, and nothing else. Planned posts keep their instants."""
        workspace = self.held(_visible(), workspace_id)
        self.caller.require("workspace.edit", workspace.pk)
        changes = _spans(self.body(WorkspaceShape, partial=True))
        self.require_match(WorkspaceShape(workspace).data)
        changed = services.update_workspace(workspace=workspace, actor=self.caller.actor, **changes)
        return self.one(WorkspaceShape(changed).data)


class WorkspaceArchive(Operations):
    needs: ClassVar = {"POST": "workspace.archive"}

    @extend_schema(operation_id="workspaces_archive", request=None, responses=WorkspaceShape)
    def post(self, request: Any, workspace_id: UUID) -> Response:
        """Take a workspace out of use: it can be read, and nothing in it is written or sent. Safe to repeat."""
        workspace = self.found(_visible(), workspace_id)
        return self.one(WorkspaceShape(services.archive_workspace(workspace=workspace, actor=self.caller.actor)).data)


class WorkspaceRestore(Operations):
    needs: ClassVar = {"POST": "workspace.archive"}

    @extend_schema(operation_id="workspaces_restore", request=None, responses=WorkspaceShape)
    def post(self, request: Any, workspace_id: UUID) -> Response:
        """Take an archived workspace back into use. Safe to repeat."""
        workspace = self.found(_visible(), workspace_id)
        return self.one(WorkspaceShape(services.restore_workspace(workspace=workspace, actor=self.caller.actor)).data)


def _visible() -> QuerySet[Workspace]:
    rows: QuerySet[Workspace] = Workspace.objects.all()
    return rows


def _spans(values: dict[str, Any]) -> dict[str, Any]:
    late = values.get("too_late_after")
    return {**values, "too_late_after": timedelta(seconds=late)} if late is not None else values
