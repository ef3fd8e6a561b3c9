"""What people want to be told of, and what they were."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.analytics.alerts.kinds import Kind, Window
from apps.core.models import WorkspaceOwned


class AlertRule(WorkspaceOwned):
    """What is watched: every account of the workspace, or one, or what the posts of a campaign come to together; with
    `of_posts` each post of these accounts by itself."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    metric = models.CharField(max_length=24)
    threshold = models.FloatField(
        help_text="Percent of what is usual for more and less, deviations for what is odd, or the number to reach."
    )
    window = models.CharField(max_length=8, choices=Window.choices, default=Window.WEEK)
    account = models.ForeignKey(
        "social_accounts.SocialAccount", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    campaign = models.ForeignKey("posts.Campaign", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    of_posts = models.BooleanField(default=False, help_text="Each post of the account, or of every one, by itself.")
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1, help_text="Rises when the rule asks for something else.")
    watches_from = models.DateField(help_text="Days before this one are history and no news.")
    muted_until = models.DateTimeField(null=True, blank=True, help_text="What is found before is kept and not told.")
    is_on = models.BooleanField(default=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(account=None) | Q(campaign=None), name="an_alert_rule_has_one_subject"),
            models.CheckConstraint(condition=Q(threshold__gt=0), name="an_alert_rule_asks_for_something"),
            models.CheckConstraint(
                condition=Q(of_posts=False) | Q(campaign=None, kind=Kind.MILESTONE),
                name="of_each_post_a_number_is_reached",
            ),
        ]
        indexes = [models.Index(fields=["workspace"], condition=Q(is_on=True), name="alert_rules_in_force")]

    def __str__(self) -> str:
        return self.name


class AlertRecipient(WorkspaceOwned):
    """Somebody who is told by mail. Whoever may not see the workspace's figures any more is not."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="recipients")
    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="one_mail_for_each_person_and_alert")]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.rule_id}"


class Alert(WorkspaceOwned):
    """That a rule had something to say of a subject: once in each window, which the database sees to."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    account = models.ForeignKey(
        "social_accounts.SocialAccount", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    campaign = models.ForeignKey("posts.Campaign", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    publication = models.ForeignKey(
        "publishing.Publication", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="The post on its account, of a rule that watches posts.",
    )  # fmt: skip
    version = models.PositiveIntegerField(help_text="Of the rule, when it found this.")
    window_on = models.DateField(help_text="The first day of the window.")
    day = models.DateField()
    value = models.FloatField()
    usual = models.FloatField(null=True, blank=True)
    sample = models.PositiveSmallIntegerField(default=0, help_text="Days that say what is usual.")
    score = models.FloatField(null=True, blank=True, help_text="Deviations from what is usual.")
    found_at = models.DateTimeField()
    was_muted = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "version", "account", "window_on"],
                condition=Q(account__isnull=False, publication=None),
                name="one_alert_of_an_account_in_a_window",
            ),
            models.UniqueConstraint(
                fields=["rule", "version", "publication"],
                condition=Q(publication__isnull=False),
                name="one_alert_of_a_post",
            ),
            models.UniqueConstraint(
                fields=["rule", "version", "campaign", "window_on"],
                condition=Q(campaign__isnull=False),
                name="one_alert_of_a_campaign_in_a_window",
            ),
            models.CheckConstraint(
                condition=Q(account=None, campaign__isnull=False) | Q(account__isnull=False, campaign=None),
                name="an_alert_is_about_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "-id"], condition=Q(acknowledged_at=None), name="alerts_nobody_has_seen_to"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} on {self.day}"
