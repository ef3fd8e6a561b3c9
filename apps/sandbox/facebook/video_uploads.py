"""Videos for the feed, by address, in one form, by the handle of a resumable upload, or chunk by chunk."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from apps.sandbox.core import fetching
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.uploads import MEBIBYTE, Intake
from apps.sandbox.facebook import parameters, photos, publishing, videos
from apps.sandbox.facebook.access import PUBLISH, page_caller
from apps.sandbox.facebook.errors import bad_parameter
from apps.sandbox.facebook.people import NAME
from apps.sandbox.facebook.photos import USER_AGENT
from apps.sandbox.facebook.videos import Video

# Neither limit is documented by Meta itself.
MOST_BYTES, MOST_BYTES_OF_A_FORM = 10 * 1024 * MEBIBYTE, 1024 * MEBIBYTE
PHASES = ("start", "transfer", "finish", "cancel")


def operation_of_create(call: Call) -> str:
    """Nothing is to be seen before the last call; the ways without phases have only that one."""
    if call.fields.text("upload_phase", "finish") != "finish":
        return "stage"
    return "stage" if call.fields.text("published").lower() in {"false", "0"} else "commit"


async def create(call: Call) -> Response:
    """POST /{page-id}/videos"""
    page = page_caller(call, *PUBLISH, task="CREATE_CONTENT")
    if phase := call.fields.text("upload_phase"):
        if phase not in PHASES:
            raise bad_parameter(f"Param upload_phase must be one of {{{', '.join(PHASES)}}}")
        return await _chunked(call, page, phase)
    publishing.message_of(call, "description")
    video = videos.new(call, page, "video")
    video.intake = (await _whole(call)).dump()
    video.uploaded_at = call.world.now().timestamp()
    await _describe(call, page, video)
    videos.finish(call, page, video)
    return JSONResponse({"id": video.id})


async def _whole(call: Call) -> Intake:
    """The file, measured, by whichever way it comes."""
    if handle := call.fields.text("fbuploader_video_file_chunk"):
        data = call.world.box(NAME, "handle").take(handle)
        if data is None:
            raise bad_parameter("The handle of the upload is not valid")
        return Intake.load(data)
    if url := call.fields.text("file_url"):
        try:
            return await fetching.measure(url, limit=MOST_BYTES, user_agent=USER_AGENT)
        except (fetching.NotFetched, fetching.TooLarge):
            raise bad_parameter("The video file could not be fetched", subcode=2061006) from None
    upload = call.fields.file("source")
    if upload is None:
        raise bad_parameter("One of file_url, source and fbuploader_video_file_chunk is required")
    if (upload.size or 0) > MOST_BYTES_OF_A_FORM:
        raise bad_parameter("The video is too large to be sent in one form")
    return await _measured(Intake(), upload)


async def _measured(intake: Intake, upload: UploadFile) -> Intake:
    await intake.take(_pieces(upload), limit=MOST_BYTES)
    return intake


async def _pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    while piece := await upload.read(MEBIBYTE):
        yield piece


async def _describe(call: Call, page: Account, video: Video) -> None:
    """Texts, the picture that stands for it, and when it becomes public."""
    at = publishing.schedule_of(call, latest=publishing.LATEST_POST)
    video.title, video.thumb = call.fields.text("title"), await photos.thumbnail(call, page)
    video.description = publishing.message_of(call, "description")
    video.scheduled_at = at.timestamp() if at else 0
    is_public = parameters.flag(call, "published", True)
    video.state = "PUBLISHED" if is_public else "SCHEDULED" if at else "DRAFT"


async def _chunked(call: Call, page: Account, phase: str) -> Response:
    if phase == "start":
        return _start(call, page)
    video = _session(call, page)
    if phase == "transfer":
        return await _transfer(call, video)
    if phase == "cancel":
        return videos.delete(call, video)
    if not video.uploaded_at:
        raise bad_parameter(f"The upload is not complete: continue from {video.size}")
    if video.finished_at:
        raise bad_parameter("The upload session has been finished already")
    await _describe(call, page, video)
    videos.finish(call, page, video)
    return JSONResponse({"success": True})


def _start(call: Call, page: Account) -> Response:
    size = call.fields.text("file_size")
    if not size.isdigit() or not 0 < int(size) <= MOST_BYTES:
        raise bad_parameter("Param file_size must be an integer greater than 0")
    video = videos.new(call, page, "video")
    video.announced = int(size)
    videos.save(call.world, video)
    # The session's number is not the video's, so that nobody can take one for the other.
    return JSONResponse({"upload_session_id": f"{video.id}1", "video_id": video.id, **_offsets(call, video)})


def _session(call: Call, page: Account) -> Video:
    id = call.fields.text("upload_session_id")
    video = videos.load(call.world, id[:-1]) if id.endswith("1") else None
    if video is None or video.page_id != page.id or not video.announced:
        raise bad_parameter("The upload session is not valid")
    if videos.has_expired(call.world, video):
        raise bad_parameter("The upload session does not exist", subcode=33)
    return video


def _offsets(call: Call, video: Video) -> dict[str, str]:
    end = min(video.size + int(call.world.setting(NAME, "chunk_bytes")), video.announced)
    return {"start_offset": str(video.size), "end_offset": str(end)}


async def _transfer(call: Call, video: Video) -> Response:
    offsets = _offsets(call, video)
    if call.fields.text("start_offset") != offsets["start_offset"]:
        raise bad_parameter(f"The start offset must be {offsets['start_offset']}")
    chunk = call.fields.file("video_file_chunk")
    if chunk is None:
        raise bad_parameter("The parameter video_file_chunk is required")
    most = int(offsets["end_offset"]) - int(offsets["start_offset"])
    if not 0 < (chunk.size or 0) <= most:
        raise bad_parameter(f"The chunk must have between 1 and {most} bytes")
    video.intake = (await _measured(Intake.load(video.intake), chunk)).dump()
    if video.size == video.announced:
        video.uploaded_at = call.world.now().timestamp()
    videos.save(call.world, video)
    return JSONResponse(_offsets(call, video))
