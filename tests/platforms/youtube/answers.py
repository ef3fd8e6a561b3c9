"""Answers of YouTube as its documentation shows them."""

from __future__ import annotations

from typing import Any

from apps.platforms.contract import Staged
from tests.platforms.drafts import draft, video

CHANNEL = "UCtest00000000000000001"
VIDEO = "vidTEST0001"

LOOK, PUBLISH, DELETE = "GET /youtube/v3/videos", "PUT /youtube/v3/videos", "DELETE /youtube/v3/videos"
START, SEND = "POST /upload/youtube/v3/videos", "PUT /upload/youtube/v3/videos"
CHANNELS, LISTED = "GET /youtube/v3/channels", "GET /youtube/v3/playlistItems"
ENLIST, UNLIST = "POST /youtube/v3/playlistItems", "DELETE /youtube/v3/playlistItems"
THUMBNAIL = "POST /upload/youtube/v3/thumbnails/set"
COMMENT, COMMENTS = "POST /youtube/v3/commentThreads", "GET /youtube/v3/commentThreads"
REPORT = "GET /v2/reports"
TOKEN = "POST /token"


def refusal(code: int, reason: str = "", *, message: str = "No.", status: str = "") -> tuple[int, dict[str, Any]]:
    errors = [{"message": message, "domain": "youtube.x", "reason": reason}] if reason else []
    named = {"status": status} if status else {}
    return code, {"error": {"code": code, "message": message, "errors": errors, **named}}


def listing(*items: dict[str, Any], token: str = "") -> tuple[int, dict[str, Any]]:
    more = {"nextPageToken": token} if token else {}
    return 200, {"kind": "youtube#listResponse", "items": list(items), **more}


def found(privacy: str = "private", *, state: str = "processed", **more: Any) -> dict[str, Any]:
    """A video as a list shows it."""
    return {"id": VIDEO, "status": {"uploadStatus": state, "privacyStatus": privacy}, **more}


def film(text: str = "Hello", **changes: Any) -> Any:
    options = {"title": "Demo", **changes.pop("options", {})}
    return draft(text, changes.pop("video", None) or video(), options=options, **changes)


def prepared(written: Any, **changes: Any) -> Staged:
    """What staging leaves behind once all is done."""
    upload = {
        "print": written.media[0].sha256[:24], "started_at": "2026-11-21T10:00:00+00:00", "session": "", "sessions": 1,
        "video": VIDEO,
    }  # fmt: skip
    usual = {"upload": upload, "polls": 1, "since": "", "is_processed": True, "cover": {}, "playlist": {}}
    return Staged({**usual, **changes})
