"""Reviewers as people: the groups they are in, when they work, who stands in for them, what they were told, and what
the policy did when nobody answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from apps.approvals.states import Deed, MailChoice
from apps.core import clock
from apps.core.models import OrganizationOwned, WorkspaceOwned
from apps.tenants.zones import validate_zone

INSTANT = timedelta(microseconds=1)


class Group(OrganizationOwned):
    """People who are named together in steps: of one client, or without a workspace of all clients."""

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="Empty: for every client.",
    )  # fmt: skip
    name = models.CharField(max_length=60)

    class Meta(OrganizationOwned.Meta):
        verbose_name = "group of reviewers"
        verbose_name_plural = "groups of reviewers"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], condition=Q(workspace=None), name="group_name_once_for_every_client"
            ),
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(workspace__isnull=False), name="group_name_once_in_workspace"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(OrganizationOwned):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="+")

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="each_person_once_in_a_group")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class WorkingHours(OrganizationOwned):
    """When somebody works, by their own clock: of a person, the usual ones of a workspace, or those of the whole
    organization. Where there is no row, Monday to Friday from nine to five."""

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    timezone = models.CharField(max_length=64, validators=[validate_zone])
    weekdays = models.JSONField(default=list, help_text="0 is Monday.")
    begins = models.TimeField()
    ends = models.TimeField(help_text="00:00 is the end of the day.")

    class Meta(OrganizationOwned.Meta):
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(workspace=None) | Q(user=None), name="hours_are_of_a_person_or_of_a_workspace"
            ),
            models.UniqueConstraint(
                fields=["organization", "user"], condition=Q(user__isnull=False), name="hours_of_a_person_once"
            ),
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(workspace__isnull=False), name="hours_of_a_workspace_once"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(user=None, workspace=None),
                name="hours_of_an_organization_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%H:%M} to {self.ends:%H:%M} {self.timezone}"


class Mailing(OrganizationOwned):
    """How a member wants to hear of what waits for them. No row: at once."""

    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=16, choices=MailChoice.choices, default=MailChoice.AT_ONCE)

    class Meta(OrganizationOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_choice_of_mail_for_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.choice}"


class Absence(OrganizationOwned):
    """That somebody is away, in whole days of their own clock, and who sits on the bench in their place meanwhile."""

    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="The first instant at which they are back.")
    timezone = models.CharField(max_length=64, validators=[validate_zone])
    delegate = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(OrganizationOwned.Meta):
        ordering = ["begins_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("begins_at")), name="an_absence_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["organization", "user", "ends_at"], name="absences_by_end")]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.ends_on}"

    @property
    def starts_on(self) -> date:
        return self.begins_at.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def ends_on(self) -> date:
        """The last day away."""
        return (self.ends_at - INSTANT).astimezone(ZoneInfo(self.timezone)).date()

    def covers(self, at: datetime) -> bool:
        return self.begins_at <= at < self.ends_at


class EscalationIsFinal(RuntimeError):
    """What the policy did is neither changed nor thrown away."""


class Escalation(WorkspaceOwned):
    """What a rule of a step did when nobody had answered. Each rule acts once in a step; rows are added and never
    changed, which the database sees to. `people` were brought in; `seats` are those who were awaited then."""

    request = models.ForeignKey("approvals.Request", on_delete=models.CASCADE, related_name="escalations")
    step = models.ForeignKey("approvals.StepState", on_delete=models.CASCADE, related_name="escalations")
    rule = models.CharField(max_length=60, help_text="Of the step's rules, the one that acted.")
    deed = models.CharField(max_length=16, choices=Deed.choices)
    policy_version = models.PositiveIntegerField()
    people = models.JSONField(default=list)
    seats = models.JSONField(default=list)
    acted_at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["acted_at", "id"]
        constraints = [models.UniqueConstraint(fields=["step", "rule"], name="each_rule_acts_once_in_a_step")]

    def __str__(self) -> str:
        return f"{self.rule} of {self.step_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise EscalationIsFinal("Let another rule act instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EscalationIsFinal("What a policy did is kept")


class Letter(OrganizationOwned):
    """A mail to one person, a member or a guest, claimed by whoever sends it. `key` makes it one: a digest of a rule is
    one a day. `about` grows until it is handed to the mail server; a letter with nothing left to say is dropped."""

    user = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    guest = models.ForeignKey("approvals.Guest", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(
        "approvals.ReviewLink", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="To a guest who was sent a link: that one. What a reminder names, its tokens say.",
    )  # fmt: skip
    asked_by = models.ForeignKey(
        "tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+",
        help_text="To a guest: the member who had it sent, and who gets the answer.",
    )  # fmt: skip
    key = models.CharField(max_length=120)
    rule = models.CharField(max_length=100)
    on_day = models.DateField(null=True, blank=True, help_text="Of a digest: the day by the person's clock.")
    about = models.JSONField(default=list, help_text="Steps or comments; empty: whatever waits for the person.")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    handed_at = models.DateTimeField(null=True, blank=True, help_text="When it was about to be given to the server.")
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=120, blank=True)

    class Meta(OrganizationOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user", "key"], name="each_letter_once"),
            models.UniqueConstraint(
                fields=["guest", "key"], condition=Q(guest__isnull=False), name="each_letter_to_a_guest_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, guest=None, link=None) | Q(user=None, guest__isnull=False),
                name="a_letter_is_to_a_member_or_to_a_guest",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, dropped_at=None), name="letters_that_are_due"),
            models.Index(fields=["created_at"], name="letters_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.user_id or self.guest_id}"


class MailLink(WorkspaceOwned):
    """What a mail lets one person do, once: decide one step of one version of a post. Only a hash of its token is
    kept."""

    request = models.ForeignKey("approvals.Request", on_delete=models.CASCADE, related_name="+")
    step = models.ForeignKey("approvals.StepState", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("tenants.User", on_delete=models.CASCADE, related_name="+")
    content_hash = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_for = models.CharField(max_length=24, blank=True, help_text="The verdict that it was used for.")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["expires_at"], name="mail_links_by_expiry")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.request_id}"
