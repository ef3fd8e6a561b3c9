from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.analytics import serializers, services
from apps.analytics.models import Import, ImportedPost
from apps.analytics.states import ImportState
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations


class ImportFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    account = IdFilter(ids.ACCOUNT)
    state = django_filters.ChoiceFilter(choices=ImportState.choices)


class ImportList(Operations):
    needs: ClassVar = {"GET": "analytics.view", "POST": "import.start"}

    @extend_schema(
        operation_id="imports_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("account", str),
            OpenApiParameter("state", str, enum=ImportState.values),
        ],
        responses=page_of(serializers.ImportShape, "Import"),
    )
    def get(self, request: Any) -> Response:
        """Imports, and how far each has come."""
        return self.page(filtered(ImportFilter, imports(), request), serializers.ImportShape)

    @extend_schema(
        operation_id="imports_create", request=serializers.ImportToStart, responses={201: serializers.ImportShape}
    )
    def post(self, request: Any) -> Response:
        """Read the posts that an account has already. A worker does it; plans limit how often."""
        said = self.body(serializers.ImportToStart)
        account = said.pop("account")
        self.caller.require("import.start", account.workspace_id)
        made = services.start_import(account=account, actor=self.caller.actor, **said)
        data = serializers.ImportShape(made).data
        return self.one(data, status=201, location=f"/api/v1/imports/{data['id']}")


class ImportOperations(Operations):
    needs: ClassVar = {"GET": "analytics.view", "DELETE": "import.start"}

    @extend_schema(operation_id="imports_read", responses=serializers.ImportShape)
    def get(self, request: Any, import_id: UUID) -> Response:
        """One import."""
        return self.one(serializers.ImportShape(self.found(imports(), import_id)).data)

    @extend_schema(operation_id="imports_delete", responses={204: None})
    def delete(self, request: Any, import_id: UUID) -> Response:
        """Throw an import away with the posts that it brought. One that runs stops. Nothing changes at the platform."""
        row = self.held(imports(), mine(self, import_id).pk)
        self.require_match(serializers.ImportShape(row).data)
        services.delete_import(import_id=row.pk, actor=self.caller.actor)
        return Response(status=204)


class ImportRetry(Operations):
    needs: ClassVar = {"POST": "import.start"}

    @extend_schema(operation_id="imports_retry", request=None, responses=serializers.ImportShape)
    def post(self, request: Any, import_id: UUID) -> Response:
        """Let one that failed go on where it stopped. It is not counted again."""
        row = services.retry_import(import_id=mine(self, import_id).pk, actor=self.caller.actor)
        return self.one(serializers.ImportShape(row).data)


class ImportPosts(Operations):
    needs: ClassVar = {"GET": "analytics.view"}

    @extend_schema(
        operation_id="imports_posts",
        parameters=PARAMETERS,
        responses=page_of(serializers.ImportedPostShape, "ImportedPost"),
    )
    def get(self, request: Any, import_id: UUID) -> Response:
        """The posts that an import brought, with their figures as they were then. They are never published again."""
        row = self.found(imports(), import_id)
        return self.page(ImportedPost.objects.filter(came_by=row).defer("raw"), serializers.ImportedPostShape)


def imports() -> QuerySet[Import]:
    rows: QuerySet[Import] = Import.objects.all()
    return rows


def mine(view: Operations, import_id: UUID) -> Import:
    row: Import = view.found(imports(), import_id)
    view.caller.require("import.start", row.workspace_id)
    return row
