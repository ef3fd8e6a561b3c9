"""The workspace that a page of the dashboard is about."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.tenants.access import MemberRequest
from apps.tenants.models import Workspace


def here(request: MemberRequest) -> Workspace:
    """The current workspace; a member to whom none is open gets page 403."""
    if request.member.workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    return request.member.workspace


def of(request: MemberRequest, workspace_id: UUID) -> Workspace:
    """A workspace in use that this member sees, current or not; any other is not found."""
    for workspace in request.member.workspaces:
        if workspace.pk == workspace_id:
            return workspace
    raise Http404("No such workspace")
