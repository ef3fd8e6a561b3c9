"""Reels and video stories: start, upload to the other host, finish."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.core.uploads import Intake
from apps.sandbox.core.video import probe
from apps.sandbox.core.world import World
from apps.sandbox.facebook import posts, publishing, video_status, videos
from apps.sandbox.facebook.access import PUBLISH, page_caller
from apps.sandbox.facebook.errors import bad_parameter
from apps.sandbox.facebook.names import bare_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.facebook.videos import Video
from apps.sandbox.meta.graph import graph_error

DAY = timedelta(hours=24)
SHORTEST, LONGEST_REEL, LONGEST_STORY = 3, 90, 60
NARROWEST, WIDEST = 9 / 16, 16 / 9
LEAST_WIDTH, LEAST_HEIGHT = 540, 960
SLOWEST, FASTEST = 24, 60
TOLERANCE = 0.01  # of the ratio: widths and heights are whole numbers
STATES = ("PUBLISHED", "SCHEDULED", "DRAFT")


def operation_of(call: Call) -> str:
    if call.fields.text("upload_phase") != "finish":
        return "stage"
    return "stage" if call.fields.text("video_state") == "DRAFT" else "commit"


async def reels(call: Call) -> Response:
    """POST /{page-id}/video_reels"""
    page = page_caller(call, *PUBLISH, task="CREATE_CONTENT")
    if _quota_is_used(call.world, page):
        # Which code this limit has is not documented.
        raise graph_error(613, "(#613) Calls to this api have exceeded the rate limit.")
    if call.fields.text("upload_phase") == "start":
        return _start(call, page, "reel")
    video = _finishing(call, page, "reel")
    state = _sent(call, "video_state") or "PUBLISHED"
    if state not in STATES:
        raise bad_parameter(f"Param video_state must be one of {{{', '.join(STATES)}}}")
    at = publishing.schedule_of(call, latest=publishing.LATEST_REEL)
    if (state == "SCHEDULED") != (at is not None):
        raise bad_parameter("video_state SCHEDULED and scheduled_publish_time need each other")
    video.state, video.scheduled_at = state, at.timestamp() if at else 0
    video.title, video.description = _sent(call, "title"), publishing.message_of(call, "description")
    videos.finish(call, page, video)
    return _answer(call, page, video)


async def video_stories(call: Call) -> Response:
    """POST /{page-id}/video_stories: without a text, and only after the upload has been digested."""
    page = page_caller(call, *PUBLISH, task="CREATE_CONTENT")
    if call.fields.text("upload_phase") == "start":
        return _start(call, page, "story")
    video = _finishing(call, page, "story")
    if video_status.word(call.world, video) not in {"upload_complete", "ready"}:
        raise bad_parameter("The video is not ready to be published yet")
    video.state = "PUBLISHED"
    videos.finish(call, page, video)
    return _answer(call, page, video)


def _start(call: Call, page: Account, kind: str) -> Response:
    video = videos.new(call, page, kind)
    videos.save(call.world, video)
    address = f"{call.world.origin(NAME)}/video-upload/{call.part('version')}/{video.id}"
    return JSONResponse({"video_id": video.id, "upload_url": address})


def _sent(call: Call, name: str) -> str:
    """A parameter of the last phase: in a JSON body, the platform does not see it."""
    return "" if call.json() and name not in call.request.query_params else call.fields.text(name)


def _finishing(call: Call, page: Account, kind: str) -> Video:
    if call.fields.text("upload_phase") != "finish":
        raise bad_parameter("Param upload_phase must be one of {start, finish}")
    if not (id := _sent(call, "video_id")):
        raise bad_parameter("The parameter video_id is required")
    video = videos.load(call.world, id)
    if video is None or video.page_id != page.id or video.kind != kind or videos.has_expired(call.world, video):
        raise bad_parameter("The video does not exist", subcode=33)
    if video.finished_at:
        raise bad_parameter("The video has been published already")
    if not video.uploaded_at:
        raise bad_parameter("The video has not been uploaded")
    _check_film(video, longest=LONGEST_REEL if kind == "reel" else LONGEST_STORY)
    return video


def _check_film(video: Video, *, longest: int) -> None:
    """What its first bytes tell of shape and length; a file that tells nothing is judged in processing."""
    seen = probe(Intake.load(video.intake).head)
    if seen is None:
        return
    if seen.ratio and not NARROWEST - TOLERANCE <= seen.ratio <= WIDEST + TOLERANCE:
        raise bad_parameter("The aspect ratio of the video is not supported", subcode=1363040)
    if seen.width and (min(seen.width, seen.height) < LEAST_WIDTH or max(seen.width, seen.height) < LEAST_HEIGHT):
        raise bad_parameter("The resolution of the video is too small", subcode=1363127)
    if not seen.lasts(SHORTEST, longest):
        raise bad_parameter(f"The video must be between {SHORTEST} and {longest} seconds long", subcode=1363128)
    if not seen.has_frame_rate(SLOWEST, FASTEST):
        raise bad_parameter(f"The video must have {SLOWEST} to {FASTEST} frames per second", subcode=1363129)


def _answer(call: Call, page: Account, video: Video) -> Response:
    post = posts.find(call.world, page, video.post_id) if video.post_id else None
    return JSONResponse({"success": True} | ({"post_id": bare_id(post)} if post else {}))


def _quota_is_used(world: World, page: Account) -> bool:
    """Published reels of the moving last 24 hours; the starts alone do not count."""
    since = (world.now() - DAY).timestamp()
    recent = [one for one in videos.of_page(world, page, "reel") if one.finished_at > since and one.state != "DRAFT"]
    return len(recent) >= int(world.setting(NAME, "daily_reels"))
