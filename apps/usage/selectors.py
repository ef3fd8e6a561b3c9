"""What a plan says, and what was used of it: one place for every page, service and export that asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from apps.core import clock, tenancy
from apps.core.calendar import Month, cell_of
from apps.core.querysets import within_reach
from apps.tenants.models import Organization, Workspace
from apps.usage import inventory
from apps.usage.booking import ALERTS
from apps.usage.meters import Counter, Limit, Meter, Span, Whose
from apps.usage.models import Assignment, Entry, OwnLimit, Plan, Total
from apps.usage.terms import terms_of

NEAR: Final = ALERTS[-1]


@dataclass(frozen=True, slots=True)
class Gauge:
    """Something used of something allowed; `limit` None: as much as is wanted."""

    label: str
    used: int
    limit: int | None

    @property
    def percent(self) -> int:
        if self.limit is None:
            return 0
        return min(100, self.used * 100 // self.limit) if self.limit else 100

    @property
    def tone(self) -> str:
        if self.limit is None or self.percent < NEAR:
            return "ok"
        return "warn" if self.used < self.limit else "bad"

    @property
    def warning(self) -> str:
        """What the tone says, in words."""
        return {"warn": f"{self.percent} % used", "bad": "Used up"}.get(self.tone, "")


@dataclass(frozen=True, slots=True)
class WorkspaceUse:
    """What one workspace used this month and today; `own_limit` is what the organization allows it."""

    id: UUID
    name: str
    month: int
    today: int
    own_limit: int | None

    @property
    def gauge(self) -> Gauge:
        return Gauge(self.name, self.month, self.own_limit)


@dataclass(frozen=True, slots=True)
class Usage:
    plan: str
    month: date
    resets_on: date
    zone: str
    gauges: tuple[Gauge, ...]
    workspaces: tuple[WorkspaceUse, ...]


def plan_in_force() -> Plan | None:
    """The plan of the organization in context."""
    assignment = Assignment.objects.select_related("plan").filter(organization=tenancy.required_organization()).first()
    return assignment.plan if assignment else None


def limit_of(limit: Limit) -> int | None:
    """The most that the plan of the organization in context allows; None where it says nothing."""
    plan = plan_in_force()
    number: int | None = getattr(plan, limit.value) if plan else None
    return number


def allows_white_label() -> bool | None:
    """Whether the plan lets the organization leave out the name of the software; None where it says nothing."""
    plan = plan_in_force()
    answer: bool | None = plan.white_label if plan else None
    return answer


def requests_allowed() -> Mapping[str, Sequence[int]]:
    """How often keys of the organization in context may ask, as its plan says; empty where it says nothing."""
    plan = plan_in_force()
    said: Mapping[str, Sequence[int]] = plan.requests if plan else {}
    return said


def usage_of(organization: Organization) -> Usage:
    """This month and today, against what is allowed, for the settings page."""
    terms = terms_of([organization.pk])[organization.pk]
    today = terms.day_of(clock.now())
    month, counter = Span.MONTH, Counter(Whose.ORGANIZATION, Span.MONTH)
    totals = Total.objects.filter(scope_id=organization.pk, period=month.period(today))
    amounts = dict(totals.values_list("meter", "amount"))
    metered = [
        Gauge(meter.label, amounts.get(meter, 0), terms.cap(meter, counter, workspace_id=organization.pk))
        for meter in Meter
    ]
    return Usage(
        plan=str(terms.plan) if terms.plan else "",
        month=month.first(today),
        resets_on=month.resets_on(today),
        zone=terms.zone,
        gauges=(*metered, *_kept(terms.plan)),
        workspaces=tuple(_by_workspace(today)),
    )


def _kept(plan: Plan | None) -> Iterator[Gauge]:
    """What is there now, of all that somebody counts."""
    for limit in Limit:
        number = inventory.used(limit)
        if number is not None:
            yield Gauge(limit.label.capitalize(), number, getattr(plan, limit.value) if plan else None)


def _by_workspace(today: date) -> Iterator[WorkspaceUse]:
    meter = Meter.PUBLICATIONS
    month, day = Span.MONTH.period(today), Span.DAY.period(today)
    totals = Total.objects.filter(meter=meter, workspace__isnull=False)
    of_month = dict(totals.filter(period=month).values_list("workspace", "amount"))
    on_day = totals.filter(period=day).order_by().values("workspace").annotate(sum=Sum("amount"))
    of_today = {row["workspace"]: row["sum"] for row in on_day}
    own = dict(OwnLimit.objects.filter(meter=meter).values_list("workspace", "monthly"))
    real = Workspace.objects.filter(is_test=False)  # Nothing is counted where things are only tried.
    for place in real.filter(Q(archived_at=None) | Q(pk__in=of_month)).order_by("name"):
        yield WorkspaceUse(
            place.pk, place.name, of_month.get(place.pk, 0), of_today.get(place.pk, 0), own.get(place.pk)
        )


def totals_of(meter: Meter, keys: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], int]:
    """What was used by each of these, a scope and a period; one query, across tenants inside `across_tenants`."""
    scopes, periods = {scope_id for scope_id, _ in keys}, {period for _, period in keys}
    rows = within_reach(Total).filter(meter=meter, scope_id__in=scopes, period__in=periods)
    return {(row.scope_id, row.period): row.amount for row in rows}


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A line of the export: what a workspace used of a meter in a month."""

    month: str
    workspace: str
    external_ref: str
    workspace_id: UUID
    meter: str
    amount: int


