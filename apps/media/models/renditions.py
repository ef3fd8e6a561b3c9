"""What is made of an asset for a platform."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.models import WorkspaceOwned, workspace_managers
from apps.media.models.files import MadeFile
from apps.media.querysets import RenditionQuerySet
from apps.media.states import RenditionState


class Rendition(WorkspaceOwned, MadeFile):
    """A file made from an asset by a recipe, once: `key` is the digest of the source's content and the recipe.

    `fence` rises with every claim of a worker; whoever writes must know the newest. `needed_at` is when somebody last
    asked for it: what nobody has needed for long is removed, and made again when asked for.
    """

    asset = models.ForeignKey("media.Asset", on_delete=models.CASCADE, related_name="renditions")
    key = models.CharField(max_length=64)
    recipe = models.JSONField()
    purpose = models.CharField(max_length=80, blank=True, help_text="For people: Instagram reel.")
    state = models.CharField(max_length=16, choices=RenditionState.choices, default=RenditionState.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    words = models.TextField(blank=True, help_text="Why it failed, for people.")
    tries = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    needed_at = models.DateTimeField()

    # Filled when it is ready.
    size = models.PositiveBigIntegerField(default=0)
    mime_type = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects, across_tenants, plain = workspace_managers(RenditionQuerySet)

    class Meta(WorkspaceOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["asset", "key"], name="each_rendition_is_made_once"),
            models.CheckConstraint(
                condition=~Q(state=RenditionState.READY) | ~Q(file="") & ~Q(sha256=""),
                name="a_ready_rendition_has_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state=RenditionState.MAKING) | Q(lease_until__isnull=False),
                name="a_rendition_in_the_making_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=[RenditionState.QUEUED, RenditionState.MAKING]),
                name="renditions_to_make",
            ),
            models.Index(fields=["needed_at"], name="renditions_by_need"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose or self.key} of {self.asset_id}: {self.state}"
