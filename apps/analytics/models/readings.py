"""What is to be read next, and what was asked for out of turn. These rows move; what they read is never changed."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from apps.analytics.querysets import ReadingQuerySet
from apps.analytics.states import Missing, RefreshState
from apps.core.models import WorkspaceOwned, workspace_managers


class Reading(WorkspaceOwned):
    """One for each account and one for each published post: what is read of it next, and how the last reading went.

    `step` is the day whose night it is, or the rung of the ladder; "" when nothing is planned. `latest` points to the
    last figures of a post, so that pages need no search; it can be found again from the snapshots at any time
    (`rollups`). It names the month as well, so that PostgreSQL looks into one table and not into all.
    """

    organization = models.ForeignKey("tenants.Organization", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    publication = models.ForeignKey("publishing.Publication", null=True, on_delete=models.CASCADE, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=16, blank=True)
    step_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="Not claimed before. Empty: nothing to read.")
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since a platform last answered.")
    read_at = models.DateTimeField(null=True, blank=True, help_text="When the platform last answered.")
    problem = models.CharField(max_length=16, blank=True, choices=Missing.choices)
    problem_words = models.CharField(max_length=500, blank=True)
    latest_id = models.UUIDField(null=True, blank=True, help_text="The row that `latest` is.")
    latest = models.ForeignObject(
        "analytics.PublicationSnapshot", from_fields=["latest_id", "published_at"], to_fields=["id", "published_at"],
        null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+",
    )  # fmt: skip

    objects, across_tenants, plain = workspace_managers(ReadingQuerySet)

    class Meta(WorkspaceOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(publication=None), name="one_reading_for_each_account"
            ),
            models.UniqueConstraint(fields=["publication"], name="one_reading_for_each_publication"),
            models.CheckConstraint(
                condition=Q(publication=None, published_at=None)
                | Q(publication__isnull=False, published_at__isnull=False),
                name="a_reading_of_a_post_knows_its_age",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="readings_due"),
            models.Index(
                fields=["organization", "workspace", "published_at"],
                condition=Q(publication__isnull=False),
                name="readings_of_posts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id or self.account_id}: {self.step or 'nothing'}"

    def is_step_due(self, now: datetime) -> bool:
        return bool(self.step) and self.step_at is not None and self.step_at <= now


class Refresh(WorkspaceOwned):
    """Somebody wants fresh figures of an account or a post. A worker reads them; of a subject one request waits."""

    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="refreshes")
    state = models.CharField(max_length=8, choices=RefreshState.choices, default=RefreshState.WAITING)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=16, blank=True, choices=Missing.choices)

    class Meta(WorkspaceOwned.Meta):
        verbose_name_plural = "refreshes"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reading"], condition=Q(state=RefreshState.WAITING), name="one_refresh_waits_for_each_subject"
            )
        ]
        indexes = [models.Index(fields=["workspace", "asked_at"], name="refreshes_of_a_workspace")]

    def __str__(self) -> str:
        return f"{self.reading_id}: {self.state}"
