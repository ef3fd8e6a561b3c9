"""The files of comments that were written when their post was out; those of a part of the post are the part's own."""

from __future__ import annotations

from django.db import models

from apps.core.models import WorkspaceOwned
from apps.posts.content import MediaContent


class FollowUpMedia(WorkspaceOwned):
    """A file of the library that a comment shows. An empty `alt` means the file's own; `cut` is what of it is shown, as
    `apps.media.recipes.Cut` writes it."""

    follow_up = models.ForeignKey("publishing.FollowUp", on_delete=models.CASCADE, related_name="media")
    asset = models.ForeignKey("media.Asset", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=2000, blank=True)
    cut = models.JSONField(default=dict, blank=True)

    class Meta(WorkspaceOwned.Meta):
        verbose_name = verbose_name_plural = "follow-up media"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "position"], name="one_file_at_each_place_of_a_comment")
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.position}"

    @property
    def content(self) -> MediaContent:
        return MediaContent(self.asset_id, self.alt, self.cut)
