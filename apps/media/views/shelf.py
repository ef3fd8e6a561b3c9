"""The shelf that all workspaces of an organization may take from."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.media import services
from apps.media.models import ShelfItem
from apps.tenants.access import MemberRequest, page


@require_POST
@page("media.upload")
def take(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Bring a file of the shelf into the current workspace."""
    item: ShelfItem = get_object_or_404(ShelfItem.objects, pk=item_id, trashed_at=None)
    workspace = request.member.workspace
    if workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    asset = services.take_from_shelf(item_id=item.pk, workspace_id=workspace.pk, actor=request.member.actor)
    messages.success(request, f"{asset} is in the library of {workspace.name} now.")
    return redirect("dashboard:asset", asset.pk)


@require_POST
@page("media.shelve")
def remove(request: MemberRequest, item_id: UUID) -> HttpResponse:
    """Take a file off the shelf; workspaces that took it keep theirs."""
    item: ShelfItem = get_object_or_404(ShelfItem.objects, pk=item_id)
    services.remove_from_shelf(item_id=item.pk, actor=request.member.actor)
    messages.success(request, "Taken off the shelf. Clients that use it keep their copy.")
    return redirect("dashboard:shelf")
