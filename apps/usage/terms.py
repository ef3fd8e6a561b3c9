"""What an organization may use: its plan's numbers, and what it has set for its workspaces on top."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Subquery

from apps.core.calendar import cell_of
from apps.core.prepared import Prepared
from apps.core.querysets import within_reach
from apps.platforms import registry
from apps.tenants.models import Organization
from apps.usage.meters import Counter, Meter, Span, Whose
from apps.usage.models import OwnLimit, Plan


@dataclass(frozen=True, slots=True)
class Terms:
    """Of one organization. `own` are its workspaces' limits for a month, by workspace and meter."""

    organization_id: UUID
    zone: str
    plan: Plan | None = None
    own: Mapping[tuple[UUID, str], int] = field(default_factory=dict)

    @property
    def limits_nothing(self) -> bool:
        return self.plan is None and not self.own

    def day_of(self, instant: datetime) -> date:
        """The day on which something counts."""
        return cell_of(instant, self.zone)

    def cap(self, meter: Meter, counter: Counter, *, workspace_id: UUID, platform: str = "") -> int | None:
        """The most that this counter may reach; None without a limit."""
        if counter.whose is Whose.WORKSPACE:
            return self.own.get((workspace_id, meter.value))
        if self.plan is None:
            return None
        if counter.whose is Whose.ORGANIZATION:
            return self.plan.monthly_publications if meter is Meter.PUBLICATIONS else None
        return self.plan.posts_a_day(platform) if meter is Meter.PUBLICATIONS else self.plan.monthly_imports

    def allowance(self, meter: Meter, counter: Counter, cap: int, *, platform: str = "") -> str:
        """The limit as a sentence."""
        noun = meter.label.lower()
        things = f"{cap} {noun.removesuffix('s') if cap == 1 else noun} a {counter.span.value}"
        if counter.whose is Whose.WORKSPACE:
            return f"Your organization allows this workspace {things}."
        each = f" on each {registry.label(platform)} account" if counter.whose is Whose.ACCOUNT else ""
        return f"The plan {self.plan} allows {things}{each}."


def terms_of(organization_ids: Collection[UUID], *, workspace_ids: Collection[UUID] | None = None) -> dict[UUID, Terms]:
    """The terms of each organization, with the own limits of these workspaces (None: of all that may be seen); two
    queries however many there are."""
    own: dict[UUID, dict[tuple[UUID, str], int]] = {}
    limits = within_reach(OwnLimit).filter(organization_id__in=organization_ids)
    if workspace_ids is not None:
        limits = limits.filter(workspace_id__in=workspace_ids)
    for organization_id, workspace_id, meter, monthly in limits.values_list(
        "organization_id", "workspace_id", "meter", "monthly"
    ):
        own.setdefault(organization_id, {})[workspace_id, meter] = monthly
    known = Organization.objects.filter(pk__in=organization_ids).select_related("assignment__plan")
    return {row.pk: Terms(row.pk, row.timezone, plan_of(row), own.get(row.pk, {})) for row in known}


def terms_in(organization_id: UUID, workspace_id: UUID) -> Terms:
    """The terms of an organization, with the own limits of one of its workspaces; in one query."""
    row: Any = _with_own_limits.first(organization_id=organization_id, workspace_id=workspace_id)
    if row is None:
        raise Organization.DoesNotExist(f"There is no organization {organization_id}")
    found = {(workspace_id, meter.value): getattr(row, f"own_{meter.value}") for meter in Meter}
    own = {key: monthly for key, monthly in found.items() if monthly is not None}
    return Terms(row.pk, row.timezone, plan_of(row), own)


def _own_limits(organization_id: UUID, workspace_id: UUID) -> QuerySet[Organization]:
    mine = within_reach(OwnLimit).filter(workspace_id=workspace_id)
    limits = {f"own_{meter.value}": Subquery(mine.filter(meter=meter).values("monthly")[:1]) for meter in Meter}
    return Organization.objects.annotate(**limits).select_related("assignment__plan").filter(pk=organization_id)


_with_own_limits = Prepared(_own_limits)


def plan_of(organization: Organization) -> Plan | None:
    assignment = getattr(organization, "assignment", None)
    return assignment.plan if assignment else None


def in_words(span: Span, day: date) -> str:
    """The month or day as people say it."""
    return f"{day:%B %Y}" if span is Span.MONTH else f"{day.day} {day:%B %Y}"
