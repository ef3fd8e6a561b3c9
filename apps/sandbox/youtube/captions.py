"""Captions: tracks of words by language and name, sent together with their description as one multipart body.

A track is served at once, or fails when its file is in no format that has times. The sheet's facts are costs and scope;
the rest is the reference: 100 MB, names of at most 150 characters, and one track for each language and name.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.clips import Clip
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.metadata import LANGUAGE
from apps.sandbox.youtube.paging import listed, timestamp
from apps.sandbox.youtube.parameters import etag, one_id, parts, text_at

PARTS = ("id", "snippet")
MOST_BYTES, LONGEST_NAME = 104_857_600, 150
TIMES = re.compile(rb"\d\d:\d\d[.,:]\d")  # SRT, WebVTT, SBV and most others have such times


async def insert(call: Call) -> Response:
    """POST /upload/youtube/v3/captions?part=snippet&uploadType=multipart"""
    wanted = parts(call, PARTS)
    body, content = _parts_of(call)
    clip = _own(call, text_at(body, "snippet", "videoId"), location="body.snippet.videoId")
    track = _track(call, body, content)
    if any((one["language"], one["name"]) == (track["language"], track["name"]) for one in clip.captions):
        raise refused("captionExists")
    clip.captions.append(track)
    _keep(call.world, clip)
    return JSONResponse(_shown(clip, track, wanted))


async def list_captions(call: Call) -> Response:
    """GET /captions?part=snippet&videoId=..., of all languages or those in `id`"""
    wanted = parts(call, PARTS)
    clip = _own(call, one_id(call, "videoId"), location="videoId")
    ids = [id for id in call.fields.text("id").split(",") if id]
    found = [track for track in clip.captions if not ids or track["id"] in ids]
    return JSONResponse(listed("youtube#captionListResponse", [_shown(clip, track, wanted) for track in found]))


async def delete(call: Call) -> Response:
    """DELETE /captions?id=..."""
    id, account = one_id(call), me(call)
    for clip in clips.of_channel(call.world, account):
        if any(track["id"] == id for track in clip.captions):
            clip.captions = [track for track in clip.captions if track["id"] != id]
            _keep(call.world, clip)
            return Response(status_code=204)
    raise refused("captionNotFound", location="id")


def _parts_of(call: Call) -> tuple[dict[str, Any], bytes]:
    """The description and the file, which follow each other in a body of type multipart/related."""
    if call.fields.text("uploadType") != "multipart":
        raise refused("badRequest", "Captions are taken with uploadType=multipart")
    found = re.fullmatch(
        r'multipart/related;.*boundary="?([^";]{1,70})"?.*', call.request.headers.get("content-type", "")
    )
    if found is None:
        raise refused("badContent", "Captions and their description are sent as multipart/related")
    pieces = call.body.split(b"--" + found[1].encode())[1:-1]
    if len(pieces) != 2:
        raise refused("contentRequired")
    described, content = (piece.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for piece in pieces)
    try:
        body = json.loads(described)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise refused("badRequest", "The first part is not a JSON object.")
    return body, content


def _own(call: Call, id: str, *, location: str) -> Clip:
    clip = clips.visible(call.world, id, me(call))
    if clip is None:
        raise refused("videoNotFound", location=location)
    if clip.post.account_id != me(call).id:
        raise refused("forbidden", location=location)
    return clip


def _track(call: Call, body: dict[str, Any], content: bytes) -> dict[str, Any]:
    language, name = text_at(body, "snippet", "language"), text_at(body, "snippet", "name")
    if not LANGUAGE.fullmatch(language) or not isinstance(body["snippet"].get("isDraft", False), bool):
        raise refused("invalidMetadata")
    if len(name) > LONGEST_NAME:
        raise refused("nameTooLong")
    if not content.strip():
        raise refused("contentRequired")
    if len(content) > MOST_BYTES:
        raise refused("uploadTooLarge")
    return {
        "id": f"AUieDa{secrets.token_urlsafe(24)}",
        "language": language,
        "name": name,
        "is_draft": bool(body["snippet"].get("isDraft")),
        "is_readable": TIMES.search(content) is not None,
        "updated_at": call.world.now().timestamp(),
        "text": content.decode("utf-8", "replace"),
    }


def _keep(world: World, clip: Clip) -> None:
    """With the video, and with its medium too, where people and tests look for what it shows."""
    clip.version += 1
    clips.save(world, clip)
    for medium in world.media_of(clip.post):
        if not medium.data.get("is_thumbnail"):
            names = ("language", "name", "text")
            medium.data["captions"] = [{name: track[name] for name in names} for track in clip.captions]
            world.store.media.save(medium)


def _shown(clip: Clip, track: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    snippet = {
        "videoId": clip.id,
        "lastUpdated": timestamp(track["updated_at"]),
        "trackKind": "standard",
        "language": track["language"],
        "name": track["name"],
        "audioTrackType": "unknown",
        "isCC": False,
        "isLarge": False,
        "isEasyReader": False,
        "isDraft": track["is_draft"],
        "isAutoSynced": False,
        "status": "serving" if track["is_readable"] else "failed",
    }
    if not track["is_readable"]:
        snippet["failureReason"] = "unknownFormat"
    shown = {"kind": "youtube#caption", "etag": etag(track["id"], track["updated_at"]), "id": track["id"]}
    return shown | ({"snippet": snippet} if "snippet" in wanted else {})
