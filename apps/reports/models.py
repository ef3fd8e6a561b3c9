"""What clients are shown: templates, frozen reports, the links they are handed out by, and schedules.

A report's `data` is written once. Whatever is shown of it later, on a page, on paper or in a sheet, is drawn from it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from apps.core.models import WorkspaceOwned, workspace_managers
from apps.reports.querysets import MailQuerySet, ReportQuerySet, ScheduleQuerySet
from apps.reports.states import Cadence, FileKind, MailState, ReportState


class ReportTemplate(WorkspaceOwned):
    """A report to be made again and again. `plan` is as `apps.reports.plan` has it."""

    name = models.CharField(max_length=80)
    plan = models.JSONField(default=dict)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="report_templates_by_name")]

    def __str__(self) -> str:
        return self.name


class Schedule(WorkspaceOwned):
    """That a template is made into a report every week or month, and mailed. `next_at` is when; whoever moves it on has
    the run."""

    template = models.ForeignKey(ReportTemplate, on_delete=models.CASCADE, related_name="schedules")
    cadence = models.CharField(max_length=8, choices=Cadence.choices, default=Cadence.MONTHLY)
    weekday = models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")
    day = models.PositiveSmallIntegerField(default=1, help_text="Of the month; in a shorter one its last day.")
    hour = models.PositiveSmallIntegerField(default=9, help_text="On the wall clock of the workspace.")
    recipients = models.JSONField(default=list, help_text="Mail addresses.")
    attaches_pdf = models.BooleanField(default=False)
    link_days = models.PositiveSmallIntegerField(default=60, help_text="How long the link in the mail is good for.")
    passcode_hash = models.CharField(max_length=128, blank=True)
    is_paused = models.BooleanField(default=False)
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="Of the run that is due, in vain.")
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="A pause after a try in vain.")
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects, across_tenants, plain = workspace_managers(ScheduleQuerySet)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6, day__gte=1, day__lte=31, hour__lte=23), name="a_schedule_has_a_time"
            )
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(is_paused=False), name="report_schedules_due")]

    def __str__(self) -> str:
        return f"{self.cadence} of {self.template_id}"


class Report(WorkspaceOwned):
    """What was known about some days at `as_of`. `plan` is the copy of what was asked for; `pictures` are small ones of
    the posts, as data addresses; `sha256` is of `data`."""

    template = models.ForeignKey(ReportTemplate, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    schedule = models.ForeignKey(Schedule, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    due_at = models.DateTimeField(null=True, blank=True, help_text="The time of the schedule that it is for.")
    name = models.CharField(max_length=120)
    first = models.DateField()
    last = models.DateField()
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ReportState.choices, default=ReportState.QUEUED)
    data = models.JSONField(default=dict, blank=True)
    pictures = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    account_ids = models.JSONField(default=list, blank=True, help_text="Whose figures are in it.")
    as_of = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(help_text="A worker's lease, or a pause after a failure.")
    problem = models.CharField(max_length=64, blank=True)
    problem_words = models.CharField(max_length=500, blank=True)

    objects, across_tenants, plain = workspace_managers(ReportQuerySet)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="one_report_for_each_run_of_a_schedule"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="a_report_is_about_days"),
            models.CheckConstraint(
                condition=~Q(state=ReportState.READY) | (Q(as_of__isnull=False) & ~Q(sha256="")),
                name="a_ready_report_is_frozen",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(state__in=[ReportState.QUEUED, ReportState.MAKING]),
                name="reports_to_make",
            ),
            models.Index(fields=["organization", "workspace", "-id"], name="reports_of_a_workspace"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_frozen(self) -> bool:
        return bool(self.sha256)


def storage_path(row: Any, name: str) -> str:
    return f"reports/{row.organization_id}/{row.workspace_id}/{name}"


class ReportFile(WorkspaceOwned):
    """A report as a file, drawn from its data."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=4, choices=FileKind.choices)
    file = models.FileField(upload_to=storage_path, max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["report", "kind"], name="one_file_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.report_id} as {self.kind}"


class ReportLink(WorkspaceOwned):
    """A way to one report for somebody without a seat; of its token, and of its passcode, only hashes are kept."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    passcode_hash = models.CharField(max_length=128, blank=True)
    note = models.CharField(max_length=254, blank=True, help_text="Who it is for, as members see it.")
    is_mailed = models.BooleanField(default=False, help_text="A mail of Postroom's carries it.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0, help_text="Of the passcode, since the last right one.")
    locked_until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(WorkspaceOwned.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.note or f"Link to {self.report_id}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now


class ReportMail(WorkspaceOwned):
    """A report on its way to one mail address."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="mails")
    address = models.CharField(max_length=254)
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(help_text="A worker's lease, or a pause after a failure.")
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=64, blank=True)

    objects, across_tenants, plain = workspace_managers(MailQuerySet)

    class Meta(WorkspaceOwned.Meta):
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["report", "address"], name="each_address_once_for_a_report")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=MailState.WAITING), name="report_mails_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} to somebody: {self.state}"
