"""Uploads: pictures at once, videos and animations after a while."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import images
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.mastodon import entities
from apps.sandbox.mastodon.access import caller
from apps.sandbox.mastodon.errors import invalid, not_found, refused
from apps.sandbox.mastodon.instance import DESCRIPTION_LIMIT, IMAGE_BYTES, IMAGE_PIXELS, VIDEO_BYTES

UNUSED_LIVES = timedelta(days=1)
UNREADABLE = "File content type is invalid, File is invalid"


async def upload(call: Call) -> Response:
    """POST /api/v2/media: 200 when it is processed, 202 while it is not."""
    if not call.world.setting("mastodon", "media_v2"):
        raise not_found()
    medium = await _take_in(call)
    ready = entities.is_ready(medium, call.world.now())
    return JSONResponse(entities.medium(call.world, medium), status_code=200 if ready else 202)


async def upload_old(call: Call) -> Response:
    """POST /api/v1/media: the same with 200 in any case."""
    return JSONResponse(entities.medium(call.world, await _take_in(call)))


async def _take_in(call: Call) -> Medium:
    account = caller(call, "write:media")
    file = call.fields.file("file")
    if file is None:
        raise invalid("File can't be blank")
    content = await file.read()
    kind, mime, width, height = _recognise(content)
    usual = call.world.setting("mastodon", "image_seconds" if kind == "image" else "video_seconds")
    seconds = call.processing_seconds(float(usual))
    now = call.world.now()
    medium = Medium(
        platform="mastodon",
        id=str(call.world.number()),
        account_id=account.id,
        mime=mime,
        size=len(content),
        digest=call.world.store.blobs.add(content),
        created_at=now,
        width=width,
        height=height,
        alt=_description(call),
        ready_at=now + timedelta(seconds=seconds) if seconds else None,
        data={"type": kind, "focus": _focus(call), "failed": call.take_fault("failed_processing") is not None},
    )
    return call.world.store.media.add(medium)


def _recognise(content: bytes) -> tuple[str, str, int, int]:
    """Kind, MIME type, width and height, by the bytes."""
    if images.is_video(content):
        if len(content) > VIDEO_BYTES:
            raise invalid("File file size must be less than 99 MB")
        return "video", "video/mp4", 0, 0
    found = images.probe(content)
    if found is None or found.mime not in {"image/jpeg", "image/png", "image/gif", "image/webp"}:
        raise invalid(UNREADABLE)
    if len(content) > IMAGE_BYTES:
        raise invalid("File file size must be less than 16 MB")
    if found.width * found.height > IMAGE_PIXELS:
        raise invalid(f"File {found.width}x{found.height} images are not supported")
    kind = "gifv" if found.mime == "image/gif" and found.frames > 1 else "image"
    return kind, found.mime, found.width, found.height


async def look(call: Call) -> Response:
    """GET /api/v1/media/{id}: 206 while it is processed; what is attached to a status is found no more."""
    medium = _own(call, caller(call, "write:media"))
    if not entities.is_ready(medium, call.world.now()):
        return JSONResponse(entities.medium(call.world, medium), status_code=206)
    if medium.data["failed"]:
        raise refused(422, f"Validation failed: {UNREADABLE}")
    return JSONResponse(entities.medium(call.world, medium))


async def change(call: Call) -> Response:
    """PUT /api/v1/media/{id}"""
    medium = _own(call, caller(call, "write:media"))
    if call.fields.has("description"):
        medium.alt = _description(call)
    if call.fields.has("focus"):
        medium.data["focus"] = _focus(call)
    call.world.store.media.save(medium)
    return JSONResponse(entities.medium(call.world, medium))


async def delete(call: Call) -> Response:
    """DELETE /api/v1/media/{id}"""
    medium = _own(call, caller(call, "write:media"))
    call.world.store.media.delete("mastodon", medium.id)
    return JSONResponse({})


def _own(call: Call, account: Account) -> Medium:
    medium = unattached(call, account, call.part("id"))
    if medium is None:
        raise not_found()
    return medium


def unattached(call: Call, account: Account, id: str) -> Medium | None:
    """A medium of this account that no status shows yet, and that was not forgotten for a day."""
    medium = call.world.store.media.get("mastodon", id)
    if medium is None or medium.account_id != account.id or medium.post_id:
        return None
    return medium if medium.created_at + UNUSED_LIVES > call.world.now() else None


def _description(call: Call) -> str:
    description = call.fields.text("description").strip()
    if len(description) > DESCRIPTION_LIMIT:
        raise invalid(f"Description is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    return description


def _focus(call: Call) -> dict[str, float] | None:
    focus = call.fields.text("focus")
    if not focus:
        return None
    try:
        x, y = (min(1.0, max(-1.0, float(part))) for part in focus.split(","))
    except ValueError:
        raise invalid("Focus is invalid") from None
    return {"x": x, "y": y}
