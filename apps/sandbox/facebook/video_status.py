"""`status` of a video: one word for the whole, and three phases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apps.sandbox.core.world import World
from apps.sandbox.facebook import parameters
from apps.sandbox.facebook.people import NAME

if TYPE_CHECKING:
    from apps.sandbox.facebook.videos import Video

TROUBLE, INVALID_FILE, TOO_LONG = 1363047, 2069019, 1363128
ERRORS = {
    TROUBLE: "The video could not be processed now. Please try again.",
    INVALID_FILE: "The file is not a valid video.",
    TOO_LONG: "The video is too long.",
}


def word(world: World, video: Video) -> str:
    now = world.now().timestamp()
    if video.finished_at:
        if now < video.ready_at:
            return "processing"
        return "error" if video.error else "ready"
    if now >= video.created_at + 3600 * float(world.setting(NAME, "upload_hours")):
        return "expired"
    is_digested = video.uploaded_at and now >= video.uploaded_at + _seconds_after_upload(world, video)
    return "upload_complete" if is_digested else "uploading"


def _seconds_after_upload(world: World, video: Video) -> float:
    """Only stories have to be waited for between upload and finish."""
    return float(world.setting(NAME, "upload_seconds")) if video.kind == "story" else 0.0


def shown(world: World, video: Video) -> dict[str, Any]:
    documented = world.setting(NAME, "documented_spelling")
    complete = "completed" if documented else "complete"
    bytes_in = "bytes_transfered" if documented else "bytes_transferred"
    whole = word(world, video)
    uploading = complete if whole not in {"uploading", "expired"} else "in_progress" if video.size else "not_started"
    return {
        "video_status": whole,
        "uploading_phase": {"status": uploading, bytes_in: video.size},
        "processing_phase": _processing(whole, video, complete),
        "publishing_phase": _publishing(world, whole, video, complete),
    }


def _processing(whole: str, video: Video, complete: str) -> dict[str, Any]:
    if whole == "error":
        return {"status": "error", "errors": [{"code": video.error, "message": ERRORS[video.error]}]}
    return {"status": {"ready": complete, "processing": "in_progress"}.get(whole, "not_started")}


def _publishing(world: World, whole: str, video: Video, complete: str) -> dict[str, Any]:
    if whole != "ready":
        return {"status": "not_started"}
    if video.state == "DRAFT":
        return {"status": "not_started", "publish_status": "draft"}
    at = datetime.fromtimestamp(video.scheduled_at or video.ready_at, UTC)
    if at > world.now():
        waits = {"status": "not_started", "publish_status": "scheduled"}
        return waits | {"publish_time": parameters.wording(at)}
    return {"status": complete, "publish_status": "published", "publish_time": parameters.wording(at)}
