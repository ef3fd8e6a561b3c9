"""The files themselves: served so that nothing in them can run on our origin."""

from __future__ import annotations

import logging
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from apps.media import services
from apps.media.models import Asset, ShelfItem, StoredFile
from apps.tenants.access import MemberRequest, page, public

logger = logging.getLogger(__name__)

# Whoever opens a file by its address gets a page that may do nothing at all.
NOTHING_RUNS = "default-src 'none'; sandbox"


@require_safe
@page("media.view")
def show(request: MemberRequest, asset_id: UUID) -> HttpResponseBase:
    """A file for members who may see its workspace."""
    asset: Asset = get_object_or_404(Asset.objects, pk=asset_id)
    request.member.require("media.view", asset.workspace_id)
    return _served(asset, cache="private, max-age=3600")


@require_safe
@page("media.view")
def show_shelved(request: MemberRequest, item_id: UUID) -> HttpResponseBase:
    """A file of the shelf for members of its organization."""
    item: ShelfItem = get_object_or_404(ShelfItem.objects, pk=item_id)
    return _served(item, cache="private, max-age=3600")


@require_safe
@public
def public_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """A file for a platform that fetches it, by a signed address that ends."""
    asset = services.by_public_token(token)
    if asset is None:
        raise Http404("No such file")
    return _served(asset, cache="private, no-store")


def _served(asset: StoredFile, *, cache: str) -> FileResponse:
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
