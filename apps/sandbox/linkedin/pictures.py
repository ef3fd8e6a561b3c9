"""Images and documents: announced, then sent whole with one PUT, then looked at until they are available.

What is wrong with a file comes out in processing, as on the real platform: the PUT takes any bytes.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from apps.sandbox.core import images
from apps.sandbox.core.calls import Call
from apps.sandbox.core.uploads import Intake, TooMuch
from apps.sandbox.linkedin import assets, restli, urns
from apps.sandbox.linkedin.access import RestHandler, Visit, valid_token
from apps.sandbox.linkedin.assets import Asset
from apps.sandbox.linkedin.documents import PageCounter, mime_of
from apps.sandbox.linkedin.errors import illegal, not_found, refused

LINKEDIN = "linkedin"
LIVES = timedelta(days=1)
MAX_PIXELS, MAX_FRAMES = 36_152_320, 250
IMAGE_TYPES = {"image/jpeg", "image/mpo", "image/png", "image/gif"}
MAX_DOCUMENT, MAX_PAGES = 100 * 1024 * 1024, 300


def initialize(kind: str, path: str) -> RestHandler:
    """POST /rest/images?action=initializeUpload, and the same for documents; `path` ends the upload address."""

    async def enter(visit: Visit) -> Response:
        if visit.text("action") != "initializeUpload":
            raise illegal("The action is initializeUpload")
        request = assets.request_of(visit, "initializeUploadRequest", {"owner"})
        asset = assets.announce(visit, kind, request, lives=LIVES)
        assets.save(visit.world, asset)
        value = {
            "uploadUrlExpiresAt": assets.milliseconds(asset.expires_at),
            "uploadUrl": f"{visit.world.origin(LINKEDIN)}/dms-uploads/{asset.id}/{path}",
            kind: asset.urn,
        }
        return JSONResponse({"value": value})

    return enter


async def put_image(call: Call) -> Response:
    """PUT /dms-uploads/{id}/uploaded-image/0: the whole file, raw."""
    asset, content = _addressed(call, "image"), call.body
    if not content:
        raise illegal("The body is empty")
    asset.received += len(content)
    found = images.probe(content)
    failure = _wrong_with_image(found, len(content), int(call.world.setting(LINKEDIN, "max_image_bytes")))
    asset.size, asset.crc32 = len(content), zlib.crc32(content)
    if found:
        asset.mime, asset.width, asset.height = found.mime, found.width, found.height
        asset.digest = call.world.store.blobs.add(content)
    seconds = float(call.world.setting(LINKEDIN, "image_seconds"))
    assets.complete(call, asset, seconds=seconds, failure=failure, broken="INTERNAL_ERROR")
    return Response(status_code=201)


def _wrong_with_image(found: images.Probe | None, size: int, most: int) -> str:
    if found is None or found.mime not in IMAGE_TYPES:
        return "UNSUPPORTED_FORMAT"
    if size > most:
        return "FILE_TOO_LARGE"
    if found.width * found.height >= MAX_PIXELS:
        return "TOO_MANY_PIXELS"
    return "TOO_MANY_FRAMES" if found.frames > MAX_FRAMES else ""


async def put_document(call: Call) -> Response:
    """PUT /dms-uploads/{id}/0: the whole file, raw; it is counted and not kept."""
    asset, intake, pages = _addressed(call, "document"), Intake(), PageCounter()
    try:
        await intake.take(pages.watch(call.request.stream()), limit=MAX_DOCUMENT)
    except TooMuch:
        raise refused(413, "FILE_TOO_LARGE", "A document has at most 100 MB") from None
    except ClientDisconnect:
        asset.received += intake.received
        assets.save(call.world, asset)
        raise illegal("The upload broke off") from None
    if not intake.size:
        raise illegal("The body is empty")
    asset.received += intake.received
    asset.size, asset.crc32, asset.mime = intake.size, intake.crc32, mime_of(intake.head)
    failure = "" if asset.mime else "UNSUPPORTED_FORMAT"
    if asset.mime == "application/pdf" and pages.count > MAX_PAGES:
        failure = "TOO_MANY_PAGES"
    seconds = float(call.world.setting(LINKEDIN, "document_seconds"))
    assets.complete(call, asset, seconds=seconds, failure=failure, broken="INTERNAL_ERROR")
    return Response(status_code=201)


def _addressed(call: Call, kind: str) -> Asset:
    """These addresses want the token as well, and the bytes as they are."""
    _, member = valid_token(call)
    asset = assets.at_address(call, kind)
    opener = call.world.token(LINKEDIN, asset.token)
    if opener is None or opener.data["member"] != member.id:
        raise refused(403, "ACCESS_DENIED", "The upload belongs to somebody else", 100)
    if call.request.headers.get("content-type", "").startswith("multipart/"):
        raise illegal("The file is sent raw and not as a form")
    return asset


def look(kind: str) -> RestHandler:
    """GET /rest/images/{urn} and /rest/documents/{urn}: for those who may read the owner's content."""

    async def enter(visit: Visit) -> Response:
        urn = urns.checked(restli.path_key(visit.call), "id", kind)
        asset = assets.load(visit.world, urn)
        if asset is None:
            raise not_found(f"Could not find {urn}")
        visit.reader(asset.owner)
        return JSONResponse(_shown(visit, asset))

    return enter


def _shown(visit: Visit, asset: Asset) -> dict[str, Any]:
    now = visit.world.now()
    status = asset.status(now)
    answer: dict[str, Any] = {"id": asset.urn, "owner": asset.owner, "status": status}
    if status == "AVAILABLE":
        answer["downloadUrl"] = f"{visit.world.origin('hub')}/media/{LINKEDIN}/{asset.urn}"
        answer["downloadUrlExpiresAt"] = assets.milliseconds((now + LIVES).timestamp())
    return answer
