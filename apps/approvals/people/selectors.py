"""Reads of groups, hours and absences, shaped for pages and programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from apps.approvals.people.hours import Hours
from apps.approvals.people.models import Absence, Group, GroupMember, Mailing, WorkingHours
from apps.approvals.states import MailChoice
from apps.core import tenancy
from apps.core.querysets import visible


def groups() -> QuerySet[Group]:
    """The groups of every client and of those that may be seen, with their people."""
    members = Prefetch("members", queryset=GroupMember.objects.select_related("user").order_by("user__name", "user_id"))
    tenant = tenancy.required()
    rows: QuerySet[Group] = Group.objects.filter(workspace=None)
    mine = visible(Group.objects.exclude(workspace=None), "workspace_id", tenant)
    return (rows | mine).prefetch_related(members).order_by("name", "id")


def groups_for(workspace_id: UUID) -> QuerySet[Group]:
    """The groups that a policy of this client may name."""
    return groups().filter(Q(workspace=None) | Q(workspace_id=workspace_id))


def group_names(group_ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Group.objects.filter(pk__in=set(group_ids)).values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class Working:
    """When somebody works; `is_own`: they have said so themselves."""

    hours: Hours
    is_own: bool


def own_hours(user_id: UUID) -> WorkingHours | None:
    found: WorkingHours | None = WorkingHours.objects.filter(user=user_id).first()
    return found


def usual_hours(workspace_id: UUID | None) -> WorkingHours | None:
    """Those that were set for a workspace, or without one for the organization."""
    found: WorkingHours | None = WorkingHours.objects.filter(user=None, workspace=workspace_id).first()
    return found


def choice_of(user_id: UUID) -> MailChoice:
    said = Mailing.objects.filter(user=user_id).values_list("choice", flat=True).first()
    return MailChoice(said) if said else MailChoice.AT_ONCE


def choices_of(user_ids: Iterable[UUID]) -> dict[UUID, MailChoice]:
    rows = Mailing.objects.filter(user__in=set(user_ids)).values_list("user_id", "choice")
    return {pk: MailChoice(choice) for pk, choice in rows}


def absences_of(user_id: UUID, *, since: datetime) -> list[Absence]:
    """Those that are not over, the next one first."""
    rows = Absence.objects.filter(user=user_id, ends_at__gt=since).select_related("delegate")
    return list(rows.order_by("begins_at"))
