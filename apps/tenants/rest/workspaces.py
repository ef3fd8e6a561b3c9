"""The workspace that a request is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.tenants.models import Workspace
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Fault, Problem
from apps.tenants.rest.views import Operations
from apps.tenants.selectors import workspace_with


def place_of(view: Operations, said: Mapping[str, Any]) -> Workspace:
    """The workspace that was named, or the one that the key is for."""
    workspace: Workspace | None = said.get("workspace")
    if workspace is None and view.caller.key.workspace_id:
        workspace = workspace_with(view.caller.key.workspace_id)
    if workspace is None:
        raise problems.invalid("/workspace", "Name the workspace.", code="required")
    return workspace


def missing(model: Any, named: Mapping[str, UUID], workspace_id: UUID) -> list[Fault]:
    """Faults for ids, by their place in the body, that are none of the workspace; a stranger's is no different."""
    if not named:
        return []
    rows = model.objects.filter(workspace_id=workspace_id, pk__in=set(named.values()))
    known = set(rows.values_list("pk", flat=True))
    return [not_there(place) for place, pk in named.items() if pk not in known]


def not_there(place: str) -> Fault:
    return Fault(place, "not_found", "There is nothing with this id in the workspace.")


def refuse(faults: list[Fault]) -> None:
    """Raise Problem with all of them, if there are any."""
    if faults:
        raise Problem(422, "invalid", "The request is not valid; errors says where.", faults=faults)
