"""Custom thumbnails: a JPEG or PNG of at most 50 MB, for channels that may; for Shorts once they are processed.

How many a channel may set in a day is not documented (`daily_thumbnails`, 0: as many as it likes).
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from apps.sandbox.core import images
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Medium
from apps.sandbox.youtube import clips, showing
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.parameters import etag, one_id

MOST_BYTES = 52_428_800
KINDS = {"image/jpeg", "image/png", "application/octet-stream"}
DAY = timedelta(hours=24)


async def set_thumbnail(call: Call) -> Response:
    """POST /upload/youtube/v3/thumbnails/set?videoId=...&uploadType=media"""
    if call.fields.text("uploadType", "media") != "media":
        raise refused("badRequest", "Thumbnails are taken with uploadType=media")
    clip = _own(call)
    content = await _content(call)
    found = images.probe(content)
    if found is None or found.mime not in KINDS:
        raise refused("invalidImage")
    if not call.world.setting("youtube", "custom_thumbnails"):
        raise refused("forbidden", "The thumbnail can't be set for the specified video.")
    if clip.is_short and clip.upload_status(call.world.now()) == "uploaded":
        raise refused("forbidden", "The thumbnail of a Short can be set after it has been processed.")
    _count(call)
    medium = Medium(
        platform="youtube",
        id=str(call.world.number()),
        account_id=clip.post.account_id,
        mime=found.mime,
        size=len(content),
        digest=call.world.store.blobs.add(content),
        created_at=call.world.now(),
        width=found.width,
        height=found.height,
        position=1,
        post_id=clip.id,
        data={"crc32": zlib.crc32(content), "received": len(content), "is_thumbnail": True},
    )
    _replace(call, clip, medium)
    return JSONResponse(_answer(call, clip))


def _own(call: Call) -> Clip:
    clip = clips.visible(call.world, one_id(call, "videoId"), me(call))
    if clip is None:
        raise refused("videoNotFound", location="videoId")
    if clip.post.account_id != me(call).id:
        raise refused("forbidden", location="videoId")
    return clip


async def _content(call: Call) -> bytes:
    """The body; more than is allowed is not read."""
    kind = call.request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise refused("badContent", f"Media type '{kind}' is not supported. Valid media types: {sorted(KINDS)}")
    content = bytearray()
    async for piece in call.request.stream():
        content += piece
        if len(content) > MOST_BYTES:
            raise refused("uploadTooLarge")
    if not content:
        raise refused("mediaBodyRequired")
    return bytes(content)


def _count(call: Call) -> None:
    limit = int(call.world.setting("youtube", "daily_thumbnails"))
    if not limit:
        return
    bucket = f"youtube thumbnails {me(call).id}"
    if call.world.limits.hit(bucket, limit=limit, window=DAY, now=call.world.now()).is_exceeded:
        raise refused("uploadRateLimitExceeded")


def _replace(call: Call, clip: Clip, medium: Medium) -> None:
    with call.world.store.transaction():
        if clip.thumbnail:
            call.world.store.media.delete("youtube", clip.thumbnail)
        call.world.store.media.add(medium)
        clip.thumbnail = medium.id
        clips.save(call.world, clip)


def _answer(call: Call, clip: Clip) -> dict[str, Any]:
    item = showing.thumbnails(call.world, clip)
    if clip.is_short:
        item["shortsAspectRatio"] = item["high"] | {"width": 270, "height": 480}
    return {"kind": "youtube#thumbnailSetResponse", "etag": etag(clip.thumbnail), "items": [item]}


async def picture(call: Call) -> Response:
    """GET /vi/{id}/{name}.jpg: the custom thumbnail, or the channel's own picture."""
    clip = clips.load(call.world, call.part("id"))
    account = call.world.account("youtube", clip.post.account_id) if clip else None
    if clip is None or account is None:
        raise refused("notFound")
    medium = call.world.store.media.get("youtube", clip.thumbnail)
    content = call.world.store.blobs.get(medium.digest) if medium else None
    if medium is None or content is None:
        return RedirectResponse(call.world.avatar_url(account), status_code=302)
    return Response(content, media_type=medium.mime, headers={"X-Content-Type-Options": "nosniff"})


async def watch(call: Call) -> Response:
    """GET /watch?v=... and /shorts/{id}: to the page that people look at."""
    id = call.fields.text("v") or str(call.request.path_params.get("id", ""))
    clip = clips.load(call.world, id)
    if clip is None:
        raise refused("notFound")
    return RedirectResponse(call.world.permalink(clip.post), status_code=302)
