"""The library, and the files themselves: served so that nothing in them can run on our origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.media import services, serving
from apps.media.errors import AssetInUse, FileRefused
from apps.media.models import Asset
from apps.media.origin import is_for_files_alone
from apps.media.services import addresses
from apps.media.serving import Stored
from apps.tenants.access import MemberRequest, page, public

PAGE_SIZE = 48
KEPT = "private, max-age=3600"
KEPT_FOR_LONG = "private, max-age=31536000, immutable"


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
@page("media.view", transaction=False)
def library(request: MemberRequest) -> HttpResponse:
    """The workspace's pictures, newest first; POST adds some."""
    error = ""
    if request.method == "POST":
        request.member.require("media.upload")
        error = _take_in(request)
        if not error:
            return redirect("media:library")
    with request.member.scope():
        return render(request, "media/library.html", _library_context(request, error), status=422 if error else 200)


@require_POST
@page("media.view")
def describe(request: MemberRequest, asset_id: UUID) -> HttpResponse:
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.edit", asset.workspace_id)
    services.describe(asset_id=asset.pk, alt=request.POST.get("alt", ""), actor=request.member.actor)
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
@page("media.view", transaction=False)
def show(request: MemberRequest, asset_id: UUID) -> HttpResponseBase:
    """A file for members who may see its workspace."""
    asset = _seen(request, asset_id)
    return _for_members(request, asset, addresses.ASSET, serving.of_file(asset, file_name=asset.original_name))


@require_safe
@page("media.view", transaction=False)
def thumbnail(request: MemberRequest, asset_id: UUID) -> HttpResponseBase:
    """The small picture of a file; the picture itself where none was made. Its address changes with the file."""
    asset = _seen(request, asset_id)
    small = serving.of_thumbnail(asset)
    if small is None:
        return _for_members(request, asset, addresses.ASSET, serving.of_file(asset))
    return _for_members(request, asset, addresses.THUMBNAIL, small, cache=KEPT_FOR_LONG)


@require_safe
@public
def file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """A file by a signed address that ends: for platforms that fetch it, and on the origin of files for members."""
    stored = services.by_token(token)
    if stored is None:
        raise Http404("No such file")
    cache = KEPT_FOR_LONG if is_for_files_alone(request) else "private, no-store"
    return serving.serve(request, stored, cache=cache, sites="cross-origin")


@require_safe
@public
def public_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The same by an address as it was once given out."""
    stored = services.by_public_token(token)
    if stored is None:
        raise Http404("No such file")
    return serving.serve(request, stored, cache="private, no-store", sites="cross-origin")


def _seen(request: MemberRequest, asset_id: UUID) -> Asset:
    with request.member.scope():
        asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.view", asset.workspace_id)
    return asset


def _for_members(
    request: MemberRequest, asset: Asset, kind: addresses.Kind, stored: Stored, *, cache: str = KEPT
) -> HttpResponseBase:
    """From here, or from where files are served: the bucket, or an origin of their own."""
    if elsewhere := services.member_address(kind, asset):
        response = redirect(elsewhere)
        response["Cache-Control"] = KEPT
        return response
    return serving.serve(request, stored, cache=cache)


def _take_in(request: MemberRequest) -> str:
    """Store each chosen file; the sentences about those that were refused."""
    workspace = request.member.workspace
    if workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    to = services.Destination(workspace.organization_id, workspace.pk, request.member.actor)
    refusals = []
    for chosen in request.FILES.getlist("files"):
        try:
            refusals.append(services.take_in_now(services.from_form(chosen, to=to)).words)
        except FileRefused as error:
            refusals.append(error.words)
    if not request.FILES:
        refusals.append("Choose at least one picture.")
    return " ".join(filter(None, refusals))


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
