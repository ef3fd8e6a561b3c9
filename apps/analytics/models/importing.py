"""What an account had published before it came to us, or without us. These posts are looked at and never sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.analytics.models.snapshots import Figures
from apps.analytics.querysets import ImportQuerySet
from apps.analytics.states import UNFINISHED, ImportState
from apps.core.models import WorkspaceOwned, workspace_managers


class Import(WorkspaceOwned):
    """One reading of an account's own posts, page by page, newest first. `cursor` is where it goes on."""

    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.WAITING)
    since = models.DateTimeField(null=True, blank=True, help_text="Older posts are left out. Empty: none are.")
    most = models.PositiveIntegerField(help_text="It ends with so many posts.")
    cursor = models.TextField(blank=True)
    found = models.PositiveIntegerField(default=0, help_text="Posts that the platform has listed so far.")
    kept = models.PositiveIntegerField(default=0, help_text="Those of them that Postroom did not publish itself.")
    next_try_at = models.DateTimeField()
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Since it last went forward.")
    problem = models.CharField(max_length=16, blank=True)
    problem_words = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects, across_tenants, plain = workspace_managers(ImportQuerySet)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=UNFINISHED), name="one_import_at_a_time_of_each_account"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, ended_at=None) | ~Q(state__in=UNFINISHED) & Q(ended_at__isnull=False),
                name="an_ended_import_says_when",
            ),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state__in=UNFINISHED), name="imports_due")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.state}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED


class ImportedPost(Figures):
    """A post that was found at the platform, with its figures when it was read last. It is nobody's to send: there is
    no way from here to a publication."""

    account = models.ForeignKey("social_accounts.SocialAccount", on_delete=models.CASCADE, related_name="+")
    came_by = models.ForeignKey(Import, null=True, blank=True, on_delete=models.CASCADE, related_name="posts_found")
    remote_id = models.CharField(max_length=500)
    text = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    url = models.CharField(max_length=1000, blank=True)
    kind = models.CharField(max_length=64, blank=True, help_text="The platform's own word for its format.")
    media_urls = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta(Figures.Meta):
        ordering = ["-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "remote_id"], name="each_imported_post_once"),
        ]
        indexes = [models.Index(fields=["organization", "workspace", "published_at"], name="imported_posts_by_age")]

    def __str__(self) -> str:
        return f"{self.remote_id} of {self.account_id}"
