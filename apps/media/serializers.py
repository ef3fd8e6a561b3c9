"""What the API says of files and of those on their way in, and what it takes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.media import services
from apps.media.models import Asset, Folder, Upload
from apps.media.services.texts import MAX_ALT
from apps.media.states import Kind, UploadState
from apps.tenants.models import Workspace
from apps.tenants.rest import ids
from apps.tenants.rest.ids import Known, PublicId

LARGEST = 2**53 - 1  # what JSON's numbers hold
MOST_NUMBERS = 100
HOW = ["pieces", "put", "multipart", "fetch"]


class MediaShape(serializers.Serializer):
    """A file of a workspace's library. Sizes are bytes and pixels."""

    id = PublicId(ids.MEDIA)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    folder = PublicId(ids.FOLDER, source="folder_id", allow_null=True)
    kind = serializers.ChoiceField(Kind.values)
    name = serializers.CharField(source="original_name", allow_blank=True)
    mime_type = serializers.CharField()
    size = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    seconds = serializers.FloatField()
    sha256 = serializers.CharField()
    alt = serializers.CharField(allow_blank=True)
    rights_note = serializers.CharField(allow_blank=True)
    rights_until = serializers.DateField(allow_null=True)
    url = serializers.SerializerMethodField(help_text="Good for some hours, for whoever has it.")
    trashed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_url(self, asset: Asset) -> str:
        return services.public_url(asset)


class MediaToChange(serializers.Serializer):
    name = serializers.CharField(required=False, max_length=255)
    alt = serializers.CharField(required=False, allow_blank=True, max_length=MAX_ALT)
    rights_note = serializers.CharField(required=False, allow_blank=True, max_length=500)
    rights_until = serializers.DateField(required=False, allow_null=True, help_text="The last day of the right to it.")
    folder = Known(ids.FOLDER, Folder, required=False, allow_null=True)


class MediaToSend(serializers.Serializer):
    """A whole file, in a form (multipart/form-data)."""

    file = serializers.FileField(use_url=False)
    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="A key of one workspace may leave it out.")
    alt = serializers.CharField(required=False, allow_blank=True, max_length=MAX_ALT, default="")
    folder = Known(ids.FOLDER, Folder, required=False, default=None)


class UploadToBegin(serializers.Serializer):
    """A file that you send, with its size; or the address of one that is fetched."""

    workspace = Known(ids.WORKSPACE, Workspace, required=False, help_text="A key of one workspace may leave it out.")
    name = serializers.CharField(required=False, allow_blank=True, max_length=255, default="")
    size = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    url = serializers.CharField(required=False, max_length=2000)
    alt = serializers.CharField(required=False, allow_blank=True, max_length=MAX_ALT, default="")
    folder = Known(ids.FOLDER, Folder, required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("size" in attrs) == ("url" in attrs):
            raise serializers.ValidationError({"size": ["Say the size of what you send, or the url of what to fetch."]})
        return attrs


class UploadShape(serializers.Serializer):
    """A file on its way in, and how to send it: see `how`."""

    id = PublicId(ids.UPLOAD)
    workspace = PublicId(ids.WORKSPACE, source="workspace_id")
    state = serializers.ChoiceField(UploadState.values)
    name = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField(source="declared_size")
    received = serializers.IntegerField()
    message = serializers.CharField(source="words", allow_blank=True, help_text="Why it was refused.")
    media = PublicId(ids.MEDIA, source="asset_id", allow_null=True, help_text="Once it is done.")
    how = serializers.ChoiceField(
        HOW,
        help_text="pieces: PUT part_size bytes at a time to the upload itself; put: one PUT of all to put_url; "
        "multipart: parts to the addresses of /parts, in any order; fetch: nothing to send.",
    )
    part_size = serializers.IntegerField()
    put_url = serializers.CharField(allow_blank=True)
    parts = serializers.DictField(child=serializers.IntegerField(), help_text="Of multipart: what is there, by number.")
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class PartNumbers(serializers.Serializer):
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=10_000), min_length=1, max_length=MOST_NUMBERS
    )


class PartAddresses(serializers.Serializer):
    urls = serializers.DictField(child=serializers.CharField())


class ToComplete(serializers.Serializer):
    etags = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, default=dict, help_text="Of multipart, by number."
    )

    def validate_etags(self, value: dict[str, str]) -> dict[int, str]:
        if not all(number.isascii() and number.isdigit() and len(number) <= 5 for number in value):
            raise serializers.ValidationError("etags gives the ETag of each part by its number.")
        return {int(number): etag for number, etag in value.items()}


def told(upload: Upload) -> dict[str, Any]:
    """How far an upload is. With a bucket it is asked what has arrived, so call it outside of any scope."""
    plan = services.plan_of(upload)
    is_open = upload.state == UploadState.RECEIVING
    arrived = services.parts_received(upload) if plan.how == "multipart" and is_open else []
    upload.how, upload.part_size, upload.put_url = plan.how, plan.part_size, plan.put_url  # type: ignore[attr-defined]
    data: dict[str, Any] = UploadShape(_WithParts(upload, {str(part.number): part.size for part in arrived})).data
    return data | ({"received": sum(part.size for part in arrived)} if arrived else {})


class _WithParts:
    """An upload, with what the bucket has of it instead of what is written down."""

    def __init__(self, upload: Upload, parts: dict[str, int]) -> None:
        self._upload, self.parts = upload, parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._upload, name)
