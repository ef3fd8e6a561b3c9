"""app.bsky.video.*: the video service, which lives at an address of its own on the real network and here at the same.

`video_multipart` false makes it one that knows whole uploads only, as before August 2026. Which method the token of a
part names is not documented; it is taken to be that of the upload, as for the whole file.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import crc
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Thing
from apps.sandbox.core.uploads import Intake, TooMuch

from . import jobs, service
from .errors import XRPCError, invalid_request
from .identity import NAME, server_did

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

SERVICE_DID = "did:web:video.bsky.app"
LIMITS = "app.bsky.video.getUploadLimits"
MOST_OPEN = 10


async def limits(call: Call) -> Response:
    """getUploadLimits: may this account send a film now?"""
    account = service.account_of(call, audience=SERVICE_DID, method=LIMITS)
    return JSONResponse(_limits(call.world, account))


async def upload(call: Call) -> Response:
    """uploadVideo: the whole file in one request; the answer is the bare status of its job."""
    account = _uploader(call)
    if call.fields.text("did") != account.id or not call.fields.text("name"):
        raise invalid_request("Error: Params must have the properties did and name")
    _require_type(call.request.headers.get("content-type", ""))
    _require_allowance(call.world, account)
    announced = call.request.headers.get("content-length", "")
    if not announced.isdigit():
        raise XRPCError(411, "InvalidRequest", "Content-Length is required")
    if int(announced) > jobs.MAX_BYTES:
        raise XRPCError(413, "VideoTooLarge", "The video is larger than 300 MB")
    intake = Intake()
    await intake.take(call.request.stream(), limit=int(announced))
    if before := jobs.known(call.world, account, intake):
        return JSONResponse({**_status(call.world, before), "error": "already_exists"}, status_code=409)
    return JSONResponse(_status(call.world, jobs.begin(call, account, intake)))


async def start(call: Call) -> Response:
    """startUpload: announce a film; its parts follow."""
    if not call.world.setting(NAME, "video_multipart"):
        raise XRPCError(501, "MethodNotImplemented", "Method Not Implemented")
    account, body = _uploader(call), call.json()
    size = body.get("sizeBytes") if isinstance(body, dict) else None
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        raise invalid_request("Input must have the property sizeBytes")
    _judge_announced(body)
    _require_allowance(call.world, account)
    if sum(one.data["state"] == "created" for one in _uploads(call.world).all(owner=account.id)) >= MOST_OPEN:
        raise XRPCError(400, "TooManyOpenUploads", "Finish or abort other uploads first")
    part = int(call.world.setting(NAME, "video_part_bytes"))
    id, count = f"upload{call.world.number()}", -(-size // part)
    made = {"state": "created", "size": size, "part": part, "count": count, "parts": {}, "received": 0, "head": ""}
    _uploads(call.world).put(id, made, owner=account.id)
    return JSONResponse({"jobId": id, "partSizeBytes": part, "partCount": count, "expiresAt": _expiry(call)})


async def part(call: Call) -> Response:
    """uploadPart: one part, of exactly its length; it may be sent again."""
    upload = _open_upload(call, call.fields.text("jobId"))
    number, data = call.fields.text("partNumber"), upload.data
    if not number.isdigit() or not 1 <= int(number) <= data["count"]:
        raise XRPCError(400, "InvalidPartNumber", f"partNumber must be between 1 and {data['count']}")
    at = (int(number) - 1) * data["part"]
    wanted, intake = min(data["part"], data["size"] - at), Intake()
    try:
        await intake.take(call.request.stream(), limit=wanted)
    except TooMuch:
        raise XRPCError(400, "InvalidPartSize", f"The part must have exactly {wanted} bytes") from None
    if intake.size != wanted:
        raise XRPCError(400, "InvalidPartSize", f"The part must have exactly {wanted} bytes")
    fresh = _uploads(call.world).get(upload.id) or data  # other parts may have come in meanwhile
    fresh["parts"][number] = [intake.crc32, intake.size]
    fresh["received"] += intake.received
    if number == "1":
        fresh["head"] = intake.dump()["head"]
    _uploads(call.world).put(upload.id, fresh, owner=upload.owner)
    return JSONResponse({"jobId": upload.id, "partNumber": int(number)})


async def finish(call: Call) -> Response:
    """finishUpload: all parts are here; may be asked again."""
    body = call.json()
    upload = _open_upload(call, str(body.get("jobId", "")) if isinstance(body, dict) else "", finished=True)
    data, world = upload.data, call.world
    if data["state"] == "created":
        if len(data["parts"]) != data["count"]:
            raise XRPCError(400, "MissingParts", f"{len(data['parts'])} of {data['count']} parts are here")
        pieces = [tuple(data["parts"][str(number)]) for number in range(1, data["count"] + 1)]
        whole = Intake.load({"size": data["size"], "crc32": 0, "head": data["head"], "received": data["received"]})
        whole.crc32 = crc.combined(pieces)
        account = world.account(NAME, upload.owner)
        job = account and (jobs.known(world, account, whole) or jobs.begin(call, account, whole))
        _uploads(world).put(upload.id, {**data, "state": "completed", "job": job}, owner=upload.owner)
        data = {**data, "job": job}
    return JSONResponse({"completedJobId": data["job"], "jobStatus": _status(world, data["job"])})


async def progress(call: Call) -> Response:
    """getUploadStatus: which parts are here."""
    upload = _open_upload(call, call.fields.text("jobId"), finished=True)
    received = sorted(int(number) for number in upload.data["parts"])
    told = {"jobId": upload.id, "receivedParts": received, "state": upload.data["state"], "expiresAt": _expiry(call)}
    return JSONResponse(told | ({"completedJobId": upload.data["job"]} if "job" in upload.data else {}))


async def abort(call: Call) -> Response:
    """abortUpload"""
    body = call.json()
    upload = _open_upload(call, str(body.get("jobId", "")) if isinstance(body, dict) else "")
    _uploads(call.world).put(upload.id, {**upload.data, "state": "aborted"}, owner=upload.owner)
    return JSONResponse({})


async def job(call: Call) -> Response:
    """getJobStatus: needs no sign-in."""
    if jobs.thing(call.world, call.fields.text("jobId")) is None:
        raise invalid_request("Job not found")
    return JSONResponse({"jobStatus": _status(call.world, call.fields.text("jobId"))})


# ----------------------------------------------------------------------------------------------------------------------


def _uploader(call: Call) -> Account:
    return service.account_of(call, audience=server_did(call.world), method=service.UPLOAD_BLOB)


def _uploads(world: World) -> Any:
    return world.box(NAME, "video_upload")


def _open_upload(call: Call, id: str, *, finished: bool = False) -> Thing:
    account = _uploader(call)
    upload: Thing | None = _uploads(call.world).thing(id)
    if upload is None or upload.owner != account.id:
        raise XRPCError(400, "UploadNotFound", "Upload not found")
    if upload.data["state"] != "created" and not (finished and upload.data["state"] == "completed"):
        raise XRPCError(400, "UploadNotOpen", f"The upload is {upload.data['state']}")
    return upload


def _status(world: World, id: str) -> dict[str, Any]:
    found = jobs.thing(world, id)
    return jobs.status(world, found) if found else {}


def _expiry(call: Call) -> str:
    return (call.world.now() + timedelta(hours=24)).isoformat()


def _require_type(named: str) -> None:
    if named.partition(";")[0].strip().lower() not in jobs.TYPES:
        raise XRPCError(400, "UnsupportedContentType", f"Unsupported content type {named}")


def _judge_announced(body: dict[str, Any]) -> None:
    _require_type(str(body.get("mimeType", "")))
    if body["sizeBytes"] > jobs.MAX_BYTES:
        raise XRPCError(400, "VideoTooLarge", "The video is larger than 300 MB")
    if body.get("durationMs", 0) > jobs.MAX_SECONDS * 1000:
        raise XRPCError(400, "VideoTooLong", "The video is longer than ten minutes")
    if not all(isinstance(body.get(side, 1), int) and body.get(side, 1) > 0 for side in ("width", "height")):
        raise XRPCError(400, "BadAspectRatio", "Width and height must be positive")


def _require_allowance(world: World, account: Account) -> None:
    told = _limits(world, account)
    if not told["canUpload"]:
        name = "DailyLimitExceeded" if told["error"] == "DailyLimitExceeded" else "UploadForbidden"
        raise XRPCError(400, name, told["message"])


def _limits(world: World, account: Account) -> dict[str, Any]:
    if not world.setting(NAME, "email_confirmed"):
        return {"canUpload": False, "error": "UnconfirmedEmail", "message": "User must confirm their email"}
    videos, size = jobs.used_today(world, account)
    left = max(0, int(world.setting(NAME, "videos_per_day")) - videos)
    bytes_left = max(0, int(world.setting(NAME, "video_bytes_per_day")) - size)
    told: dict[str, Any] = {
        "canUpload": bool(left and bytes_left),
        "remainingDailyVideos": left,
        "remainingDailyBytes": bytes_left,
    }
    if not told["canUpload"]:
        told |= {"error": "DailyLimitExceeded", "message": "User has exceeded daily upload limits"}
    return told
