"""What a workspace means to reach: goals, and how its posts should be mixed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from apps.analytics.states import Aim, Format
from apps.core.models import WorkspaceOwned


class Goal(WorkspaceOwned):
    """A figure that should be reached by a day. Followers are a level; all else is added up from `begins_on` on.

    `account` None: of all accounts of the workspace that may be in one sum.
    """

    account = models.ForeignKey("social_accounts.SocialAccount", null=True, on_delete=models.CASCADE, related_name="+")
    aim = models.CharField(max_length=16, choices=Aim.choices)
    target = models.PositiveBigIntegerField()
    begins_on = models.DateField()
    ends_on = models.DateField(help_text="The last day of it.")
    reached_at = models.DateTimeField(null=True, blank=True, help_text="When it was first seen to be reached.")
    author = models.ForeignKey("tenants.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["ends_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("begins_on")), name="a_goal_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(target__gt=0), name="a_goal_is_more_than_nothing"),
        ]
        indexes = [models.Index(fields=["workspace", "ends_on"], name="goals_of_a_workspace")]

    def __str__(self) -> str:
        return f"{self.target} {self.aim} until {self.ends_on}"


class MixShare(WorkspaceOwned):
    """Which share of a workspace's posts should have a label, or a format."""

    label = models.ForeignKey("posts.Label", null=True, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=12, blank=True, choices=Format.choices)
    percent = models.PositiveSmallIntegerField()

    class Meta(WorkspaceOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "label"], condition=Q(format=""), name="one_share_of_a_label"),
            models.UniqueConstraint(
                fields=["workspace", "format"], condition=~Q(format=""), name="one_share_of_a_format"
            ),
            models.CheckConstraint(
                condition=Q(label=None) & ~Q(format="") | Q(label__isnull=False, format=""),
                name="a_share_is_of_a_label_or_a_format",
            ),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="a_share_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % {self.format or self.label_id}"
