"""What is counted from the snapshots, so that dashboards read little. The database writes these rows itself.

A trigger on each snapshot's table keeps them in the same transaction, whoever writes the snapshot; services/rollups.py
counts them anew. `id` is that of the snapshot that holds.
"""

from __future__ import annotations

from django.db import models

from apps.analytics.models.snapshots import Figures


class AccountDay(Figures):
    """An account on a day as it holds: the snapshot with the highest revision, without the platform's own answer."""

    account = models.ForeignKey(
        "social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    revision = models.PositiveSmallIntegerField(default=1)
    raw = None

    class Meta(Figures.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_day_of_each_account")]
        indexes = [
            models.Index(fields=["organization", "workspace", "day"], name="days_of_a_workspace"),
            models.Index(fields=["organization", "day"], name="days_of_an_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day}"


class PostTotal(Figures):
    """A post with the newest figures that were told of it; one of which nothing was ever told has no row."""

    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    publication = models.OneToOneField("publishing.Publication", on_delete=models.CASCADE, related_name="+")
    published_at = models.DateTimeField()
    raw = None

    class Meta(Figures.Meta):
        indexes = [
            models.Index(fields=["organization", "workspace", "published_at"], name="totals_of_a_workspace"),
            models.Index(fields=["organization", "published_at"], name="totals_of_an_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} as of {self.taken_at}"
