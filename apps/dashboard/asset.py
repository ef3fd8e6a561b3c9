"""The page of one file, and the newer version that takes its place."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.dashboard import workspaces
from apps.dashboard.asset_page import asset_page
from apps.media import services as media
from apps.media.errors import FileRefused
from apps.media.models import Asset
from apps.publishing import services as publishing
from apps.tenants.access import MemberRequest, page


@require_safe
@page("media.view")
def asset(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    row: Asset = get_object_or_404(Asset.objects.select_related("replaced_by", "folder"), pk=asset_id)
    request.member.require("media.view", row.workspace_id)
    workspace = workspaces.of(request, row.workspace_id)
    return render(request, "dashboard/asset.html", {"asset": asset_page(row, workspace, request.member)})


@require_POST
@page("media.view")
def replace(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    """Let a newer version take the file's place, in the library and in every post that is not out yet."""
    old: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.upload", old.workspace_id)
    request.member.require("media.edit", old.workspace_id)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "Choose the newer file first.")
        return redirect("dashboard:asset", old.pk)
    actor = request.member.actor
    try:
        new = media.upload(file=file, name=file.name or "", workspace_id=old.workspace_id, actor=actor)
        new = media.replace_with(old_id=old.pk, new_id=new.pk, actor=actor)
    except FileRefused as error:
        messages.error(request, error.words)
        return redirect("dashboard:asset", old.pk)
    done = publishing.show_newer_version(old_id=old.pk, new_id=new.pk, actor=actor)
    shown = f"{_posts(len(done.changed), 'now shown in')}{_comments(len(done.comments))}"
    messages.success(request, f"The newer version is in the library{shown}.")
    for post, words in done.kept:
        messages.warning(request, f"{post} keeps the earlier version: {words}")
    return redirect("dashboard:asset", new.pk)


def _comments(count: int) -> str:
    return f", and in {count} comment{'s' if count > 1 else ''} not out yet" if count else ""


def _posts(count: int, words: str) -> str:
    if not count:
        return ""
    return f", and {words} {count} post{'s' if count > 1 else ''} not out yet"
