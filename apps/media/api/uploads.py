"""Files on their way in, for programs: as `apps.media.views.uploads` has it for browsers."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final
from uuid import UUID

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.core.numbers import whole
from apps.media import serializers, services
from apps.media.errors import FileRefused
from apps.media.models import Upload
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations
from apps.tenants.rest.workspaces import place_of

_OFFSET: Final = re.compile(r"\d{1,18}")


class UploadList(Operations):
    needs: ClassVar = {"POST": "media.upload"}
    calls_network = True

    @extend_schema(
        operation_id="uploads_create", request=serializers.UploadToBegin, responses={201: serializers.UploadShape}
    )
    def post(self, request: Any) -> Response:
        """Begin to send a file, or have one fetched from the web. The room for it is reserved before the first byte."""
        with self.caller.scope():
            said = self.body(serializers.UploadToBegin)
            workspace = place_of(self, said)
            self.caller.require("media.upload", workspace.pk)
        to = services.Destination(
            organization_id=workspace.organization_id,
            workspace_id=workspace.pk,
            actor=self.caller.actor,
            folder_id=said["folder"].pk if said["folder"] else None,
            alt=said["alt"],
        )
        if url := said.get("url"):
            upload = _fetch(to, url)
        else:
            upload = services.begin(to=to, name=said["name"], size=said["size"])
        return self.one(serializers.told(upload), status=201, location=reverse("api:upload", args=[upload.pk]))


class UploadOperations(Operations):
    needs: ClassVar = dict.fromkeys(("GET", "PUT", "DELETE"), "media.upload")
    calls_network = True
    reads_bytes = True

    @extend_schema(operation_id="uploads_read", responses=serializers.UploadShape)
    def get(self, request: Any, upload_id: UUID) -> Response:
        """How far it is."""
        return self.one(serializers.told(_mine(self, upload_id)))

    @extend_schema(
        operation_id="uploads_send",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter(
                "Upload-Offset", {"type": "integer", "minimum": 0, "maximum": serializers.LARGEST},
                OpenApiParameter.HEADER, required=True, description="Where the piece begins: at `received`.",
            )
        ],
        responses=serializers.UploadShape,
    )  # fmt: skip
    def put(self, request: Any, upload_id: UUID) -> Response:
        """A piece of the file, where `how` is pieces. After a lost connection read the upload and go on from
        `received`."""
        upload = _mine(self, upload_id)
        offset = request.headers.get("Upload-Offset", "")
        length = whole(request.META.get("CONTENT_LENGTH") or "")
        if not _OFFSET.fullmatch(offset):
            raise problems.bad_parameter("Upload-Offset", "Say where the piece begins.")
        if length is None:
            raise Problem(411, "length_required", "Say in Content-Length how many bytes the piece has.")
        if int(offset) + length > upload.declared_size:
            raise Problem(413, "too_large", "The piece goes beyond the size that the upload declared.")
        # Read as it comes and written as it is read: the body would hold it all.
        read = request._request.read
        return self.one(serializers.told(services.receive(upload, offset=int(offset), read=read, length=length)))

    @extend_schema(operation_id="uploads_abort", responses={200: serializers.UploadShape})
    def delete(self, request: Any, upload_id: UUID) -> Response:
        """Give an upload up, and forget what has arrived. Safe to repeat."""
        return self.one(serializers.told(services.abort(_mine(self, upload_id))))


class UploadParts(Operations):
    needs: ClassVar = {"POST": "media.upload"}
    calls_network = True

    @extend_schema(operation_id="uploads_parts", request=serializers.PartNumbers, responses=serializers.PartAddresses)
    def post(self, request: Any, upload_id: UUID) -> Response:
        """Where parts go, where `how` is multipart: addresses that are good for an hour."""
        upload, numbers = _mine(self, upload_id), self.body(serializers.PartNumbers)["numbers"]
        urls = services.part_urls(upload, numbers)
        return self.one({"urls": {str(number): url for number, url in urls.items()}})


class UploadComplete(Operations):
    needs: ClassVar = {"POST": "media.upload"}
    calls_network = True

    @extend_schema(operation_id="uploads_complete", request=serializers.ToComplete, responses=serializers.UploadShape)
    def post(self, request: Any, upload_id: UUID) -> Response:
        """Everything has been sent: it is looked at, and then in the library. Safe to repeat."""
        upload = _mine(self, upload_id)
        done = services.complete(upload, etags=self.body(serializers.ToComplete)["etags"])
        return self.one(serializers.told(services.take_in_now(done)))


def _mine(view: Operations, upload_id: UUID) -> Upload:
    with view.caller.scope():
        upload: Upload = view.found(Upload.objects.all(), upload_id)
        if view.request.method != "GET":
            view.caller.require("media.upload", upload.workspace_id)
    return upload


def _fetch(to: services.Destination, url: str) -> Upload:
    try:
        services.check_address(url)
    except FileRefused as error:
        raise problems.invalid("/url", error.words, code="bad_address") from error
    return services.begin_fetch(to=to, url=url)
