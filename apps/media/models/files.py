"""What every stored file tells of itself."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.media.states import Kind


def storage_path(row: Any, name: str) -> str:
    """Where a file lies: by organization and workspace, so that one of them can be removed or moved as a whole."""
    return f"assets/{row.organization_id}/{getattr(row, 'workspace_id', None) or 'shelf'}/{name}"


class MadeFile(models.Model):
    """The shape of a file as it is stored. Sizes are bytes and pixels (as displayed, rotation applied), `bit_rate` bits
    a second of the whole file, codecs as FFmpeg names them; 0 and "" where there is nothing to tell."""

    file = models.FileField(upload_to=storage_path, max_length=200)
    mime_type = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    frames = models.PositiveIntegerField(default=1)
    seconds = models.FloatField(default=0.0)
    frame_rate = models.FloatField(default=0.0)
    video_codec = models.CharField(max_length=32, blank=True)
    audio_codec = models.CharField(max_length=32, blank=True)
    bit_rate = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True


class StoredFile(MadeFile):
    """A file that a person put in, without its metadata. `source_sha256` is of the bytes as they came; `probe` holds
    what else was found (rotation, colour transfer, profile, channels)."""

    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.IMAGE)
    original_name = models.CharField(max_length=255, blank=True)
    source_sha256 = models.CharField(max_length=64, blank=True)
    probe = models.JSONField(default=dict, blank=True)
    thumbnail = models.FileField(upload_to=storage_path, max_length=200, blank=True)
    placeholder = models.TextField(blank=True, help_text="A tiny blurred picture, as a data address.")
    alt = models.CharField(max_length=2000, blank=True)
    rights_note = models.CharField(max_length=500, blank=True)
    rights_until = models.DateField(null=True, blank=True, help_text="The last day on which it may be published.")
    uploaded_by = models.ForeignKey("tenants.User", null=True, on_delete=models.SET_NULL, related_name="+")
    trashed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.original_name or str(self.pk)
