"""The writing desk: what we want to say, in parts, with variants for each account."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from apps.core.models import WorkspaceOwned
from apps.posts.queueing import Place as Place
from apps.posts.queueing import Queue as Queue
from apps.posts.queueing import Slot as Slot
from apps.posts.sorting import Campaign as Campaign
from apps.posts.sorting import Label as Label
from apps.posts.sorting import PostLabel as PostLabel
from apps.posts.sorting import Template as Template
from apps.posts.sorting import TemplateLabel as TemplateLabel
from apps.posts.states import PartRole, Review
from apps.tenants.zones import validate_zone


class Post(WorkspaceOwned):
    """One piece of content. `revision` rises with every change, so that a claim knows which words it carries.

    An appointment is kept as people said it (`local_due_at` in `timezone`) and as the instant it means (`due_at`).
    """

    author = models.ForeignKey("tenants.User", null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12, blank=True)
    local_due_at = models.DateTimeField(null=True, blank=True, help_text="Wall time, stored as if it were UTC.")
    timezone = models.CharField(max_length=64, blank=True, validators=[validate_zone])
    due_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    external_ref = models.CharField(max_length=200, blank=True, help_text="Your own name for it, if you have one.")
    review = models.CharField(max_length=24, blank=True, choices=Review.choices, default=Review.NONE)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, local_due_at__isnull=True)
                | Q(due_at__isnull=False, local_due_at__isnull=False) & ~Q(timezone=""),
                name="an_appointment_is_whole",
            ),
            models.UniqueConstraint(
                fields=["workspace", "external_ref"],
                condition=~Q(external_ref="") & Q(deleted_at=None),
                name="post_ref_once_in_workspace",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "due_at"], name="posts_by_due_time"),
            models.Index(fields=["workspace", "-id"], name="posts_of_workspace"),
            models.Index(fields=["organization", "-id"], name="posts_of_organization"),
            # The list: drafts without an appointment stand where they were written.
            models.Index(
                F("workspace"),
                Coalesce("due_at", "created_at").desc(),
                F("id").desc(),
                name="posts_in_order_of_the_list",
            ),
            models.Index(
                F("organization"),
                Coalesce("due_at", "created_at").desc(),
                F("id").desc(),
                name="posts_of_all_in_that_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class Part(WorkspaceOwned):
    """The main text, the first comment, or a reply in a thread; `position` orders them, the main part is 0."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=16, choices=PartRole.choices)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=2000, blank=True, help_text="Shown as a card where a platform has such a thing.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["post", "position"], name="one_part_at_each_position"),
            models.CheckConstraint(
                condition=Q(position=0, role="main") | Q(position__gt=0) & ~Q(role="main"), name="main_comes_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"


class PartMedia(WorkspaceOwned):
    """A file shown with a part. An empty `alt` here means the asset's own; `cut` is what of it is shown, as
    `apps.media.recipes.Cut` writes it; `cover` stands for a video where a platform takes covers."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="media")
    asset = models.ForeignKey("media.Asset", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=2000, blank=True)
    cut = models.JSONField(default=dict, blank=True)
    cover = models.ForeignKey("media.Asset", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        verbose_name = verbose_name_plural = "part media"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["part", "position"], name="one_file_at_each_position")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.position}"


class Variant(WorkspaceOwned):
    """That a post goes to an account, and how it differs there. Text None: as the main part."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="variants")
    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(null=True, blank=True)
    options = models.JSONField(default=dict)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["post", "account"], name="one_variant_for_each_account")]

    def __str__(self) -> str:
        return f"{self.post_id} on {self.account_id}"
