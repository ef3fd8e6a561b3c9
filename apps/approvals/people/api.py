"""Groups of reviewers, working hours and absences, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from apps.approvals import services
from apps.approvals.errors import PeopleRefused
from apps.approvals.models import Absence, Group, WorkingHours
from apps.approvals.people import selectors, serializers
from apps.approvals.people.calendars import Calendars, as_hours, hours_of_workspace
from apps.approvals.people.hours import Hours
from apps.core import clock
from apps.tenants.callers import Caller, OnlyTesting
from apps.tenants.models import Membership, Workspace
from apps.tenants.rest import ids, problems
from apps.tenants.rest.filters import IdFilter, filtered
from apps.tenants.rest.pages import PARAMETERS, page_of
from apps.tenants.rest.problems import Problem
from apps.tenants.rest.views import Operations


@problems.of(PeopleRefused)
def _refused(error: PeopleRefused) -> Problem:
    if error.code == "in_use":
        return Problem(409, error.code, error.words)
    return problems.invalid(f"/{error.field}", error.words, code=error.code)


class GroupFilter(django_filters.FilterSet):
    workspace = IdFilter(ids.WORKSPACE)


class GroupList(Operations):
    needs: ClassVar = {"GET": "policy.view", "POST": "policy.edit"}

    @extend_schema(
        operation_id="reviewer_groups_list",
        parameters=[*PARAMETERS, OpenApiParameter("workspace", str)],
        responses=page_of(serializers.GroupShape, "ReviewerGroup"),
    )
    def get(self, request: Any) -> Response:
        """Groups of reviewers: those of every client, and those of the workspaces that the key may see."""
        return self.page(filtered(GroupFilter, selectors.groups().order_by(), request), _groups)

    @extend_schema(
        operation_id="reviewer_groups_create",
        request=serializers.GroupToMake,
        responses={201: serializers.GroupShape},
    )
    def post(self, request: Any) -> Response:
        """A group that steps may name."""
        said = self.body(serializers.GroupToMake)
        place = said["workspace"].pk if "workspace" in said else None
        _require_for_groups(self.caller, place)
        made = services.make_group(
            name=said["name"], people=_users(said["members"]), workspace_id=place, actor=self.caller.actor
        )
        shown = _groups([self.found(selectors.groups(), made.pk)])[0]
        return self.one(shown, status=201, location=reverse("api:group", args=[made.pk]))


class GroupOperations(Operations):
    needs: ClassVar = {"GET": "policy.view", "PUT": "policy.edit", "DELETE": "policy.edit"}

    @extend_schema(operation_id="reviewer_groups_read", responses=serializers.GroupShape)
    def get(self, request: Any, group_id: UUID) -> Response:
        """One group."""
        return self.one(self._shown(group_id))

    @extend_schema(
        operation_id="reviewer_groups_set", request=serializers.GroupToChange, responses=serializers.GroupShape
    )
    def put(self, request: Any, group_id: UUID) -> Response:
        """Another name or other people; it counts also for what waits."""
        group = self._mine(group_id)
        said = self.body(serializers.GroupToChange)
        self.require_match(self._shown(group_id))
        services.change_group(group=group, name=said["name"], people=_users(said["members"]), actor=self.caller.actor)
        return self.one(self._shown(group_id))

    @extend_schema(operation_id="reviewer_groups_delete", responses={204: None})
    def delete(self, request: Any, group_id: UUID) -> Response:
        """Delete a group that no policy in force names."""
        services.delete_group(group=self._mine(group_id), actor=self.caller.actor)
        return Response(status=204)

    def _mine(self, group_id: UUID) -> Group:
        group: Group = self.held(selectors.groups(), group_id)
        _require_for_groups(self.caller, group.workspace_id)
        return group

    def _shown(self, group_id: UUID) -> dict[str, Any]:
        return _groups([self.found(selectors.groups(), group_id)])[0]


class MemberHours(Operations):
    needs: ClassVar = {"GET": "member.view", "PUT": "member.edit"}

    @extend_schema(operation_id="member_hours_read", responses=serializers.HoursShape)
    def get(self, request: Any, membership_id: UUID) -> Response:
        """When a member works: their own hours, or the usual ones."""
        member = self.found(Membership.objects.all(), membership_id)
        row = selectors.own_hours(member.user_id)
        usual = Calendars.of(self.caller.organization.pk, {member.user_id}, since=clock.now()).person(member.user_id)
        return self.one(_hours(row, usual))

    @extend_schema(operation_id="member_hours_set", request=serializers.HoursToSet, responses=serializers.HoursShape)
    def put(self, request: Any, membership_id: UUID) -> Response:
        """Working hours of a member's own. Reminders come within them."""
        member = self.found(Membership.objects.all(), membership_id)
        row = services.set_hours(hours=_said(self), user_id=member.user_id, actor=self.caller.actor)
        return self.one(_hours(row, as_hours(row)))


