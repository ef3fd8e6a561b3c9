"""Uploads: one request for a picture, or INIT, APPEND, FINALIZE and STATUS in segments.

Segments may come in any order and again. Of a film only the first bytes are kept, its size, its CRC-32 and how many
bytes came in with repetitions (`data` of the medium, and the things of kind "received").
`single_endpoint` also takes the older form, in which all steps go to /2/media/upload with a `command`; `empty_append`
answers APPEND with 204, as older servers do.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import crc
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.uploads import kept_length
from apps.sandbox.x import errors, judging, media, schema
from apps.sandbox.x.access import UPLOAD, caller
from apps.sandbox.x.accounts import snowflake
from apps.sandbox.x.judging import CATEGORIES, TYPES
from apps.sandbox.x.schema import ID, each, flag, one_of, record, text, whole

LAST_INDEX = 999
INITIALIZE = record(
    required=("media_type", "media_category", "total_bytes"),
    media_type=one_of(*judging.MEDIA_TYPES),
    media_category=one_of(*CATEGORIES),
    total_bytes=whole(1, judging.SCHEMA_BYTES),
    additional_owners=each(text(pattern=ID), most=100),
    shared=flag(),
)
AT_ONCE = ("tweet_image", "dm_image", "subtitles")


async def upload(call: Call) -> Response:
    """POST /2/media/upload: a whole picture in one request."""
    account = caller(call, UPLOAD)
    if call.fields.has("command"):
        if call.world.setting("x", "single_endpoint"):
            return await _command(call, account)
        raise errors.invalid(call, "command", call.fields.text("command"), "[command] is not defined in the schema")
    category = call.fields.text("media_category")
    if category not in AT_ONCE:
        message = f"[media_category] is not one of [{', '.join(AT_ONCE)}]"
        raise errors.invalid(call, "media_category", category, message)
    content, kind = await _content(call), CATEGORIES[category]
    if len(content) > judging.MOST_BYTES[kind]:
        raise errors.invalid(call, "media", len(content), "The media is too large")
    found = _judged(call, kind, content)
    came = {"received": len(content)}
    medium = media.keep(call, account, found, category=category, size=len(content), content=content, came=came)
    picture = {"image_type": found.mime, "w": found.width, "h": found.height}
    return JSONResponse({"data": media.shown(call, medium) | ({"image": picture} if kind == "image" else {})})


def _judged(call: Call, kind: str, content: bytes) -> judging.Judged:
    """What these bytes are; a picture that is none is refused at once."""
    found = judging.judge(call.world, kind, content)
    if found.problem and kind in {"image", "subtitles"}:
        raise errors.invalid(call, "media", found.mime, found.problem)
    return found


async def _content(call: Call) -> bytes:
    """The part `media` of a form, or base64 in JSON."""
    if file := call.fields.file("media"):
        return await file.read()
    try:
        content = base64.b64decode(call.fields.text("media"), validate=True)
    except binascii.Error:
        content = b""
    if not content:
        raise errors.invalid(call, "media", "", "[media] is missing but it is required")
    return content


async def _command(call: Call, account: Account) -> Response:
    command, fields = call.fields.text("command"), call.fields
    if command == "INIT":
        body: dict[str, Any] = {name: fields.text(name) for name in ("media_type", "media_category")}
        body["total_bytes"] = _whole(call, "total_bytes")
        INITIALIZE(call, "$", body)
        return _begin(call, account, body)
    if command == "APPEND":
        return _add(call, account, fields.text("media_id"), await _content(call))
    if command == "FINALIZE":
        return _finish(call, account, fields.text("media_id"))
    raise errors.invalid(call, "command", command, "[command] is not one of [INIT, APPEND, FINALIZE]")


async def initialize(call: Call) -> Response:
    """POST /2/media/upload/initialize"""
    account = caller(call, UPLOAD)
    return _begin(call, account, schema.read(call, INITIALIZE))


def _begin(call: Call, account: Account, body: dict[str, Any]) -> Response:
    kind, total = CATEGORIES[body["media_category"]], body["total_bytes"]
    if body["media_type"] not in TYPES[kind]:
        message = f"[media_type] does not go with the category {body['media_category']}"
        raise errors.invalid(call, "media_type", body["media_type"], message)
    if total > judging.most_bytes(call.world, account, kind):
        raise errors.invalid(call, "total_bytes", total, f"File size exceeds the maximum of this {kind}")
    id, lives = snowflake(call.world), int(call.world.setting("x", "media_seconds"))
    call.world.box("x", "upload").put(id, body, owner=account.id, lives=timedelta(seconds=lives))
    key = media.key_of(id, body["media_category"])
    return JSONResponse({"data": {"id": id, "media_key": key, "expires_after_secs": lives}})


async def append(call: Call) -> Response:
    """POST /2/media/upload/{id}/append: multipart, or JSON with base64."""
    account = caller(call, UPLOAD)
    return _add(call, account, call.part("id"), await _content(call))


def _add(call: Call, account: Account, id: str, content: bytes) -> Response:
    upload = _open(call, account, id)
    index, most = _whole(call, "segment_index"), call.world.setting("x", "segment_bytes")
    if not 0 <= index <= LAST_INDEX:
        raise errors.invalid(call, "segment_index", index, f"[segment_index] must be between 0 and {LAST_INDEX}")
    if len(content) > most:
        raise errors.invalid(call, "media", len(content), f"The segment is larger than {most} bytes")
    pieces, progress = call.world.box("x", "segment"), call.world.box("x", "progress")
    before = pieces.get(_segment_id(id, index)) or {"received": 0, "size": 0}
    size = (progress.get(id) or {"size": 0})["size"] - before["size"] + len(content)
    if size > upload["total_bytes"]:
        raise errors.invalid(call, "media", len(content), "The segments are larger than total_bytes")
    segment = {
        "index": index,
        "size": len(content),
        "crc32": zlib.crc32(content),
        "received": before["received"] + len(content),
        "digest": call.world.store.blobs.add(_kept(upload, index, content)),
    }
    pieces.put(_segment_id(id, index), segment, owner=id)
    progress.put(id, {"size": size}, owner=account.id)
    if call.world.setting("x", "empty_append"):
        return Response(status_code=204)
    thing = call.world.box("x", "upload").thing(id)
    ends_at = thing.expires_at if thing and thing.expires_at else call.world.now()
    return JSONResponse({"data": {"expires_at": int(ends_at.timestamp())}})


def _kept(upload: dict[str, Any], index: int, content: bytes) -> bytes:
    """Everything of a picture; of a film what it begins with."""
    if CATEGORIES[upload["media_category"]] != "video":
        return content
    return content[: kept_length(content)] if index == 0 else b""


def _segment_id(id: str, index: int) -> str:
    return f"{id}/{index:04d}"


async def finalize(call: Call) -> Response:
    """POST /2/media/upload/{id}/finalize; once more, it answers how far the processing is."""
    return _finish(call, caller(call, UPLOAD), call.part("id"))


def _finish(call: Call, account: Account, id: str) -> Response:
    if call.world.store.media.get("x", id):
        return JSONResponse({"data": media.shown(call, media.own(call, account, id))})
    upload, pieces = _open(call, account, id), call.world.box("x", "segment")
    segments = [thing.data for thing in pieces.all(owner=id, order="id")]
    size = sum(one["size"] for one in segments)
    if [one["index"] for one in segments] != list(range(len(segments))) or size != upload["total_bytes"]:
        raise errors.invalid(call, "media_id", id, "Segments do not add up to provided total file size.")
    kind, blobs = CATEGORIES[upload["media_category"]], call.world.store.blobs
    content = b"".join(blobs.get(one["digest"]) or b"" for one in segments)
    found = _judged(call, kind, content)
    came: dict[str, Any] = {
        "received": sum(one["received"] for one in segments),
        "owners": upload.get("additional_owners", []),
    }
    if kind == "video":
        came["crc32"] = crc.combined((one["crc32"], one["size"]) for one in segments)
    whole = b"" if kind == "video" else content
    category = upload["media_category"]
    medium = media.keep(call, account, found, category=category, size=size, id=id, content=whole, came=came)
    for index in range(len(segments)):
        pieces.delete(_segment_id(id, index))
    return JSONResponse({"data": media.shown(call, medium)})


async def status(call: Call) -> Response:
    """GET /2/media/upload?command=STATUS&media_id="""
    account = caller(call, UPLOAD)
    if call.fields.text("command") != "STATUS":
        raise errors.invalid(call, "command", call.fields.text("command"), "[command] is not one of [STATUS]")
    id = call.fields.text("media_id")
    medium = media.own(call, account, id) if call.world.store.media.get("x", id) else None
    if medium is None:
        _open(call, account, id)
        raise errors.invalid(call, "media_id", id, "The upload has not been finalized")
    return JSONResponse({"data": media.shown(call, medium)})


def _open(call: Call, account: Account, id: str) -> dict[str, Any]:
    """An upload of this account that has begun and is not too old."""
    thing = call.world.box("x", "upload").thing(id)
    if thing is None or thing.owner != account.id:
        raise errors.not_found(call, "media", id)
    return thing.data


def _whole(call: Call, name: str) -> int:
    value = call.fields.text(name)
    if not value.isdecimal() or len(value) > 15:
        raise errors.invalid(call, name, value, f"[{name}] is not a integer")
    return int(value)
