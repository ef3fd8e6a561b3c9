"""The start of a resumable upload: the words of the video, and a session to send its bytes to.

The session's address is a secret that uploads. How long it lives is not documented (`session_seconds`), and neither is
whether the start or the end of an upload is charged (`charges_uploads_at_end`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.youtube import metadata
from apps.sandbox.youtube.access import me
from apps.sandbox.youtube.categories import USUAL
from apps.sandbox.youtube.errors import refused
from apps.sandbox.youtube.parameters import parts, resource
from apps.sandbox.youtube.showing import PARTS

MOST_BYTES = 274_877_906_944
DAY = timedelta(hours=24)


@dataclass(slots=True)
class Session:
    id: str
    account: str
    parts: list[str]
    written: dict[str, dict[str, Any]]
    total: int | None  # None: not announced
    file_name: str
    notifies: bool
    intake: dict[str, Any] = field(default_factory=lambda: Intake().dump())
    chunk: int = 0  # the size of the first chunk
    wasted: int = 0  # bytes that came in and were not kept
    video: str = ""  # once it is finished


def load(world: World, id: str) -> Session | None:
    data = world.box("youtube", "session").get(id)
    return Session(**data) if data else None


def save(world: World, session: Session) -> None:
    """Its life counts from its start."""
    box = world.box("youtube", "session")
    thing = box.thing(session.id)
    lives = timedelta(seconds=float(world.setting("youtube", "session_seconds")))
    if thing and thing.expires_at:
        lives = thing.expires_at - world.now()
    box.put(session.id, asdict(session), owner=session.account, lives=lives)


async def start(call: Call) -> Response:
    """POST /upload/youtube/v3/videos?uploadType=resumable"""
    account = me(call)
    if call.fields.text("uploadType") != "resumable":
        raise refused("badRequest", "Only resumable uploads are taken here: uploadType=resumable")
    wanted = parts(call, PARTS)
    total = _announced(call)
    if not call.request.headers.get("content-type", "").lower().startswith("application/json"):
        raise refused("badContent", "The metadata of a video are sent as application/json")
    written = metadata.read(call, resource(call), wanted)
    written.setdefault("snippet", {}).setdefault("categoryId", USUAL)
    written.setdefault("status", {}).setdefault("privacyStatus", call.world.setting("youtube", "default_privacy"))
    metadata.check(call, written)
    _count_against_the_channel(call, account)
    session = Session(
        id=f"AB{secrets.token_urlsafe(48)}",
        account=account.id,
        parts=wanted,
        written=written,
        total=total,
        file_name=_file_name(call),
        notifies=call.fields.flag("notifySubscribers", default=True),
    )
    save(call.world, session)
    query = {"uploadType": "resumable", "part": ",".join(wanted), "upload_id": session.id}
    address = f"{call.world.origin('youtube')}{call.path}?{urlencode(query, safe=',')}"
    return Response(status_code=200, headers={"Location": address, "X-GUploader-UploadID": session.id})


def _announced(call: Call) -> int | None:
    """The size and the type of the file, as far as the headers tell."""
    kind = call.request.headers.get("x-upload-content-type", "application/octet-stream").partition(";")[0]
    if not (kind.startswith("video/") or kind == "application/octet-stream"):
        message = f"Media type '{kind}' is not supported. Valid media types: [video/*, application/octet-stream]"
        raise refused("badContent", message)
    size = call.request.headers.get("x-upload-content-length")
    if size is None:
        return None
    if not size.isdigit():
        raise refused("badRequest", "X-Upload-Content-Length is no number")
    if int(size) > MOST_BYTES:
        raise refused("uploadTooLarge")
    return int(size)


def _file_name(call: Call) -> str:
    name = call.request.headers.get("slug", "")
    if "slug" in call.request.headers and not re.fullmatch(r"[^/\\\x00-\x1f]{1,255}", name):
        raise refused("invalidFilename", location="Slug", location_type="header")
    return name


def _count_against_the_channel(call: Call, account: Account) -> None:
    """The channel's own cap, which has nothing to do with the project's quota."""
    limit = int(call.world.setting("youtube", "channel_daily_uploads"))
    if not limit:
        return
    window = call.world.limits.hit(f"youtube channel {account.id}", limit=limit, window=DAY, now=call.world.now())
    if window.is_exceeded:
        raise refused("uploadLimitExceeded")


async def without_media(call: Call) -> Response:
    """POST /youtube/v3/videos: a video without its bytes."""
    raise refused("mediaBodyRequired")
