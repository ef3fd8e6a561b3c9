"""rupload.facebook.com: the bytes of reels and video stories, sent or fetched, and carried on after a break."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from apps.sandbox.core import fetching
from apps.sandbox.core.calls import Call, HangUp, Refusal
from apps.sandbox.core.uploads import Intake, TooMuch
from apps.sandbox.facebook import video_status, videos
from apps.sandbox.facebook.access import PUBLISH, page_of_token
from apps.sandbox.facebook.errors import no_object
from apps.sandbox.facebook.photos import USER_AGENT
from apps.sandbox.facebook.resumable import need_oauth_scheme
from apps.sandbox.facebook.video_uploads import MOST_BYTES
from apps.sandbox.facebook.videos import Video


def trouble(type: str, message: str, *, retriable: bool = False) -> Refusal:
    """This host's own envelope."""
    info = {"retriable": retriable, "type": type, "message": message}
    return Refusal(JSONResponse({"debug_info": info}, status_code=400))


async def receive(call: Call) -> Response:
    """POST /video-upload/{version}/{video-id}"""
    need_oauth_scheme(call)
    page = page_of_token(call, *PUBLISH)
    video = videos.load(call.world, call.part("id"))
    if video is None or video.page_id != page.id or video.kind == "video":
        raise no_object(call.part("id"), call.method)
    if video.uploaded_at or video_status.word(call.world, video) == "expired":
        raise trouble("ProcessingFailedError", "The upload session has ended")
    if url := call.request.headers.get("file_url"):
        intake = await _fetched(url)
        video.announced = intake.size
        return _kept(call, video, intake)
    return await _sent(call, video)


async def _sent(call: Call, video: Video) -> Response:
    """Bytes from `offset` on; what came before the connection broke has come."""
    intake = Intake.load(video.intake)
    offset, size = (call.request.headers.get(name, "") for name in ("offset", "file_size"))
    if not size.isdigit() or not 0 < int(size) <= MOST_BYTES or (video.announced and int(size) != video.announced):
        raise trouble("PartialRequestError", "The header file_size does not fit the file")
    if offset != str(intake.size):
        raise trouble("OffsetInvalidError", f"The offset must be {intake.size}", retriable=True)
    before, video.announced = video.announced, int(size)
    try:
        await intake.take(call.request.stream(), limit=video.announced - intake.size)
    except TooMuch:
        video.announced = before
        raise trouble("PartialRequestError", "There are more bytes than file_size announced") from None
    except ClientDisconnect:
        return HangUp()
    finally:
        _kept(call, video, intake)
    if not video.uploaded_at:
        raise trouble("PartialRequestError", f"{intake.size} of {video.announced} bytes came", retriable=True)
    return JSONResponse({"success": True})


def _kept(call: Call, video: Video, intake: Intake) -> Response:
    video.intake = intake.dump()
    if intake.size and intake.size == video.announced:
        video.uploaded_at = call.world.now().timestamp()
    videos.save(call.world, video)
    return JSONResponse({"success": True})


async def _fetched(url: str) -> Intake:
    """A hosted file: anybody may fetch it, robots included, and it does not come from Facebook itself."""
    host = urlsplit(url).hostname or ""
    if host.endswith("fbcdn.net") or not await _is_allowed(url):
        raise trouble("ProcessingFailedError", "The file may not be fetched from this URL")
    try:
        return await fetching.measure(url, limit=MOST_BYTES, user_agent=USER_AGENT)
    except (fetching.NotFetched, fetching.TooLarge):
        raise trouble("ProcessingFailedError", "The file could not be fetched", retriable=True) from None


async def _is_allowed(url: str) -> bool:
    parts = urlsplit(url)
    try:
        rules = await fetching.get(f"{parts.scheme}://{parts.netloc}/robots.txt", limit=2**19, user_agent=USER_AGENT)
    except (fetching.NotFetched, fetching.TooLarge):
        return True
    parser = RobotFileParser()
    parser.parse(rules.decode(errors="replace").splitlines())
    return parser.can_fetch(USER_AGENT, url)
