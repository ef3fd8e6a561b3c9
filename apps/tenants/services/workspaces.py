"""Workspaces: one for each client."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.events import services as events
from apps.tenants import limits, selectors
from apps.tenants.errors import NameTaken, NoRoomInPlan
from apps.tenants.models import Organization, Workspace


@transaction.atomic
def create_workspace(
    *,
    organization: Organization,
    name: str,
    timezone: str,
    actor: Actor,
    external_ref: str = "",
    too_late_after: timedelta | None = None,
    alt_text_required: bool = False,
    is_test: bool = False,
) -> Workspace:
    """A workspace for another client; NameTaken if the organization has one of that name or reference, NoRoomInPlan if
    its plan allows no more. One that `is_test` takes no place in the plan, and publishes to simulated platforms."""
    _refuse_taken(name=name, external_ref=external_ref, is_test=is_test)
    _require_room(organization, is_test=is_test)
    workspace: Workspace = Workspace.objects.create(
        organization=organization,
        name=name,
        timezone=timezone,
        external_ref=external_ref,
        too_late_after=too_late_after,
        alt_text_required=alt_text_required,
        is_test=is_test,
    )
    audit.record("workspace.created", subject=workspace, actor=actor, diff={"name": name, "is_test": is_test})
    events.emit("workspace.created", subject=workspace, data={"name": name, "timezone": timezone})
    return workspace


@transaction.atomic
def update_workspace(*, workspace: Workspace, actor: Actor, **changes: Any) -> Workspace:
    """Change what a workspace is called and asks for. Posts that are planned keep their instants."""
    workspace = Workspace.objects.locked(workspace.pk)
    diff = {name: [getattr(workspace, name), value] for name, value in changes.items()}
    diff = {name: pair for name, pair in diff.items() if pair[0] != pair[1]}
    _refuse_taken(
        name=changes.get("name", workspace.name),
        external_ref=changes.get("external_ref", workspace.external_ref),
        is_test=workspace.is_test,
        apart_from=workspace,
    )
    for name, (_, value) in diff.items():
        setattr(workspace, name, value)
    workspace.save(update_fields=list(diff))
    audit.record("workspace.updated", subject=workspace, actor=actor, diff=diff)
    events.emit("workspace.updated", subject=workspace, data={"changed": sorted(diff)})
    return workspace


@transaction.atomic
def archive_workspace(*, workspace: Workspace, actor: Actor) -> Workspace:
    """Take a workspace out of use: what it has can be read, and nothing can be written or sent. Safe to repeat."""
    return _set_archived(workspace, archived=True, actor=actor)


@transaction.atomic
def restore_workspace(*, workspace: Workspace, actor: Actor) -> Workspace:
    """Take an archived workspace back into use. Safe to repeat; NoRoomInPlan if the plan allows no more."""
    return _set_archived(workspace, archived=False, actor=actor)


def _set_archived(workspace: Workspace, *, archived: bool, actor: Actor) -> Workspace:
    workspace = Workspace.objects.locked(workspace.pk)
    if (workspace.archived_at is not None) == archived:
        return workspace
    if not archived:
        _require_room(workspace.organization, is_test=workspace.is_test)
    workspace.archived_at = clock.now() if archived else None
    workspace.save(update_fields=["archived_at"])
    audit.record("workspace.archived" if archived else "workspace.restored", subject=workspace, actor=actor)
    events.emit("workspace.deleted" if archived else "workspace.restored", subject=workspace)
    return workspace


def _require_room(organization: Organization, *, is_test: bool) -> None:
    """Room for one more in the plan, or in the number of places for tests."""
    if not is_test:
        limits.require(limits.WORKSPACES, used=selectors.workspaces_in_use)
        return
    # The organization's row is held, so that two who make the last one at once cannot both have it.
    Organization.objects.select_for_update().get(pk=organization.pk)
    if selectors.test_workspaces_in_use() >= settings.MAX_TEST_WORKSPACES:
        words = f"An organization has up to {settings.MAX_TEST_WORKSPACES} test workspaces. Archive one first."
        raise NoRoomInPlan(words)


def _refuse_taken(*, name: str, external_ref: str, is_test: bool, apart_from: Workspace | None = None) -> None:
    others = Workspace.objects.filter(is_test=is_test)
    others = others.exclude(pk=apart_from.pk) if apart_from else others
    if others.filter(name=name).exists():
        raise NameTaken("name", f"There is a workspace called {name} already.")
    if external_ref and others.filter(external_ref=external_ref).exists():
        raise NameTaken("external_ref", f"Another workspace has the reference {external_ref}.")
