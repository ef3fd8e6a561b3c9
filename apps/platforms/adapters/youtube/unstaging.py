"""Taking back a video that was uploaded for a post and will not be shown.

Only one that is private is deleted: what the channel's owner has shown to others in the meantime is theirs. An upload
whose last answer was lost may have become a video all the same, which its session tells; one that is not whole makes
none, and YouTube forgets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.adapters.youtube import abilities, changing, dressing, permits, reading, sealing
from apps.platforms.adapters.youtube.line import Line
from apps.platforms.adapters.youtube.uploading import OVER, RESUME
from apps.platforms.contract import RemotePost
from apps.platforms.google.faults import text_in


def take_back(line: Line, data: Mapping[str, Any]) -> None:
    """Safe to repeat; what is gone already is no error."""
    upload: Mapping[str, Any] = data.get("upload") or {}
    video_id = upload.get("video") or _arrived(line, upload)
    if not video_id:
        return
    # One that is not to be seen is gone, or so fresh that YouTube does not show it to its owner either.
    found = reading.video(line, video_id, "status")
    if found is not None and reading.privacy(found) != abilities.PRIVATE:
        return
    if item := (data.get("playlist") or {}).get("item"):
        dressing.unlist(line, item)  # else it would go on being listed there, as a deleted video
    changing.delete(line, RemotePost(video_id))


def _arrived(line: Line, upload: Mapping[str, Any]) -> str:
    """The video that an upload became, if all of it arrived and only the answer was lost; YouTube repeats that."""
    session = sealing.opened(upload.get("session", ""), line.client_secret) if upload.get("session") else None
    if not session or not upload.get("size"):
        return ""
    headers = {"Content-Range": f"bytes */{upload['size']}"}
    answer = line.send(permits.SEND, session=session, content=b"", headers=headers)
    if answer.status == RESUME or answer.status in OVER:
        return ""
    return text_in(line.understood(answer, permits.SEND), "id")
