"""Looking for a video or a comment whose answer was lost.

A video has its name long before it is public, so that one look at it tells. A comment is found by its author, its words
and its time: https://developers.google.com/youtube/v3/docs/commentThreads/list.
"""

from __future__ import annotations

import html
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import regex

from apps.platforms import http as wire
from apps.platforms.adapters.youtube import abilities, content, permits, publishing, reading
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.contract import Finding, Role, Trace, Verdict
from apps.platforms.errors import Gone
from apps.platforms.google.faults import text_in

MARGIN: Final = timedelta(seconds=60)
SKEW: Final = timedelta(
    minutes=10
)  # by as much YouTube's clock and ours may differ: what is a little too old could be it
SETTLED: Final = timedelta(minutes=2)  # until then a request that is under way may still take effect
MAX_PAGES: Final = 5
PAGE: Final = "20"
_TAG = regex.compile(r"<[^>]*>")
_BREAK = regex.compile(r"<br\s*/?>", regex.IGNORECASE)


class Likeness(StrEnum):
    SAME = "same"
    UNLIKE = "unlike"
    DOUBTFUL = "doubtful"


def find(line: Line, trace: Trace) -> Finding:
    return _find_comment(line, trace) if trace.draft.role is Role.FIRST_COMMENT else _find_video(line, trace)


def _is_settled(line: Line, trace: Trace) -> bool:
    return trace.quiet_for(line.clock()) >= SETTLED


def _find_video(line: Line, trace: Trace) -> Finding:
    """Until it is published the video is private; what is to stay private is what it should be in any case."""
    video_id = (trace.staged.data.get("upload") or {}).get("video")
    if not video_id:
        return Finding(Verdict.UNCLEAR, None, ("no video had been uploaded",))
    found = reading.video(line, video_id, "status")
    if found is None:
        return Finding(Verdict.UNCLEAR, None, (f"video {video_id}, which is not on YouTube any more",))
    told = reading.privacy(found)
    looked = (f"video {video_id}, which is {told or 'there'}",)
    if told == content.privacy_of(trace.draft):
        return Finding(Verdict.FOUND, publishing.receipt(line, trace.draft, trace.staged), looked)
    is_absent = told == abilities.PRIVATE and _is_settled(line, trace)
    return Finding(Verdict.ABSENT if is_absent else Verdict.UNCLEAR, None, looked)


# --- comments ---------------------------------------------------------------------------------------------------------


def _find_comment(line: Line, trace: Trace) -> Finding:
    video_id = trace.draft.parent.remote_id if trace.draft.parent else ""
    try:
        threads, is_complete = _newest(line, video_id, trace.sent_at - SKEW)
    except Gone:
        return Finding(Verdict.UNCLEAR, None, (f"comments below {video_id}, which is not on YouTube any more",))
    likenesses = [(_likeness(thread, line, trace), thread) for thread in threads]
    same = [thread for likeness, thread in likenesses if likeness is Likeness.SAME]
    doubtful = sum(likeness is Likeness.DOUBTFUL for likeness, _ in likenesses)
    extent = "all" if is_complete else "not all"
    looked = (
        f"{extent} comments since then: {len(threads)} compared, {len(same)} equal this one, {doubtful} could be it",
    )
    if len(same) == 1 and not doubtful:
        receipt = publishing.comment_receipt(line, video_id, text_in(same[0], "id"))
        return Finding(Verdict.FOUND, receipt, looked)
    is_absent = is_complete and not same and not doubtful and _is_settled(line, trace)
    return Finding(Verdict.ABSENT if is_absent else Verdict.UNCLEAR, None, looked)


def _newest(line: Line, video_id: str, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The comments below a video since then, newest first, and whether these are all."""
    params = {"part": "snippet", "videoId": video_id, "order": "time", "maxResults": PAGE}
    found: list[dict[str, Any]] = []
    for _ in range(MAX_PAGES):
        page, token = line.items(permits.COMMENTS, params=params)
        fresh = [thread for thread in page if not _is_older(thread, since)]
        found += fresh
        if not token or len(fresh) < len(page):
            return found, True
        params["pageToken"] = token
    return found, False


def _comment_of(thread: dict[str, Any]) -> dict[str, Any]:
    return object_in(object_in(object_in(thread, "snippet"), "topLevelComment"), "snippet")


def _is_older(thread: dict[str, Any], since: datetime) -> bool:
    at = wire.instant(_comment_of(thread).get("publishedAt"))
    return at is not None and at < since


def _likeness(thread: dict[str, Any], line: Line, trace: Trace) -> Likeness:
    comment, remote_id = _comment_of(thread), text_in(thread, "id")
    author = text_in(object_in(comment, "authorChannelId"), "value")
    if remote_id in trace.known_remote_ids or (author and author != line.channel_id):
        return Likeness.UNLIKE
    original, shown = text_in(comment, "textOriginal"), text_in(comment, "textDisplay")
    if _flat(original or _plain(shown)) != _flat(trace.draft.text):
        return Likeness.UNLIKE
    at = wire.instant(comment.get("publishedAt"))
    is_certain = bool(author and remote_id and at is not None and at >= trace.sent_at - MARGIN)
    return Likeness.SAME if is_certain else Likeness.DOUBTFUL


def _plain(shown: str) -> str:
    """A text as it was written, from the HTML that YouTube shows to those who did not write it."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", shown)))


def _flat(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
