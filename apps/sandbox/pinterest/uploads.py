"""Videos on their way in: registered, sent as a form to the store of uploads, processed.

A video is judged when it has come in whole, and a failure tells no reason. What is kept of it are its size, its
CRC-32, and what its first bytes say.
Where Pinterest's documentation is silent: the policy of an upload holds an hour, within it the file may be sent again,
and a file above 2 GB is refused by the store.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import video
from apps.sandbox.core.calls import Call
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import paging, schema
from apps.sandbox.pinterest.errors import refused
from apps.sandbox.pinterest.gate import PINTEREST, Visit

SHORTEST, LONGEST = 4, 15 * 60
NARROWEST, WIDEST = 1 / 2, 1.91
FORMATS = ("video/mp4", "video/quicktime")


@dataclass(slots=True)
class Upload:
    id: str
    account_id: str
    environment: str
    token: str  # whoever registered it
    parameters: dict[str, str]
    policy_until: float
    ready_at: float = 0.0  # 0: nothing has come in
    has_failed: bool = False
    size: int = 0
    crc32: int = 0
    received: int = 0  # with what was sent again
    mime: str = ""
    seconds: float = 0.0
    width: int = 0
    height: int = 0

    def status(self, now: datetime) -> str:
        if not self.ready_at:
            return "registered"
        if now.timestamp() < self.ready_at:
            return "processing"
        return "failed" if self.has_failed else "succeeded"


def load(world: World, id: str) -> Upload | None:
    """None also for one that has been kept for so long that it is dropped; how long that is, is not documented."""
    data = world.box(PINTEREST, "upload").get(id)
    upload = Upload(**data) if data else None
    if upload is None or not upload.ready_at:
        return upload
    ends = upload.ready_at + float(world.setting(PINTEREST, "kept_upload_hours")) * 3600
    return upload if world.now().timestamp() < ends else None


def save(world: World, upload: Upload) -> None:
    world.box(PINTEREST, "upload").put(upload.id, asdict(upload), owner=upload.account_id)


async def register(visit: Visit) -> Response:
    """POST /v5/media"""
    body, world = visit.body(), visit.world
    schema.only(visit, body, {"media_type"})
    schema.required(schema.text(body, "media_type", one_of=("video",)), "media_type")
    id, now = str(world.number()), world.now()
    parameters = {
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
        "x-amz-signature": secrets.token_hex(32),
        "x-amz-security-token": secrets.token_urlsafe(90),
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "key": f"uploads/{secrets.token_hex(1)}/{secrets.token_hex(1)}/{id}",
        "policy": secrets.token_urlsafe(120),
        "x-amz-credential": f"{secrets.token_hex(10).upper()}/{now:%Y%m%d}/us-east-1/s3/aws4_request",
        "Content-Type": "multipart/form-data",
    }
    until = now + timedelta(minutes=float(visit.setting("upload_minutes")))
    upload = Upload(id, visit.account.id, visit.environment, visit.token.token, parameters, until.timestamp())
    save(world, upload)
    address = f"{world.origin(PINTEREST)}/media-upload/{id}/"
    answer = {"media_id": id, "media_type": "video", "upload_url": address, "upload_parameters": parameters}
    return visit.created(answer)


def take(call: Call, upload: Upload, intake: Intake) -> None:
    """The file has come in whole: from now on it is in processing."""
    seconds = call.processing_seconds(float(call.world.setting(PINTEREST, "video_seconds")))
    found = video.probe(intake.head)
    upload.has_failed = bool(call.take_fault("failed_processing")) or found is None or not _is_usable(found)
    upload.ready_at = call.world.now().timestamp() + seconds
    upload.size, upload.crc32 = intake.size, intake.crc32
    if found:
        upload.mime, upload.seconds, upload.width, upload.height = found.mime, found.seconds, found.width, found.height
    save(call.world, upload)


def _is_usable(found: video.VideoProbe) -> bool:
    """What its beginning does not tell cannot be held against it."""
    is_film = found.mime in FORMATS and found.has_video_codec("h264", "hevc")
    return is_film and found.lasts(SHORTEST, LONGEST) and found.has_ratio(NARROWEST, WIDEST)


async def look(visit: Visit) -> Response:
    """GET /v5/media/{id}"""
    upload = load(visit.world, visit.part())
    if upload is None or upload.account_id != visit.account.id or upload.environment != visit.environment:
        raise refused(404, 404, "Media not found.")
    return JSONResponse(describe(visit, upload))


async def list_uploads(visit: Visit) -> Response:
    """GET /v5/media"""
    things = visit.world.box(PINTEREST, "upload").all(owner=visit.account.id, order="seq DESC")
    found = [upload for thing in things if (upload := Upload(**thing.data)).environment == visit.environment]
    return paging.page(visit, found, lambda upload: describe(visit, upload), key=lambda upload: upload.id)


def describe(visit: Visit, upload: Upload) -> dict[str, Any]:
    return {"media_id": upload.id, "media_type": "video", "status": upload.status(visit.world.now())}
