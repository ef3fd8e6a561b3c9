"""What the night watch writes down: breaches of its invariants, when each post left, and how late a day was.

It reads publications and never changes one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.core.models import OrganizationOwned, Row, WorkspaceOwned
from apps.watch.states import Invariant


class Breach(Row):
    """A time in which an invariant did not hold, on the whole deployment; one is open at a time for each invariant.

    `worst` is the most that was found in one look. The operator is told of its begin and of its end, once each.
    """

    invariant = models.CharField(max_length=24, choices=Invariant.choices)
    began_at = models.DateTimeField(help_text="Since when it did not hold, as far as that is known.")
    noticed_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    count = models.PositiveIntegerField(help_text="Found in the last look that found any.")
    worst = models.PositiveIntegerField(help_text="The most that was found in one look.")
    words = models.CharField(max_length=255, blank=True)
    begin_told_at = models.DateTimeField(null=True, blank=True)
    end_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "breaches"
        ordering = ["-noticed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["invariant"], condition=Q(ended_at=None), name="one_open_breach_of_each_invariant"
            )
        ]
        indexes = [models.Index(fields=["noticed_at"], condition=Q(end_told_at=None), name="breaches_to_tell")]

    def __str__(self) -> str:
        return f"{self.get_invariant_display()}: {'over' if self.ended_at else 'broken'}"


class Departure(WorkspaceOwned):
    """When one publication went out, and when it should have: written once, from the ledger, after the fact.

    `due_at` is the hour that was promised last. `is_at_once` says that no hour was promised but "now" (published at
    once, resumed, sent again by a person), so that its lateness says nothing about being on time.
    """

    publication = models.OneToOneField("publishing.Publication", on_delete=models.CASCADE, related_name="+")
    platform = models.CharField(max_length=32)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField()
    committed_at = models.DateTimeField(help_text="When the intent of the request that made it public was written.")
    answered_at = models.DateTimeField()
    lateness_ms = models.IntegerField(help_text="From the promised hour to the commit; negative if it went out early.")
    is_at_once = models.BooleanField(default=False)

    class Meta(WorkspaceOwned.Meta):
        indexes = [
            models.Index(fields=["organization", "due_at"], name="departures_by_due_time"),
            models.Index(fields=["answered_at"], name="departures_by_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.lateness_ms} ms late"


class Punctuality(OrganizationOwned):
    """How late one day was: of a workspace, or (without one) of the whole organization; on one platform, or (with an
    empty name) on all of them. The day is that of the promised hour, on the wall clock of the workspace, or of the
    organization. Rows can be made again from departures.

    `posts` were promised for an hour, and the lateness is theirs; `at_once` were promised for no hour but "now".
    """

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    platform = models.CharField(max_length=32, blank=True)
    day = models.DateField()
    posts = models.PositiveIntegerField(default=0)
    at_once = models.PositiveIntegerField(default=0)
    within_1s = models.PositiveIntegerField(default=0)
    within_10s = models.PositiveIntegerField(default=0)
    within_60s = models.PositiveIntegerField(default=0)
    p50_ms = models.PositiveIntegerField(null=True, blank=True)
    p95_ms = models.PositiveIntegerField(null=True, blank=True)
    p99_ms = models.PositiveIntegerField(null=True, blank=True)
    worst_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta(OrganizationOwned.Meta):
        verbose_name_plural = "punctuality"
        ordering = ["day", "platform"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "platform", "day"],
                condition=Q(workspace__isnull=False),
                name="punctuality_of_workspace_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "platform", "day"],
                condition=Q(workspace=None),
                name="punctuality_of_organization_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "day"], name="punctuality_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.platform or 'all platforms'}"


class StatusPage(OrganizationOwned):
    """The public page on which an organization shows that it is on time; there is none until it switches one on.

    Its address is a word of ours that nobody guesses: one that organizations chose would tell which are taken.
    """

    is_on = models.BooleanField(default=False)
    slug = models.CharField(max_length=32, unique=True)

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["organization"], name="one_status_page_for_an_organization")]

    def __str__(self) -> str:
        return f"Status page of {self.organization_id}"
