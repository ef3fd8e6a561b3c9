"""Buttons of the library: add, describe, file, tag, throw away, fetch back. Each is a plain form that leads back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.media import services
from apps.media.errors import AssetInUse, MediaRefused
from apps.media.models import Asset, Folder
from apps.media.states import UploadState
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

MOST_AT_ONCE = 500


@require_POST
@page("media.upload", transaction=False)
def add(request: MemberRequest) -> HttpResponse:
    """Take in the chosen files; those that were refused are named, and large ones are looked at by a worker."""
    workspace = _here(request)
    to = services.Destination(
        workspace.organization_id,
        workspace.pk,
        request.member.actor,
        folder_id=_uuid(request.POST.get("folder", "")),
    )
    files = request.FILES.getlist("files")
    for file in files:
        _add(request, file, to)
    if not files:
        messages.error(request, "Choose at least one file.")
    return _back(request)


@require_POST
@page("media.upload", transaction=False)
def fetch(request: MemberRequest) -> HttpResponse:
    """Have a file fetched from the web by a worker."""
    workspace = _here(request)
    url = request.POST.get("url", "").strip()
    to = services.Destination(
        workspace.organization_id,
        workspace.pk,
        request.member.actor,
        folder_id=_uuid(request.POST.get("folder", "")),
    )
    try:
        services.check_address(url)
        services.begin_fetch(to=to, url=url)
    except MediaRefused as error:
        messages.error(request, error.words)
    else:
        messages.info(request, "The file is being fetched. It is in the library in a moment.")
    return _back(request)


def _add(request: MemberRequest, file: Any, to: services.Destination) -> None:
    try:
        upload = services.take_in_now(services.from_form(file, to=to))
    except MediaRefused as error:
        messages.error(request, error.words)
        return
    if upload.state == UploadState.DONE:
        messages.success(request, f"Added {upload.name}.")
    elif upload.words:
        messages.error(request, upload.words)
    else:
        messages.info(request, f"{upload.name} has arrived and is being looked at. It is in the library in a moment.")


@require_POST
@page("media.view")
def describe(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    """What is written on a file. Only the fields that were sent are changed."""
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.edit", asset.workspace_id)
    sent = request.POST
    try:
        said = services.Description(
            name=sent.get("name"),
            alt=sent.get("alt"),
            tags=tuple(sent["tags"].split(",")) if "tags" in sent else None,
            rights_note=sent.get("rights_note"),
            rights_until=_date(sent.get("rights_until", "")),
            has_rights="rights_until" in sent,
            folder_id=_uuid(sent.get("folder", "")),
            is_filed="folder" in sent,
        )
        services.describe(asset_id=asset.pk, said=said, actor=request.member.actor)
    except MediaRefused as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "Saved.")
    return _back(request, reverse("dashboard:asset", args=[asset.pk]))


@require_POST
@page("media.view")
def remove(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    """Delete a file for good."""
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.edit", asset.workspace_id)
    try:
        services.remove(asset_id=asset.pk, actor=request.member.actor)
    except AssetInUse as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Deleted for good.")
    return _back(request)


@require_POST
@page("media.edit")
def arrange(request: MemberRequest) -> HttpResponse:
    """Do one thing to all files that were ticked: "move" to `folder`, "trash", "restore", "shelve"."""
    workspace = _here(request)
    chosen = [asset_id for one in request.POST.getlist("asset")[:MOST_AT_ONCE] if (asset_id := _uuid(one))]
    deed = DEEDS.get(request.POST.get("action", ""))
    if not chosen:
        messages.error(request, "Tick at least one file first.")
    elif deed is not None:
        mine = list(Asset.objects.filter(workspace=workspace, pk__in=chosen).values_list("pk", flat=True))
        _tell_refusal(request, lambda: messages.success(request, deed(request, workspace, mine)))
    return _back(request)


@require_POST
@page("media.edit")
def make_folder(request: MemberRequest) -> HttpResponse:
    workspace = _here(request)

    def make() -> None:
        parent = _uuid(request.POST.get("folder", ""))
        name = request.POST.get("name", "")
        folder = services.make_folder(
            workspace_id=workspace.pk, name=name, parent_id=parent, actor=request.member.actor
        )
        messages.success(request, f"Made the folder “{folder.name}”.")

    _tell_refusal(request, make)
    return _back(request)


@require_POST
@page("media.view")
def change_folder(request: MemberRequest, folder_id: UUID) -> HttpResponse:
    """Rename a folder, or remove it and leave what was in it where it lay."""
    folder: Folder = get_object_or_404(Folder.objects, pk=folder_id)
    request.member.require("media.edit", folder.workspace_id)
    if request.POST.get("action") == "remove":
        above = f"?folder={folder.parent_id}" if folder.parent_id else ""
        services.remove_folder(folder_id=folder.pk, actor=request.member.actor)
        messages.success(request, "Removed the folder. Its files are one folder up.")
        return redirect(f"{reverse('dashboard:library')}{above}")

    def rename() -> None:
        services.rename_folder(folder_id=folder.pk, name=request.POST.get("name", ""), actor=request.member.actor)
        messages.success(request, "Renamed the folder.")

    _tell_refusal(request, rename)
    return _back(request, f"{reverse('dashboard:library')}?folder={folder.pk}")


def _move(request: MemberRequest, workspace: Workspace, chosen: list[UUID]) -> str:
    count = _file(request, workspace, chosen, _uuid(request.POST.get("to", "")))
    return f"Moved {_files(count)}."


def _trash(request: MemberRequest, workspace: Workspace, chosen: list[UUID]) -> str:
    count = services.put_in_trash(asset_ids=chosen, actor=request.member.actor)
    return f"Put {_files(count)} in the trash. Fetch them back within 30 days."


def _restore(request: MemberRequest, workspace: Workspace, chosen: list[UUID]) -> str:
    return f"Fetched {_files(services.take_from_trash(asset_ids=chosen, actor=request.member.actor))} back."


def _shelve(request: MemberRequest, workspace: Workspace, chosen: list[UUID]) -> str:
    request.member.require("media.shelve", workspace.pk)
    for asset_id in chosen:
        services.put_on_shelf(asset_id=asset_id, actor=request.member.actor)
    return f"Put {_files(len(chosen))} on the shelf for all clients."


DEEDS: dict[str, Callable[[MemberRequest, Workspace, list[UUID]], str]] = {
    "move": _move,
    "trash": _trash,
    "restore": _restore,
    "shelve": _shelve,
}


def _file(request: MemberRequest, workspace: Workspace, chosen: list[UUID], folder_id: UUID | None) -> int:
    return services.file_in(
        asset_ids=chosen, folder_id=folder_id, workspace_id=workspace.pk, actor=request.member.actor
    )


def _tell_refusal(request: MemberRequest, deed: Callable[[], object]) -> None:
    try:
        deed()
    except MediaRefused as error:
        messages.error(request, error.words)


def _here(request: MemberRequest) -> Workspace:
    if request.member.workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    return request.member.workspace


def _back(request: MemberRequest, otherwise: str = "") -> HttpResponse:
    """Where the form stood, if it says so and that is a page of ours."""
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return redirect(back if is_ours else otherwise or reverse("dashboard:library"))


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MediaRefused(f"“{text[:20]}” is no date. Choose one, or leave it empty.") from error
