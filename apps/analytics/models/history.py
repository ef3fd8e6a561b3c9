"""Figures that people brought along, kept apart from what platforms told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.analytics.models.snapshots import Figures
from apps.analytics.querysets import ImportQuerySet
from apps.analytics.states import UNFINISHED, ImportState
from apps.core.models import WorkspaceOwned, workspace_managers


class HistoryUpload(WorkspaceOwned):
    """A file of an account's figures. It was read whole when it came; `rows` holds what is still to be kept."""

    class Kind(models.TextChoices):
        ACCOUNTS = "accounts", "The account, day by day"
        POSTS = "posts", "Posts of the account"

    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True, help_text="Of the file.")
    asked_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.WAITING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    told = models.PositiveIntegerField(default=0, help_text="Days that the platform has told itself; these hold.")
    rows = models.JSONField(default=list, blank=True)
    next_try_at = models.DateTimeField()
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects, across_tenants, plain = workspace_managers(ImportQuerySet)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, ended_at=None) | ~Q(state__in=UNFINISHED) & Q(ended_at__isnull=False),
                name="an_ended_upload_says_when",
            )
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state__in=UNFINISHED), name="history_uploads_due")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.state}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED


class UploadedDay(Figures):
    """An account on a day, as somebody's files have it: `upload` is the newest of them, and `earlier` says what is not
    of it. It is shown where the platform has told nothing."""

    account = models.ForeignKey(
        "social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    upload = models.ForeignKey(HistoryUpload, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    earlier = models.JSONField(default=dict, blank=True, help_text="{column: the earlier upload that it still is of}")

    class Meta(Figures.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_uploaded_row_for_each_day")]
        indexes = [models.Index(fields=["organization", "workspace", "day"], name="uploaded_days_of_a_workspace")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}"

    revision = 0  # The platform's own begin with 1.


class UploadedPost(Figures):
    """A post as somebody's files had it on a day, kept as such a day of an account is. It is looked at and never
    sent."""

    account = models.ForeignKey(
        "social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    upload = models.ForeignKey(HistoryUpload, on_delete=models.CASCADE, related_name="posts_found")
    remote_id = models.CharField(max_length=500)
    day = models.DateField()
    published_on = models.DateField(null=True, blank=True)
    text = models.TextField(blank=True)
    earlier = models.JSONField(default=dict, blank=True, help_text="{column: the earlier upload that it still is of}")

    class Meta(Figures.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "remote_id", "day"], name="one_uploaded_row_for_each_post_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.remote_id} on {self.day}"
