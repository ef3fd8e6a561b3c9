"""Readings of figures. These rows are written once and never changed.

On PostgreSQL they lie in a table for each month (apps/analytics/partitioning.py): days by the day, posts by when they
went out, so that all rungs of a post are in one. Whatever is counted from them, `rollups`, the database keeps itself.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from apps.analytics.metrics import COLUMNS
from apps.analytics.states import Missing, RunState
from apps.core.models import WorkspaceOwned

TELLS_NOTHING = Q(**dict.fromkeys(COLUMNS))


class Figures(WorkspaceOwned):
    """What a platform told, in our words and in its own. NULL is what it did not tell, which is never nought."""

    # The indexes below begin with the organization. One of it alone would be read as a whole, for a policy tells the
    # planner nothing of how many rows a tenant has.
    organization = models.ForeignKey("tenants.Organization", on_delete=models.CASCADE, related_name="+", db_index=False)
    taken_at = models.DateTimeField(help_text="When the platform told it, or when it was given up.")
    missing = models.CharField(max_length=16, blank=True, choices=Missing.choices, help_text="Why nothing was told.")
    views = models.BigIntegerField(null=True, blank=True)
    reach = models.BigIntegerField(null=True, blank=True)
    likes = models.BigIntegerField(null=True, blank=True)
    comments = models.BigIntegerField(null=True, blank=True)
    shares = models.BigIntegerField(null=True, blank=True)
    saves = models.BigIntegerField(null=True, blank=True)
    clicks = models.BigIntegerField(null=True, blank=True)
    video_views = models.BigIntegerField(null=True, blank=True)
    watch_seconds = models.FloatField(null=True, blank=True)
    profile_views = models.BigIntegerField(null=True, blank=True)
    followers = models.BigIntegerField(null=True, blank=True)
    new_followers = models.BigIntegerField(null=True, blank=True)
    posts = models.BigIntegerField(null=True, blank=True)
    raw = models.JSONField(default=dict, blank=True, help_text="The platform's own answer.")

    class Meta(WorkspaceOwned.Meta):
        abstract = True


class AccountSnapshot(Figures):
    """An account on one day of its workspace. What a platform corrects later is another row with a higher `revision`;
    the highest holds."""

    written_once = True

    # Each row of so many costs an index less: those below begin with the account, and with the publication.
    account = models.ForeignKey(
        "social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)

    class Meta(Figures.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "day", "revision"], name="one_row_for_each_account_and_day"),
            models.CheckConstraint(condition=Q(missing="") | TELLS_NOTHING, name="a_missing_day_has_no_figures"),
        ]
        indexes = [models.Index(fields=["organization", "workspace", "day"], name="account_days_of_a_workspace")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}"


class PublicationSnapshot(Figures):
    """A published post at some age, since it went out. `key` is the rung of the ladder, or names who asked for it.
    `published_at` is that of its reading, and never another: by it the months are told apart."""

    written_once = True

    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    publication = models.ForeignKey(
        "publishing.Publication", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    published_at = models.DateTimeField()
    key = models.CharField(max_length=48)

    class Meta(Figures.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "key", "published_at"], name="one_row_for_each_post_and_rung"
            ),
            models.CheckConstraint(condition=Q(missing="") | TELLS_NOTHING, name="a_missing_rung_has_no_figures"),
        ]
        indexes = [
            models.Index(fields=["publication", "taken_at"], name="rungs_of_a_post"),
            models.Index(fields=["organization", "workspace", "taken_at"], name="rungs_of_a_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} at {self.key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.published_at is None:
            self.published_at = self.publication.published_at or self.taken_at
        super().save(*args, **kwargs)


class Audience(WorkspaceOwned):
    """Who followed an account on a day: {"age": {"18-24": 120, ...}, ...}, as far as its platform tells."""

    written_once = True

    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    taken_at = models.DateTimeField()
    missing = models.CharField(max_length=16, blank=True, choices=Missing.choices)
    groups = models.JSONField(default=dict, blank=True)
    raw = models.JSONField(default=dict, blank=True)

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_audience_of_each_account_and_day")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}"


class SnapshotRun(WorkspaceOwned):
    """One night of one workspace: what was asked for, what came, and what is missing, and why."""

    day = models.DateField(help_text="The day whose figures were read.")
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.OPEN)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveIntegerField(default=0, help_text="Accounts.")
    got = models.PositiveIntegerField(default=0)
    missing = models.JSONField(default=list, blank=True, help_text="[{account, why}]")
    posts_asked = models.PositiveIntegerField(default=0, help_text="Rungs of posts that were due on the day.")
    posts_got = models.PositiveIntegerField(default=0)
    complete_until = models.DateTimeField(null=True, blank=True, help_text="The end of the day, if nothing is missing.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "day"], name="one_run_for_each_workspace_and_day"),
            models.CheckConstraint(
                condition=Q(state=RunState.ENDED, ended_at__isnull=False) | Q(state=RunState.OPEN, ended_at=None),
                name="an_ended_run_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} of {self.workspace_id}"
