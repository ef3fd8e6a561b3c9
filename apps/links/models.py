"""How a workspace's links go out, each link that does, and its clicks by day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import Q

from apps.core import clock
from apps.core.models import WorkspaceOwned


class LinkSettings(WorkspaceOwned):
    """What becomes of the addresses in a workspace's posts when they are written."""

    tags = models.BooleanField(default=False, help_text="Add utm parameters that the author has not.")
    sources = models.JSONField(default=dict, blank=True, help_text="utm_source by platform; else the platform's name.")
    medium = models.CharField(max_length=80, default="social", blank=True)
    campaign = models.CharField(max_length=120, blank=True, help_text="For posts that belong to no campaign.")
    further = models.JSONField(default=dict, blank=True, help_text="Own parameters and their values.")
    hosts = models.JSONField(default=list, blank=True, help_text="Only addresses there, and below. Empty: all.")
    shortens = models.BooleanField(default=False)
    domain = models.CharField(max_length=253, blank=True, help_text="Of short links. Empty: Postroom's own.")

    class Meta(WorkspaceOwned.Meta):
        verbose_name_plural = "link settings"
        constraints = [models.UniqueConstraint(fields=["workspace"], name="one_link_settings_for_each_workspace")]

    def __str__(self) -> str:
        return f"Links of {self.workspace_id}"

    @property
    def changes_nothing(self) -> bool:
        return not (self.tags or self.shortens)


class Link(WorkspaceOwned):
    """An address of a post on one account, as it goes out; or a short one that somebody made by hand.

    `outgoing` stands in the post: it is settled when the post is written, and what a reviewer has approved is what
    leaves. With a `code` it is ours and leads to `destination`.
    """

    post = models.ForeignKey("posts.Post", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(
        "social_accounts.SocialAccount", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    written = models.CharField(max_length=2000)
    destination = models.CharField(max_length=2500)
    outgoing = models.CharField(max_length=2500)
    host = models.CharField(max_length=253, blank=True, help_text="Whose short link it is. Empty: Postroom's own.")
    code = models.CharField(max_length=16, null=True, blank=True, unique=True)
    title = models.CharField(max_length=200, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "account", "written"],
                condition=Q(post__isnull=False),
                name="one_link_for_each_address_of_a_post",
            ),
            models.CheckConstraint(
                condition=Q(destination__startswith="https://") | Q(destination__startswith="http://"),
                name="a_link_leads_to_a_web_address",
            ),
            models.CheckConstraint(
                condition=Q(post__isnull=False) | Q(code__isnull=False), name="a_link_by_hand_is_short"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-id"], name="links_of_a_workspace")]

    def __str__(self) -> str:
        return self.outgoing


class ClickDay(WorkspaceOwned):
    """How often a link was followed on one day of its workspace, by whom nobody knows."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    clicks = models.PositiveBigIntegerField(default=0)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="one_count_for_each_link_and_day")]
        indexes = [models.Index(fields=["workspace", "day"], name="clicks_of_a_workspace")]

    def __str__(self) -> str:
        return f"{self.clicks} on {self.day}"


class Trouble(models.TextChoices):
    """Why a domain could not be verified, by what has to be mended."""

    NO_RECORD = "no_record", "The record that proves it is yours was not found"
    WILDCARD = "wildcard", "Every name below the domain is answered, so that the record proves nothing"
    NOT_HERE = "not_here", "The domain leads to no address on the internet"
    NO_CERTIFICATE = "no_certificate", "There is no valid certificate for the domain"
    UNREACHABLE = "unreachable", "Nothing answered at the domain"
    ELSEWHERE = "elsewhere", "Somebody else's server answered at the domain"
    TAKEN = "taken", "Links of another workspace are on the domain"
    NOT_LOOKED_UP = "not_looked_up", "Nobody could say whether the names are there"


class LinkDomain(WorkspaceOwned):
    """A domain of a client for short links alone. Nothing is on it before it was proved to be theirs and to lead here.

    A later look that finds trouble takes nothing away: links that are out go on working as far as the domain does.
    After a week of it no new ones are made there; and after a week without its record whoever proves the domain holds
    it instead. One that was not proved is looked for by itself for a month after somebody has named it or asked for
    a look."""

    LAPSES_AFTER: Final = timedelta(days=7)
    LOOKED_FOR: Final = timedelta(days=30)  # by itself, as long as it was not proved

    host = models.CharField(max_length=253)
    token = models.CharField(max_length=32, help_text="Part of the name that has to be set below the domain.")
    verified_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True, help_text="When a worker looks; empty: when asked to.")
    problem = models.CharField(max_length=16, blank=True, choices=Trouble.choices, help_text="By the last look.")
    troubled_since = models.DateTimeField(null=True, blank=True, help_text="Since when every look has found trouble.")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last had it looked at.")
    unproved_since = models.DateTimeField(null=True, blank=True, help_text="Since when no look has found its record.")
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["host"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "host"], name="a_domain_is_named_once_in_a_workspace"),
            models.UniqueConstraint(
                fields=["host"], condition=Q(verified_at__isnull=False), name="a_verified_domain_is_one_clients"
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="domains_to_look_at")
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def looked_for_until(self) -> datetime | None:
        """After this nobody looks by itself any more; None for one that was proved."""
        return None if self.verified_at else (self.asked_at or self.created_at) + self.LOOKED_FOR

    @property
    def is_given_up(self) -> bool:
        """Whether only somebody who asks can make it theirs, where Postroom would otherwise look by itself."""
        waits = self.problem in (Trouble.NOT_LOOKED_UP, Trouble.TAKEN)
        return waits and self.verified_at is None and self.next_check_at is None

    @property
    def is_lapsed(self) -> bool:
        """Whether no new links are made on it, for it has been in trouble for too long."""
        return self.troubled_since is not None and self.troubled_since <= clock.now() - self.LAPSES_AFTER
