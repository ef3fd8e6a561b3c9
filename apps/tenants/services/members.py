"""Members: what they may do, and their leaving. Owners are made, changed and removed by owners; one always stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core.actors import Actor
from apps.events import services as events
from apps.tenants.callers import Seat
from apps.tenants.errors import LastOwner, NoWorkspaceChosen, OwnersOnly
from apps.tenants.models import Membership, Workspace, WorkspaceAccess
from apps.tenants.permissions import Role


@transaction.atomic
def change_member(
    *,
    membership: Membership,
    role: Role,
    workspace_ids: Collection[UUID] = (),
    access_until: datetime | None = None,
    by: Seat,
) -> Membership:
    """Give a member another role; one that is not for the whole organization holds in these workspaces, until then."""
    membership = Membership.objects.locked(membership.pk)
    refuse_owners_business(role, membership, by=by)
    if membership.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(membership)
    before = describe(membership)
    give_role(membership, role, workspace_ids, access_until=access_until)
    audit.record("member.changed", subject=membership, actor=by.actor, diff={"role": [before, describe(membership)]})
    events.emit("member.changed", subject=membership, data={"user_id": membership.user_id, "role": role})
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, by: Seat) -> None:
    """End a membership at once; removing oneself is leaving. What the person wrote and planned stays."""
    membership = Membership.objects.locked(membership.pk)
    if by.user is None or membership.user_id != by.user.pk:
        refuse_owners_business(None, membership, by=by)
    if membership.role == Role.OWNER:
        _refuse_last_owner(membership)
    audit.record("member.removed", subject=membership, actor=by.actor, diff={"user_id": membership.user_id})
    events.emit("member.removed", subject=membership, data={"user_id": membership.user_id})
    membership.delete()


def give_role(
    membership: Membership, role: Role, workspace_ids: Iterable[UUID], *, access_until: datetime | None = None
) -> None:
    """Write the role and its workspaces, replacing what was; part of a caller's transaction."""
    WorkspaceAccess.objects.filter(membership=membership).delete()
    membership.role = role if role.whole_organization else ""
    membership.save()
    if role.whole_organization:
        return
    workspaces = list(Workspace.objects.filter(pk__in=list(workspace_ids)))
    if not workspaces:
        raise NoWorkspaceChosen
    WorkspaceAccess.objects.bulk_create(
        WorkspaceAccess(
            organization_id=membership.organization_id,
            workspace=workspace,
            membership=membership,
            role=role,
            access_until=access_until,
        )
        for workspace in workspaces
    )


def refuse_owners_business(role: Role | None, membership: Membership | None, *, by: Seat) -> None:
    """Raise OwnersOnly where an owner is made or touched by somebody who is none."""
    touches_owner = role == Role.OWNER or (membership is not None and membership.role == Role.OWNER)
    if touches_owner and not by.may("owner.appoint"):
        raise OwnersOnly


def describe(membership: Membership) -> dict[str, object]:
    """Role and workspaces by id, for the diary."""
    accesses = WorkspaceAccess.objects.filter(membership=membership).order_by("workspace_id")
    return {"organization": membership.role, "workspaces": {str(row.workspace_id): row.role for row in accesses}}


def _refuse_last_owner(membership: Membership) -> None:
    # All owners are locked, so that two who leave at the same moment cannot both believe that the other stays.
    owners = list(Membership.objects.select_for_update().filter(role=Role.OWNER).order_by("pk"))
    if owners == [membership]:
        raise LastOwner


def record_join(membership: Membership, role: Role, *, actor: Actor) -> None:
    """The diary entry and the event of a person who has come in by invitation."""
    audit.record("member.joined", subject=membership, actor=actor, diff={"role": describe(membership)})
    events.emit("member.joined", subject=membership, data={"user_id": membership.user_id, "role": role})