def invoiced(month: Month) -> Iterator[Invoiced]:
    """What each workspace of the organization in context used in the month, out of the ledger itself."""
    used = used_in(month)
    for place in Workspace.objects.filter(is_test=False).order_by("name"):
        for meter in Meter:
            amount = used.get((place.pk, meter.value), 0)
            yield Invoiced(str(month), place.name, place.external_ref, place.pk, meter.value, amount)


def used_in(month: Month, workspaces: Collection[Workspace] | None = None) -> dict[tuple[UUID, str], int]:
    """What these workspaces (None: all that may be seen) used in the month, by workspace and meter, out of the ledger
    itself; one query."""
    entries = Entry.objects.filter(day__range=(month.first, month.last)).order_by()
    if workspaces is not None:
        entries = entries.filter(workspace__in=workspaces)
    sums = entries.values("workspace", "meter").annotate(sum=Sum("amount"))
    return {(row["workspace"], row["meter"]): row["sum"] for row in sums}


@dataclass(frozen=True, slots=True)
class UseInMonth:
    """What a workspace used in a month, and what its organization allows it, by meter."""

    workspace: Workspace
    used: Mapping[str, int]
    own_limits: Mapping[str, int | None]


def use_in_month(month: Month, workspaces: Sequence[Workspace]) -> list[UseInMonth]:
    """The same for a page of workspaces; two queries. The limits are those of now."""
    used, own = used_in(month, workspaces), own_limits_of(workspaces)
    return [
        UseInMonth(place, {meter.value: used.get((place.pk, meter.value), 0) for meter in Meter}, own[place.pk])
        for place in workspaces
    ]


def own_limits_of(workspaces: Collection[Workspace]) -> dict[UUID, dict[str, int | None]]:
    """What the organization has set for each of these in a month, by meter; None: as much as the plan."""
    set_ = OwnLimit.objects.filter(workspace__in=workspaces).values_list("workspace", "meter", "monthly")
    found: dict[UUID, dict[str, int | None]] = {place.pk: dict.fromkeys(Meter.values) for place in workspaces}
    for workspace_id, meter, monthly in set_:
        found[workspace_id][meter] = monthly
    return found


@dataclass(frozen=True, slots=True)
class MonthOfUse:
    month: Month
    used: Mapping[str, int]


def use_by_month(organization: Organization) -> list[MonthOfUse]:
    """What the organization used in each month of the last two years in which anything was counted, the newest first;
    two queries."""
    months = months_used(organization)
    totals = Total.objects.filter(scope_id=organization.pk, period__in=[str(month) for month in months])
    used = {(row.period, row.meter): row.amount for row in totals}
    return [MonthOfUse(one, {meter.value: used.get((str(one), meter.value), 0) for meter in Meter}) for one in months]


def months_used(organization: Organization) -> list[Month]:
    """The months that can be invoiced, the newest first: those with anything counted, and this one."""
    this = Month.of(cell_of(clock.now(), organization.timezone))
    totals = Total.objects.filter(scope_id=organization.pk, period__lte=str(this)).order_by("-period")
    periods = totals.values_list("period", flat=True).distinct()[:24]
    known = [Month(int(period[:4]), int(period[5:7])) for period in periods]
    return known if this in known else [this, *known]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A limit that is nearly or wholly used up, for a banner."""

    tone: str
    title: str
    text: str


def alarms(organization: Organization, *, workspace_id: UUID | None) -> list[Alarm]:
    """What this month's alerts still mean: of the organization, and of the workspace one looks at."""
    today = cell_of(clock.now(), organization.timezone)
    scopes = [organization.pk, *([workspace_id] if workspace_id else [])]
    period, resets_on = Span.MONTH.period(today), Span.MONTH.resets_on(today)
    told = list(Total.objects.filter(scope_id__in=scopes, period=period, told__gt=0))
    if not told:
        return []
    terms = terms_of([organization.pk], workspace_ids=scopes)[organization.pk]
    found = []
    for total in told:
        whose = Whose.WORKSPACE if total.workspace_id else Whose.ORGANIZATION
        cap = terms.cap(Meter(total.meter), Counter(whose, Span.MONTH), workspace_id=total.scope_id)
        gauge = Gauge(Meter(total.meter).label, total.amount, cap)
        if gauge.tone != "ok":
            who = "this workspace" if total.workspace_id else organization.name
            title = f"{gauge.used} of {gauge.limit} {gauge.label.lower()} of {who} are used this month."
            text = f"The next month begins on {resets_on.day} {resets_on:%B}. What is over its limit is held."
            found.append(Alarm(gauge.tone, title, text))
    return found
