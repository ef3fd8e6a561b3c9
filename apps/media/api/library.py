from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final
from uuid import UUID

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.media import serializers, services
from apps.media.errors import FileRefused
from apps.media.models import Asset, Upload
from apps.media.states import Kind, UploadState
from apps.tenants.rest import ids, once
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of

FIELDS: Final = 64 * 1024  # what a form has beside its file


class MediaFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)
    folder = IdFilter(ids.FOLDER)
    kind = django_filters.ChoiceFilter(choices=Kind.choices)


class MediaList(Operations):
    needs: ClassVar = {"GET": "media.view", "POST": "media.upload"}
    calls_network = True
    parser_classes: ClassVar = [MultiPartParser]

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
        with self.caller.scope():
            return self.page(filtered(MediaFilter, Asset.objects.all().in_library(), request), serializers.MediaShape)

    @extend_schema(
        operation_id="media_create",
        request={"multipart/form-data": serializers.MediaToSend},
        responses={201: serializers.MediaShape, 202: serializers.UploadShape},
    )
    def post(self, request: Any) -> Response:
        """A file in one request, up to what a file may have. 202: it has arrived and is looked at later; read the
        upload. Large files are better sent in pieces, which survive a lost connection: POST /uploads."""
        with self.caller.scope():
            said = self.body(serializers.MediaToSend)
            workspace = place_of(self, said)
            self.caller.require("media.upload", workspace.pk)
        to = services.Destination(
            organization_id=workspace.organization_id,
            workspace_id=workspace.pk,
            actor=self.caller.actor,
            folder_id=said["folder"].pk if said["folder"] else None,
            alt=said["alt"],
        )
        upload = services.take_in_now(services.from_form(said["file"], to=to))
        return self._taken(upload)

    def most_bytes(self) -> int:
        most: int = settings.MEDIA_MAX_UPLOAD_BYTES
        return most + FIELDS if self.request.method == "POST" else super().most_bytes()

    def fingerprint(self) -> str:
        """Of the file and the fields: a client draws another boundary between them each time."""
        digest = hashlib.sha256()
        for name, value in sorted(self.request.data.items()):
            digest.update(f"{name}\0".encode())
            for piece in value.chunks() if hasattr(value, "chunks") else [str(value).encode()]:
                digest.update(piece)
            if hasattr(value, "chunks"):
                value.seek(0)
        return once.fingerprint(self.request._request, digest.digest())

    def _taken(self, upload: Upload) -> Response:
        """The file where it is in the library already, and else how far it is. Raises FileRefused."""
        if upload.state == UploadState.REFUSED:
            raise FileRefused(upload.words)
        if upload.state != UploadState.DONE or upload.asset_id is None:
            return self.one(serializers.told(upload), status=202, location=reverse("api:upload", args=[upload.pk]))
        with self.caller.scope():
            made = _data(self.found(_all(), upload.asset_id))
        return self.one(made, status=201, location=reverse("api:medium", args=[upload.asset_id]))


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
        asset: Asset = self.held(_all(), media_id)
        self.caller.require("media.edit", asset.workspace_id)
        return asset


def _all() -> QuerySet[Asset]:
    rows: QuerySet[Asset] = Asset.objects.all()
    return rows


def _data(asset: Asset) -> dict[str, Any]:
    data: dict[str, Any] = serializers.MediaShape(asset).data
    return data
