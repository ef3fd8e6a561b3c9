"""Uploads: pictures at once, videos, sounds and animations after a while."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, PlainTextResponse, Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Medium
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import entities, files
from apps.sandbox.mastodon.access import caller
from apps.sandbox.mastodon.errors import invalid, not_found, refused
from apps.sandbox.mastodon.limits import limit

UNUSED_LIVES = timedelta(days=1)


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
    if call.world.setting("mastodon", "needs_length") and "content-length" not in call.request.headers:
        raise Refusal(PlainTextResponse("411 Length Required", status_code=411))
    file = call.fields.file("file")
    if file is None:
        raise invalid("File can't be blank")
    found = await files.take_in(call.world, file)
    usual = call.world.setting("mastodon", "image_seconds" if found.kind == "image" else "video_seconds")
    seconds = call.processing_seconds(float(usual))
    now = call.world.now()
    data = {"type": found.kind, "focus": _focus(call), **found.came}
    medium = Medium(
        platform="mastodon",
        id=str(call.world.number()),
        account_id=account.id,
        mime=found.mime,
        size=found.size,
        digest=call.world.store.blobs.add(found.content) if found.content else "",
        created_at=now,
        width=found.width,
        height=found.height,
        alt=_description(call),
        ready_at=now + timedelta(seconds=seconds) if seconds else None,
        data=data | {"failed": call.take_fault("failed_processing") is not None},
    )
    await _take_thumbnail(call, medium)
    return call.world.store.media.add(medium)


async def _take_thumbnail(call: Call, medium: Medium) -> None:
    """A cover of one's own; it is a medium of nobody, so that no status can show it by itself."""
    file = call.fields.file("thumbnail")
    if file is None:
        return
    found = await files.take_in(call.world, file)
    if found.kind not in {"image", "gifv"}:
        raise invalid("Thumbnail content type is invalid")
    now, digest = call.world.now(), call.world.store.blobs.add(found.content)
    id = f"{medium.id}-{call.world.number()}"
    preview = Medium("mastodon", id, "", found.mime, found.size, digest, now, found.width, found.height)
    call.world.store.media.add(preview)
    medium.data["thumbnail"] = id


async def look(call: Call) -> Response:
    """GET /api/v1/media/{id}: 206 while it is processed; what is attached to a status is found no more."""
    medium = _own(call, caller(call, "write:media"))
    if not entities.is_ready(medium, call.world.now()):
        return JSONResponse(entities.medium(call.world, medium), status_code=206)
    if medium.data["failed"]:
        raise refused(422, f"Validation failed: {files.UNREADABLE}")
    return JSONResponse(entities.medium(call.world, medium))


async def change(call: Call) -> Response:
    """PUT /api/v1/media/{id}"""
    medium = _own(call, caller(call, "write:media"))
    if call.fields.has("description"):
        medium.alt = _description(call)
    if call.fields.has("focus"):
        medium.data["focus"] = _focus(call)
    await _take_thumbnail(call, medium)
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
    return checked_description(call.world, call.fields.text("description"))


def checked_description(world: World, description: str) -> str:
    description, most = description.strip(), limit(world, "max_description")
    if len(description) > most:
        raise invalid(f"Description is too long (maximum is {most} characters)")
    return description


def _focus(call: Call) -> dict[str, float] | None:
    return checked_focus(call.fields.text("focus"))


def checked_focus(focus: str) -> dict[str, float] | None:
    if not focus:
        return None
    try:
        x, y = (min(1.0, max(-1.0, float(part))) for part in focus.split(","))
    except ValueError:
        raise invalid("Focus is invalid") from None
    return {"x": x, "y": y}
