"""The library, and the files themselves: served so that nothing in them can run on our origin."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.media import services
from apps.media.errors import AssetInUse, FileRefused
from apps.media.models import Asset
from apps.tenants.access import MemberRequest, page, public

logger = logging.getLogger(__name__)

PAGE_SIZE = 48
# Whoever opens a file by its address gets a page that may do nothing at all.
NOTHING_RUNS = "default-src 'none'; sandbox"


@dataclass(frozen=True, slots=True)
class LibraryPicture:
    id: UUID
    url: str
    name: str
    alt: str
    size: str
    dimensions: str
    at: datetime
    save_url: str
    delete_url: str
    used: int = 0


@require_http_methods(["GET", "POST"])
@page("media.view")
def library(request: MemberRequest) -> HttpResponse:
    """The workspace's pictures, newest first; POST adds some."""
    error = ""
    if request.method == "POST":
        request.member.require("media.upload")
        error = _take_in(request)
        if not error:
            return redirect("media:library")
    return render(request, "media/library.html", _library_context(request, error), status=422 if error else 200)


@require_POST
@page("media.view")
def describe(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.edit", asset.workspace_id)
    said = services.Description(alt=request.POST.get("alt", ""))
    services.describe(asset_id=asset.pk, said=said, actor=request.member.actor)
    messages.success(request, "Saved the alt text.")
    return redirect("media:library")


@require_POST
@page("media.view")
def remove(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.edit", asset.workspace_id)
    try:
        services.remove(asset_id=asset.pk, actor=request.member.actor)
    except AssetInUse as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Deleted the picture.")
    return redirect("media:library")


@require_safe
@page("media.view")
def show(request: MemberRequest, asset_id: UUID) -> HttpResponseBase:
    """A file for members who may see its workspace."""
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.view", asset.workspace_id)
    return _served(asset, cache="private, max-age=3600")


@require_safe
@public
def public_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """A file for a platform that fetches it, by a signed address that ends."""
    asset = services.by_public_token(token)
    if asset is None:
        raise Http404("No such file")
    return _served(asset, cache="private, no-store")


def _served(asset: Asset, *, cache: str) -> FileResponse:
    try:
        file = default_storage.open(asset.file.name or "", "rb")
    except FileNotFoundError as error:
        logger.warning("The file of asset %s is not in MEDIA_ROOT", asset.pk)
        raise Http404("No such file") from error
    response = FileResponse(file, content_type=asset.mime_type)
    response["Content-Security-Policy"] = NOTHING_RUNS
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-site"
    response["Cache-Control"] = cache
    return response


def _take_in(request: MemberRequest) -> str:
    """Store each chosen file; the sentences about those that were refused."""
    workspace = request.member.workspace
    if workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    refusals = []
    for file in request.FILES.getlist("files"):
        try:
            services.upload(file=file, name=file.name or "", workspace_id=workspace.pk, actor=request.member.actor)
        except FileRefused as error:
            refusals.append(error.words)
    if not request.FILES:
        refusals.append("Choose at least one picture.")
    return " ".join(refusals)


def _library_context(request: MemberRequest, error: str) -> dict[str, object]:
    workspace = request.member.workspace
    assets = Asset.objects.filter(workspace=workspace)
    if before := request.GET.get("before"):
        assets = assets.filter(pk__lt=_uuid(before))
    shown = list(assets[: PAGE_SIZE + 1])
    may_edit = request.member.may("media.edit")
    older = f"?before={shown[PAGE_SIZE - 1].pk}" if len(shown) > PAGE_SIZE else ""
    return {
        "pictures": [_picture(asset, may_edit=may_edit) for asset in shown[:PAGE_SIZE]],
        "zone": workspace.timezone if workspace else "UTC",
        "upload_url": reverse("media:library") if request.member.may("media.upload") else "",
        "error": error,
        "newer_url": reverse("media:library") if before else "",
        "older_url": older,
    }


def _picture(asset: Asset, *, may_edit: bool) -> LibraryPicture:
    return LibraryPicture(
        id=asset.pk,
        url=reverse("media:show", args=[asset.pk]),
        name=asset.original_name,
        alt=asset.alt,
        size=filesizeformat(asset.size),
        dimensions=f"{asset.width} × {asset.height}",
        at=asset.created_at,
        save_url=reverse("media:describe", args=[asset.pk]) if may_edit else "",
        delete_url=reverse("media:remove", args=[asset.pk]) if may_edit else "",
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("No such page") from error
