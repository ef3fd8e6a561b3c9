"""A person in an organization, as pages and services see them: what they may see and what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied

from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.tenants.models import Membership, Organization, User, Workspace, WorkspaceAccess
from apps.tenants.permissions import EVERY_MEMBER, ORGANIZATION_WIDE, PERMISSIONS, WHEN_ARCHIVED, Role


@dataclass(frozen=True, slots=True)
class Member:
    """`workspaces` are those in use that this member may see; `workspace` is the current one, if there is any.

    An owner's or admin's permissions hold in the whole organization. Anybody else has a role for each workspace, so
    what they may do is asked for one: `may` asks for the current workspace, `may_in` and `require` for another.
    """

    user: User
    membership: Membership
    organization: Organization
    organizations: tuple[Organization, ...]
    workspaces: tuple[Workspace, ...]
    archived: tuple[Workspace, ...]
    workspace: Workspace | None
    roles: Mapping[UUID, Role]
    actor: Actor

    @property
    def workspace_ids(self) -> frozenset[UUID] | tenancy.Everywhere:
        """What may be seen; archived workspaces too, for their history is kept to be read."""
        return tenancy.ALL if self.membership.role else frozenset(self.roles)

    @property
    def role(self) -> Role | None:
        """The role in the current workspace, to be shown; what decides is a permission."""
        return self.role_in(self.workspace.pk if self.workspace else None)

    def role_in(self, workspace_id: UUID | None) -> Role | None:
        if self.membership.role:
            return Role(self.membership.role)
        return self.roles.get(workspace_id) if workspace_id else None

    def may(self, permission: str) -> bool:
        """In the current workspace; in the organization, where the permission is about that."""
        return self.may_in(self.workspace, permission)

    def may_in(self, workspace: Workspace | UUID | None, permission: str) -> bool:
        workspace_id = workspace.pk if isinstance(workspace, Workspace) else workspace
        if permission in EVERY_MEMBER:
            return True
        role = self.role_in(workspace_id)
        if role is None or permission not in PERMISSIONS[role]:
            return False
        is_archived = any(workspace_id == archived.pk for archived in self.archived)
        return not is_archived or permission in WHEN_ARCHIVED | ORGANIZATION_WIDE

    def require(self, permission: str, workspace_id: UUID | None = None) -> None:
        """Raise PermissionDenied unless it may be done there; without a workspace, in the current one."""
        if not (self.may_in(workspace_id, permission) if workspace_id else self.may(permission)):
            raise PermissionDenied(f"Your role does not include {permission}.")

    def scope(self) -> AbstractContextManager[tenancy.Tenant]:
        """The member's tenant. A view that calls platforms opens it around everything but those calls."""
        return tenancy.scope(organization_id=self.organization.pk, workspace_ids=self.workspace_ids)


def member_of(
    user: User,
    organization_id: UUID | str | None,
    *,
    workspace_id: UUID | str | None = None,
    actor: Actor | None = None,
) -> Member | None:
    """The person as a member of that organization (None: their first), working in that workspace (None: the first).

    An organization they are not in gives None; a workspace they cannot see gives the first they can.
    """
    with tenancy.as_user(user.pk):
        own = Membership.plain.filter(user_id=user.pk).select_related("organization")
        memberships = list(own.order_by("joined_at", "id"))
        wanted = str(organization_id) if organization_id else None
        membership = next((row for row in memberships if wanted in (None, str(row.organization_id))), None)
        if membership is None:
            return None
        roles, workspaces = _visible(membership)
    in_use = tuple(row for row in workspaces if row.archived_at is None)
    return Member(
        user=user,
        membership=membership,
        organization=membership.organization,
        organizations=tuple(sorted((row.organization for row in memberships), key=lambda row: row.name.casefold())),
        workspaces=in_use,
        archived=tuple(row for row in workspaces if row.archived_at is not None),
        workspace=_pick(in_use, workspace_id),
        roles=roles,
        actor=actor or Actor.user(user.pk),
    )


def _visible(membership: Membership) -> tuple[dict[UUID, Role], list[Workspace]]:
    if membership.role:
        with tenancy.scope(organization_id=membership.organization_id):
            return {}, list(Workspace.objects.all())
    with tenancy.scope(organization_id=membership.organization_id, workspace_ids=()):
        accesses = WorkspaceAccess.objects.filter(membership_id=membership.pk).alive(clock.now())
        roles = {row.workspace_id: Role(row.role) for row in accesses}
    with tenancy.scope(organization_id=membership.organization_id, workspace_ids=roles):
        return roles, list(Workspace.objects.all())


def _pick(workspaces: Iterable[Workspace], wanted: UUID | str | None) -> Workspace | None:
    known = list(workspaces)
    return next((row for row in known if str(row.pk) == str(wanted)), known[0] if known else None)
