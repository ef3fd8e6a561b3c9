"""Plans, who has which, and what was used: a ledger that is only ever added to, and the sums that limits look at."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from apps.core.models import OrganizationOwned, Row, WorkspaceOwned
from apps.platforms import registry
from apps.usage.meters import Meter

OTHERS = "*"  # every platform that has no number of its own
REQUEST_WINDOWS = 3
EMPTY_IS_UNLIMITED = "Empty: no limit."


def validate_daily(value: Any) -> None:
    """A number for each platform that is limited, such as {"tiktok": 5, "*": 10}."""
    known = {*registry.names(), OTHERS}
    if not isinstance(value, dict) or set(value) - known:
        raise ValidationError(f"Name platforms out of {', '.join(sorted(known))}, each with a number.")
    if any(isinstance(number, bool) or not isinstance(number, int) or number < 0 for number in value.values()):
        raise ValidationError("Each platform has a whole number of posts a day.")


def validate_requests(value: Any) -> None:
    """How often keys may ask, in a second, in ten and in a minute: {"key": [100, 500, 2000], "organization": [...]}."""
    if not isinstance(value, dict) or set(value) - {"key", "organization"}:
        raise ValidationError("Say it for each key, for all of the organization together, or for both.")
    for numbers in value.values():
        is_list = isinstance(numbers, list) and len(numbers) == REQUEST_WINDOWS
        if not is_list or any(type(number) is not int or number < 1 for number in numbers):
            raise ValidationError("Three whole numbers: in a second, in ten seconds and in a minute.")


def _limit(**options: Any) -> models.PositiveIntegerField[Any, Any]:
    return models.PositiveIntegerField(null=True, blank=True, help_text=EMPTY_IS_UNLIMITED, **options)


class Plan(Row):
    """What organizations that have it may use. Who has none is limited by nothing here."""

    name = models.CharField(max_length=60, unique=True)
    monthly_publications = _limit()
    daily_publications = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_daily],
        help_text='Posts a day on each account, by platform: {"tiktok": 5, "*": 10}. "*" is every other one.',
    )
    monthly_imports = _limit(verbose_name="monthly imports of each account")
    workspaces = _limit()
    accounts = _limit()
    seats = _limit()
    webhooks = _limit()
    keys = _limit(verbose_name="API keys")
    requests = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_requests],
        verbose_name="requests of the API",
        help_text='In a second, in ten and in a minute: {"key": [100, 500, 2000], "organization": [400, 2000, 8000]}. '
        "What is left out is as the deployment has it.",
    )
    storage_bytes = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="Of all files of one workspace. Empty: what the organization or deployment has.",
    )
    white_label = models.BooleanField(
        null=True, blank=True, help_text="May leave out the name of the software. Unknown: as its branding is ticked."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def posts_a_day(self, platform: str) -> int | None:
        """On each account of the platform; None without a limit."""
        number: int | None = self.daily_publications.get(platform, self.daily_publications.get(OTHERS))
        return number


class Assignment(OrganizationOwned):
    """Which plan an organization has, as the operator says."""

    organization = models.OneToOneField("tenants.Organization", on_delete=models.CASCADE, related_name="assignment")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="assignments")

    class Meta(OrganizationOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.plan} for {self.organization}"


class OwnLimit(WorkspaceOwned):
    """What an organization lets one of its workspaces use in a month, on top of its plan."""

    meter = models.CharField(max_length=24, choices=Meter.choices)
    monthly = models.PositiveIntegerField()

    class Meta(WorkspaceOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "meter"], name="one_own_limit_for_each_meter")]

    def __str__(self) -> str:
        return f"{self.monthly} {self.meter} a month"


class Entry(WorkspaceOwned):
    """A line of the ledger, never changed: what was used, or given back (a negative amount), on which day.

    `key` is what makes a call safe to repeat. `subject_id` is the thing that counts for as long as it is planned.
    """

    meter = models.CharField(max_length=24, choices=Meter.choices)
    key = models.CharField(max_length=120)
    day = models.DateField(help_text="In the organization's time zone as it was then.")
    amount = models.IntegerField()
    subject_id = models.UUIDField(null=True, blank=True)
    account_id = models.UUIDField(null=True, blank=True)

    class Meta(WorkspaceOwned.Meta):
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["organization", "meter", "key"], name="each_key_counts_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="an_entry_counts_something"),
        ]
        indexes = [
            models.Index(fields=["subject_id"], condition=Q(subject_id__isnull=False), name="entries_of_a_subject"),
            models.Index(fields=["organization", "day"], name="entries_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:+} {self.meter} on {self.day}"


class Total(OrganizationOwned):
    """The sum of entries of an organization, workspace or account (`scope_id`) in a month or on a day (`period`).

    Workspaces' own limits, plans and alerts look at these and at nothing else; the ledger can tell them anew.
    """

    workspace = models.ForeignKey(
        "tenants.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    meter = models.CharField(max_length=24, choices=Meter.choices)
    scope_id = models.UUIDField()
    period = models.CharField(max_length=10)
    amount = models.BigIntegerField(default=0)
    told = models.PositiveSmallIntegerField(
        default=0, help_text="The share of its limit that was last told, in percent."
    )

    class Meta(OrganizationOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["scope_id", "meter", "period"], name="one_total_for_each_scope_and_period"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="a_total_is_never_below_nothing"),
        ]
        indexes = [models.Index(fields=["organization", "period"], name="totals_by_period")]

    def __str__(self) -> str:
        return f"{self.amount} {self.meter} in {self.period}"
