"""Files on their way in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.models import WorkspaceOwned
from apps.media.states import UPLOAD_OPEN, UploadState


class Upload(WorkspaceOwned):
    """A file that is arriving: in pieces through us, straight into S3 by presigned addresses, or fetched from the web.

    `declared_size` is reserved from the workspace's storage while it is open. `parts` maps part numbers to ETags (S3);
    `received` counts bytes that are safely stored, where a lost connection goes on. `storage_name` is where they lie.
    """

    state = models.CharField(max_length=16, choices=UploadState.choices, default=UploadState.RECEIVING)
    name = models.CharField(max_length=255, blank=True)
    declared_size = models.PositiveBigIntegerField(help_text="Bytes; reserved until it ends.")
    received = models.PositiveBigIntegerField(default=0)
    storage_name = models.CharField(max_length=200)
    multipart_id = models.CharField(max_length=1000, blank=True)
    parts = models.JSONField(default=dict, blank=True)
    source_url = models.CharField(max_length=2000, blank=True)
    folder = models.ForeignKey("media.Folder", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    alt = models.CharField(max_length=2000, blank=True)
    asset = models.ForeignKey("media.Asset", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    words = models.TextField(blank=True, help_text="Why it was refused, for people.")
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("tenants.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state__in=sorted(UPLOAD_OPEN)), name="uploads_by_end"),
            models.Index(fields=["workspace", "-id"], name="uploads_of_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.pk}: {self.state}"
