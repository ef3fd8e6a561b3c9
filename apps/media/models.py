"""Files that people put in. Each is hostile until probed; only what was probed becomes an asset."""

from __future__ import annotations

from django.db import models

from apps.core.models import WorkspaceOwned


def storage_path(asset: Asset, name: str) -> str:
    """Where a file lies: by organization and workspace, so that one of them can be removed or moved as a whole."""
    return f"assets/{asset.organization_id}/{asset.workspace_id}/{name}"


class Asset(WorkspaceOwned):
    """An image, re-encoded without its metadata. Sizes are bytes and pixels; `sha256` is of the stored file."""

    file = models.FileField(upload_to=storage_path, max_length=200)
    original_name = models.CharField(max_length=255, blank=True)
    mime_type = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frames = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    alt = models.CharField(max_length=2000, blank=True)
    uploaded_by = models.ForeignKey("tenants.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["workspace", "-id"], name="assets_of_workspace")]

    def __str__(self) -> str:
        return self.original_name or str(self.pk)