class WorkspaceHours(Operations):
    needs: ClassVar = {"GET": "policy.view", "PUT": "policy.edit"}

    @extend_schema(operation_id="workspace_hours_read", responses=serializers.HoursShape)
    def get(self, request: Any, workspace_id: UUID) -> Response:
        """The usual working day of a client, by which the rules of its policy count."""
        place = self.found(Workspace.objects.all(), workspace_id)
        return self.one(_hours(selectors.usual_hours(place.pk), hours_of_workspace(place)))

    @extend_schema(operation_id="workspace_hours_set", request=serializers.HoursToSet, responses=serializers.HoursShape)
    def put(self, request: Any, workspace_id: UUID) -> Response:
        """Another working day of a client."""
        place = self.found(Workspace.objects.all(), workspace_id)
        self.caller.require("policy.edit", place.pk)
        row = services.set_hours(hours=_said(self), workspace_id=place.pk, actor=self.caller.actor)
        return self.one(_hours(row, as_hours(row)))


class OrganizationHours(Operations):
    needs: ClassVar = {"GET": "organization.view", "PUT": "organization.edit"}

    @extend_schema(operation_id="organization_hours_read", responses=serializers.HoursShape)
    def get(self, request: Any) -> Response:
        """The working day of whoever has no hours of their own."""
        row = selectors.usual_hours(None)
        return self.one(_hours(row, as_hours(row) if row else Hours(self.caller.organization.timezone)))

    @extend_schema(
        operation_id="organization_hours_set", request=serializers.HoursToSet, responses=serializers.HoursShape
    )
    def put(self, request: Any) -> Response:
        """Another usual working day."""
        row = services.set_hours(hours=_said(self), actor=self.caller.actor)
        return self.one(_hours(row, as_hours(row)))


class AbsenceList(Operations):
    needs: ClassVar = {"GET": "member.view", "POST": "member.edit"}

    @extend_schema(operation_id="absences_list", responses=serializers.Absences)
    def get(self, request: Any, membership_id: UUID) -> Response:
        """When a member is away, from now on."""
        member = self.found(Membership.objects.all(), membership_id)
        return Response({"data": _absences(selectors.absences_of(member.user_id, since=clock.now()))})

    @extend_schema(
        operation_id="absences_note", request=serializers.AbsenceToNote, responses={201: serializers.AbsenceShape}
    )
    def post(self, request: Any, membership_id: UUID) -> Response:
        """That a member is away, and who decides in their place where their own role lets them."""
        member = self.found(Membership.objects.all(), membership_id)
        said = self.body(serializers.AbsenceToNote)
        calendars = Calendars.of(self.caller.organization.pk, {member.user_id}, since=clock.now())
        delegate = said.get("delegate")
        made = services.note_absence(
            user_id=member.user_id, starts_on=said["starts_on"], ends_on=said["ends_on"],
            zone=calendars.person(member.user_id).zone, delegate_id=delegate.user_id if delegate else None,
            actor=self.caller.actor,
        )  # fmt: skip
        return self.one(_absences([made])[0], status=201, location=reverse("api:absence", args=[made.pk]))


class AbsenceOperations(Operations):
    needs: ClassVar = {"DELETE": "member.edit"}

    @extend_schema(operation_id="absences_end", responses={204: None})
    def delete(self, request: Any, absence_id: UUID) -> Response:
        """Take an absence back, or end it now."""
        services.end_absence(absence=self.found(Absence.objects.all(), absence_id), actor=self.caller.actor)
        return Response(status=204)


def _require_for_groups(caller: Caller, place: UUID | None) -> None:
    """Raise PermissionDenied unless groups of this client may be changed; without one they are those of every client,
    the live ones too, which a test key leaves alone."""
    if place is None and caller.is_test:
        raise OnlyTesting("A test key changes groups of test workspaces.")
    caller.require("policy.edit", place)


def _users(members: Iterable[Membership]) -> list[UUID]:
    return [one.user_id for one in members]


def _members(user_ids: Iterable[UUID | None]) -> Mapping[UUID, UUID]:
    wanted = {pk for pk in user_ids if pk}
    return dict(Membership.objects.filter(user__in=wanted).values_list("user_id", "pk"))


def _groups(rows: Sequence[Group]) -> list[dict[str, Any]]:
    members = _members(one.user_id for row in rows for one in row.members.all())
    facts = [
        {"id": row.pk, "workspace": row.workspace_id, "name": row.name,
         "members": [members[one.user_id] for one in row.members.all() if one.user_id in members]}
        for row in rows
    ]  # fmt: skip
    return [serializers.GroupShape(one).data for one in facts]


def _absences(rows: Sequence[Absence]) -> list[dict[str, Any]]:
    members = _members(pk for row in rows for pk in (row.user_id, row.delegate_id))
    facts = [
        {"id": row.pk, "member": members.get(row.user_id), "starts_on": row.starts_on, "ends_on": row.ends_on,
         "timezone": row.timezone, "delegate": members.get(row.delegate_id) if row.delegate_id else None}
        for row in rows
    ]  # fmt: skip
    return [serializers.AbsenceShape(one).data for one in facts]


def _said(view: Operations) -> Hours:
    said = view.body(serializers.HoursToSet)
    return Hours(said["timezone"], frozenset(said["weekdays"]), said["begins"], said["ends"])


def _hours(row: WorkingHours | None, hours: Hours) -> dict[str, Any]:
    facts = {
        "timezone": hours.zone, "weekdays": sorted(hours.weekdays), "begins": hours.begins, "ends": hours.ends,
        "is_set": row is not None,
    }  # fmt: skip
    data: dict[str, Any] = serializers.HoursShape(facts).data
    return data
