"""The library of a workspace."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.models import WorkspaceOwned, workspace_managers
from apps.media.models.files import StoredFile, storage_path
from apps.media.querysets import AssetQuerySet


class Folder(WorkspaceOwned):
    """A place in the library; folders lie in folders."""

    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "parent", "name"], name="folder_name_once_in_its_place"),
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(parent=None), name="folder_name_once_at_the_top"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(WorkspaceOwned):
    """A word that files are found by."""

    name = models.CharField(max_length=40)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="media_tag_once_in_workspace")]

    def __str__(self) -> str:
        return self.name


class Asset(WorkspaceOwned, StoredFile):
    """A file of the library. A newer version is an asset of its own that this one is `replaced_by`: what was published
    keeps the file it was published with."""

    folder = models.ForeignKey(Folder, null=True, blank=True, on_delete=models.SET_NULL, related_name="assets")
    tags = models.ManyToManyField(Tag, through="AssetTag", related_name="assets")
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="earlier")

    objects, across_tenants, plain = workspace_managers(AssetQuerySet)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["workspace", "-id"], name="assets_of_workspace"),
            models.Index(fields=["workspace", "folder", "-id"], name="assets_of_folder"),
            models.Index(fields=["workspace", "source_sha256"], name="assets_by_source"),
            models.Index(fields=["trashed_at"], condition=Q(trashed_at__isnull=False), name="assets_in_trash"),
        ]


class AssetTag(WorkspaceOwned):
    """That a file bears a tag."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["asset", "tag"], name="each_tag_once_on_a_file")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.asset_id}"


class CaptionTrack(WorkspaceOwned):
    """What is said in a video, as WebVTT; it goes along wherever a platform takes captions. `language` is a BCP 47
    tag."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(max_length=12)
    label = models.CharField(max_length=80, blank=True)
    file = models.FileField(upload_to=storage_path, max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["asset", "language"], name="one_caption_in_each_language")]

    def __str__(self) -> str:
        return f"{self.language} of {self.asset_id}"
