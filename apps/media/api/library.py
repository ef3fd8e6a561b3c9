from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.media import serializers, services
from apps.media.models import Asset
from apps.media.states import Kind
from apps.tenants.rest import ids
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations


class MediaFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    folder = IdFilter(ids.FOLDER)
    kind = django_filters.ChoiceFilter(choices=Kind.choices)


class MediaList(Operations):
    needs: ClassVar = {"GET": "media.view"}

    @extend_schema(
        operation_id="media_list",
        parameters=[
            *PARAMETERS,
            OpenApiParameter("workspace", str),
            OpenApiParameter("folder", str),
            OpenApiParameter("kind", str, enum=Kind.values),
        ],
        responses=page_of(serializers.MediaShape, "Media"),
    )
    def get(self, request: Any) -> Response:
        """The files in the libraries of the workspaces that the key may see; not those in the trash."""
        return self.page(filtered(MediaFilter, Asset.objects.all().in_library(), request), serializers.MediaShape)


class MediaOperations(Operations):
    needs: ClassVar = {"GET": "media.view", "PATCH": "media.edit", "DELETE": "media.edit"}

    @extend_schema(operation_id="media_read", responses=serializers.MediaShape)
    def get(self, request: Any, media_id: UUID) -> Response:
        """One file."""
        return self.one(_data(self.found(_all(), media_id)))

    @extend_schema(operation_id="media_change", request=serializers.MediaToChange, responses=serializers.MediaShape)
    def patch(self, request: Any, media_id: UUID) -> Response:
        """What is said of a file: its name, the words for people who cannot see it, the right to use it."""
        asset = self._mine(media_id)
        said = self.body(serializers.MediaToChange, partial=True)
        self.require_match(_data(asset))
        folder = said.get("folder")
        description = services.Description(
            name=said.get("name"),
            alt=said.get("alt"),
            rights_note=said.get("rights_note"),
            rights_until=said.get("rights_until"),
            has_rights="rights_until" in said,
            folder_id=folder.pk if folder else None,
            is_filed="folder" in said,
        )
        return self.one(_data(services.describe(asset_id=asset.pk, said=description, actor=self.caller.actor)))

    @extend_schema(operation_id="media_delete", responses={204: None})
    def delete(self, request: Any, media_id: UUID) -> Response:
        """Put a file in the trash, where it is kept for 30 days. Posts that show it are not touched."""
        asset = self._mine(media_id)
        services.put_in_trash(asset_ids=[asset.pk], actor=self.caller.actor)
        return Response(status=204)

    def _mine(self, media_id: UUID) -> Asset:
        asset: Asset = self.found(_all(), media_id)
        self.caller.require("media.edit", asset.workspace_id)
        return asset


def _all() -> QuerySet[Asset]:
    rows: QuerySet[Asset] = Asset.objects.all()
    return rows


def _data(asset: Asset) -> dict[str, Any]:
    data: dict[str, Any] = serializers.MediaShape(asset).data
    return data
