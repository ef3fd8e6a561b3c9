"""The workspace that a request is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.tenants.models import Workspace
from apps.tenants.rest import problems
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
