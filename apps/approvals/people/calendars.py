"""When the people of an organization are there, read once for many of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from apps.approvals.people.hours import Hours
from apps.approvals.people.models import Absence, WorkingHours
from apps.tenants.models import Organization, Workspace, WorkspaceAccess


@dataclass(frozen=True, slots=True)
class Calendars:
    """The hours of people: their own; else those of the only client they work for; else the organization's."""

    usual: Hours
    own: Mapping[UUID, Hours] = field(default_factory=dict)
    only_client: Mapping[UUID, UUID] = field(default_factory=dict)
    clients: Mapping[UUID, Hours] = field(default_factory=dict)
    absences: Mapping[UUID, tuple[Absence, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, organization_id: UUID, user_ids: Collection[UUID], *, since: datetime) -> Self:
        """Five queries, whoever they are; absences that ended before `since` are left out."""
        rows = list(WorkingHours.objects.all())
        mine: dict[UUID, set[UUID]] = {}
        seen = WorkspaceAccess.objects.filter(membership__user__in=user_ids)
        for user_id, workspace_id in seen.values_list("membership__user_id", "workspace_id"):
            mine.setdefault(user_id, set()).add(workspace_id)
        only = {user_id: next(iter(found)) for user_id, found in mine.items() if len(found) == 1}
        away: dict[UUID, tuple[Absence, ...]] = {}
        for row in Absence.objects.filter(user__in=user_ids, ends_at__gt=since):
            away[row.user_id] = (*away.get(row.user_id, ()), row)
        return cls(
            usual=_usual(rows, organization_id),
            own={row.user_id: as_hours(row) for row in rows if row.user_id},
            only_client=only,
            clients=_of_clients(rows, set(only.values())),
            absences=away,
        )

    def person(self, user_id: UUID) -> Hours:
        if user_id in self.own:
            return self.own[user_id]
        return self.clients.get(self.only_client.get(user_id, user_id), self.usual)

    def is_there(self, user_id: UUID, at: datetime) -> bool:
        return not self._away(user_id, at) and self.person(user_id).holds(at)

    def next(self, user_id: UUID, at: datetime) -> datetime:
        """When this person works next, from `at` on."""
        hours = self.person(user_id)
        found = hours.next(at)
        while absence := self._away(user_id, found):
            found = hours.next(absence.ends_at)
        return found

    def _away(self, user_id: UUID, at: datetime) -> Absence | None:
        return next((one for one in self.absences.get(user_id, ()) if one.covers(at)), None)


def as_hours(row: WorkingHours) -> Hours:
    return Hours(row.timezone, frozenset(row.weekdays), row.begins, row.ends)


def hours_of_workspace(workspace: Workspace) -> Hours:
    """The hours by which rules of its policy count: its own; else the organization's; else nine to five where it is."""
    rows = {row.workspace_id: row for row in WorkingHours.objects.filter(user=None)}
    found = rows.get(workspace.pk) or rows.get(None)
    return as_hours(found) if found else Hours(workspace.timezone)


def _usual(rows: Iterable[WorkingHours], organization_id: UUID) -> Hours:
    own = next((row for row in rows if row.user_id is None and row.workspace_id is None), None)
    return (
        as_hours(own) if own else Hours(Organization.objects.values_list("timezone", flat=True).get(pk=organization_id))
    )


def _of_clients(rows: Iterable[WorkingHours], workspace_ids: Collection[UUID]) -> dict[UUID, Hours]:
    """Of clients without hours of their own there are some only where the organization has none either."""
    rows = list(rows)
    found = {row.workspace_id: as_hours(row) for row in rows if row.workspace_id and row.workspace_id in workspace_ids}
    if not any(row.user_id is None and row.workspace_id is None for row in rows):
        zones = Workspace.objects.filter(pk__in=workspace_ids).values_list("pk", "timezone")
        found = {pk: Hours(zone) for pk, zone in zones} | found
    return found
