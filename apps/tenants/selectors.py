"""Reads shaped for the settings pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from apps.audit.models import Entry
from apps.core import clock
from apps.core.actors import ActorKind
from apps.core.prepared import Prepared
from apps.core.together import recalled
from apps.tenants.members import Member
from apps.tenants.models import ApiKey, Invitation, Membership, User, Workspace, WorkspaceAccess
from apps.tenants.permissions import PERMISSIONS, Role

ALL_WORKSPACES = "All workspaces"


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """`role` and `workspaces` are words; `changeable` says whether the asking member may change them."""

    id: UUID
    name: str
    email: str
    role: str
    workspaces: str
    has_mfa: bool
    joined_at: datetime
    is_you: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    id: UUID
    email: str
    role: str
    workspaces: str
    expires_at: datetime
    invited_by: str
    changeable: bool


@dataclass(frozen=True, slots=True)
class Access:
    """What one membership holds, for the form that changes it."""

    role: Role
    workspace_ids: tuple[UUID, ...]
    access_until: datetime | None


def workspace_with(pk: UUID) -> Workspace | None:
    """The workspace, if it may be seen; together with others it is read once."""
    return recalled(("workspace", pk), lambda: _workspace.first(pk=pk))


_workspace = Prepared(lambda pk: Workspace.objects.filter(pk=pk))


def people(*, seen_by: Member) -> list[MemberFacts]:
    """Everybody in the organization, by name."""
    memberships = list(Membership.objects.select_related("user"))
    accesses = defaultdict(list)
    for row in WorkspaceAccess.objects.alive(clock.now()).select_related("workspace").order_by("workspace__name"):
        accesses[row.membership_id].append(row)
    secured = set(
        Authenticator.objects.filter(user__in=[row.user_id for row in memberships])
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .values_list("user_id", flat=True)
    )
    rows = [_person(row, accesses[row.pk], row.user_id in secured, seen_by) for row in memberships]
    return sorted(rows, key=lambda row: row.name.casefold())


def open_invitations(*, seen_by: Member) -> list[InvitationFacts]:
    names = {str(row.pk): row.name for row in Workspace.objects.all()}
    rows = Invitation.objects.open(clock.now()).select_related("invited_by")
    return [
        InvitationFacts(
            id=row.pk,
            email=row.email,
            role=Role(row.role).label,
            workspaces=invited_to(row, names),
            expires_at=row.expires_at,
            invited_by=str(row.invited_by or "somebody who has left"),
            changeable=row.role != Role.OWNER or seen_by.may("owner.appoint"),
        )
        for row in rows
    ]


def invited_to(invitation: Invitation, names: Mapping[str, str]) -> str:
    """The workspaces of an invitation, in words."""
    if Role(invitation.role).whole_organization:
        return ALL_WORKSPACES
    return ", ".join(sorted(names[known] for known in invitation.workspace_ids if known in names))


def access_of(membership: Membership) -> Access:
    accesses = list(WorkspaceAccess.objects.filter(membership=membership))
    first = accesses[0] if accesses else None
    return Access(
        role=Role(membership.role or (first.role if first else Role.VIEWER)),
        workspace_ids=tuple(row.workspace_id for row in accesses),
        access_until=first.access_until if first else None,
    )


def has_second_factor(user: User) -> bool:
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(factors.exists())


def workspaces_in_use() -> int:
    """How many the organization in context has; what is archived takes no place, nor do tests."""
    return int(Workspace.objects.filter(archived_at=None, is_test=False).count())


def test_workspaces_in_use() -> int:
    return int(Workspace.objects.filter(archived_at=None, is_test=True).count())


def seats_in_use() -> int:
    """Members of the organization in context, and whoever is invited and has not answered yet."""
    return int(Membership.objects.count() + Invitation.objects.open(clock.now()).count())


def keys_in_use() -> int:
    """API keys of the organization in context that let somebody in."""
    return int(ApiKey.objects.open(clock.now()).count())


def _person(membership: Membership, accesses: list[WorkspaceAccess], has_mfa: bool, seen_by: Member) -> MemberFacts:
    roles = sorted({Role(row.role).label for row in accesses})
    is_owner = membership.role == Role.OWNER
    return MemberFacts(
        id=membership.pk,
        name=str(membership.user),
        email=membership.user.email,
        role=Role(membership.role).label if membership.role else ", ".join(roles) or "No access",
        workspaces=ALL_WORKSPACES if membership.role else ", ".join(row.workspace.name for row in accesses) or "None",
        has_mfa=has_mfa,
        joined_at=membership.joined_at,
        is_you=membership.user_id == seen_by.user.pk,
        changeable=seen_by.may("member.edit") and (not is_owner or seen_by.may("owner.appoint")),
    )


def people_who_may(permission: str, workspace_ids: Collection[UUID]) -> dict[UUID, User]:
    """The people, by id, who hold `permission` in one of these workspaces of the organization in context."""
    roles = [role.value for role, held in PERMISSIONS.items() if permission in held]
    everywhere = Membership.objects.filter(role__in=roles, user__is_active=True).select_related("user")
    here = WorkspaceAccess.objects.alive(clock.now()).filter(role__in=roles, workspace__in=workspace_ids)
    there = here.filter(membership__user__is_active=True).select_related("membership__user")
    return {one.user_id: one.user for one in everywhere} | {
        one.membership.user_id: one.membership.user for one in there
    }


def names_of_actors(entries: Collection[Entry]) -> dict[UUID, str]:
    """Who did what the diary tells, by the ids that it keeps: people, and programs by their keys. One query, and
    another where there are programs."""
    ids = {entry.actor_id for entry in entries if entry.actor_id}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    if programs := {entry.actor_id for entry in entries if entry.actor_id and entry.actor_kind == ActorKind.KEY}:
        names |= {key.pk: f"{key.name} (API key)" for key in ApiKey.objects.filter(pk__in=programs)}
    return names
