"""The files themselves: served so that nothing in them can run on our origin."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from apps.media import services, serving
from apps.media.models import Asset, ShelfItem, StoredFile
from apps.media.origin import is_for_files_alone
from apps.media.services import addresses
from apps.media.serving import Stored
from apps.tenants.access import MemberRequest, page, public

KEPT = "private, max-age=3600"
KEPT_FOR_LONG = "private, max-age=31536000, immutable"


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
@page("media.view", transaction=False)
def show_shelved(request: MemberRequest, item_id: UUID) -> HttpResponseBase:
    """A file of the shelf for members of its organization."""
    with request.member.scope():
        item: ShelfItem = get_object_or_404(ShelfItem.objects, pk=item_id)
    return _for_members(request, item, addresses.SHELF, serving.of_file(item, file_name=item.original_name))


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
    request: MemberRequest, row: StoredFile, kind: addresses.Kind, stored: Stored, *, cache: str = KEPT
) -> HttpResponseBase:
    """From here, or from where files are served: the bucket, or an origin of their own."""
    if elsewhere := services.member_address(kind, row):
        response = redirect(elsewhere)
        response["Cache-Control"] = KEPT
        return response
    return serving.serve(request, stored, cache=cache)
