"""What a video gets before its hour: a thumbnail and a playlist.

https://developers.google.com/youtube/v3/docs/thumbnails/set, .../playlistItems/insert. A thumbnail never keeps a post
back: channels that are not verified may have none, and YouTube takes only so many in a day. `data["cover"]` is
{"print", "outcome", "failures"}, `data["playlist"]` is {"id", "item"}.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.youtube import abilities, permits
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.adapters.youtube.uploading import Paused
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import (
    Disconnected,
    Gone,
    HeldBack,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    TokenExpired,
)
from apps.platforms.google.faults import text_in
from apps.platforms.uploads import length_header, pieces

SET: Final = "set"
MOST_FAILURES: Final = 3
PAUSE: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=5)  # in all, for calls that we hold back ourselves
SHORTEST_WAIT: Final = timedelta(seconds=1)


def refusal(data: dict[str, Any] | Any) -> str:
    """Why the thumbnail is not the one that was wanted; "" where it is, or none was."""
    outcome = (data.get("cover") or {}).get("outcome", "")
    return "" if outcome == SET else str(outcome)


def thumbnail(line: Line, draft: Draft, data: dict[str, Any]) -> None:
    cover, kept = draft.cover, data["cover"]
    if cover is None:
        data["cover"] = {}
        return
    if kept.get("print") != cover.sha256[:24]:
        kept = data["cover"] = {"print": cover.sha256[:24], "outcome": "", "failures": 0}
    if kept["outcome"]:
        return
    try:
        kept["outcome"] = _set(line, cover, data["upload"]["video"])
    except (TokenExpired, Disconnected):
        raise
    except HeldBack as error:
        kept["outcome"] = waited_for(error, line, data)
    except NotSent as error:
        kept["failures"] += 1
        if kept["failures"] < MOST_FAILURES:
            raise Paused(PAUSE) from None
        kept["outcome"] = error.words
    except PlatformError as error:
        kept["outcome"] = error.words


def waited_for(error: HeldBack, line: Line, data: dict[str, Any]) -> str:
    """YouTube was not asked, so that no try is lost: raises Paused until it may be. Where that takes too long a post
    goes without, and these are the words for it."""
    now = line.clock()
    data["held_since"] = data["held_since"] or now.isoformat()
    again_at = error.retry_at or now + PAUSE
    if again_at > (wire.instant(data["held_since"]) or now) + LONGEST_WAIT:
        return error.words
    raise Paused(max(again_at - now, SHORTEST_WAIT)) from None


def _set(line: Line, cover: MediaFile, video_id: str) -> str:
    """What came of it, in words where YouTube would not take it."""
    if cover.mime_type not in abilities.THUMBNAILS:
        return "YouTube takes thumbnails as JPEG or PNG."
    if cover.size > abilities.MAX_THUMBNAIL_BYTES:
        return "YouTube takes thumbnails of up to 50 MB."
    said = line.ask(
        permits.THUMBNAIL,
        field="cover",
        params={"videoId": video_id, "uploadType": "media"},
        headers={"Content-Type": cover.mime_type, **length_header(cover.size)},
        content=pieces(cover, start=0, size=cover.size, field="cover"),
    )
    if not isinstance(said.get("items"), list):
        raise NotSent("YouTube did not say whether it took the thumbnail.")
    return SET


def playlist(line: Line, draft: Draft, data: dict[str, Any]) -> None:
    """A private video in a list is seen by its owner alone, so that it can be listed before its hour."""
    wanted, kept = draft.options.get("playlist", ""), data["playlist"]
    if kept.get("id", "") == wanted:
        return
    if kept.get("item"):
        unlist(line, kept["item"])
    data["playlist"] = {}
    if wanted:
        video_id = data["upload"]["video"]
        item = _listed(line, wanted, video_id) or _enlist(line, wanted, video_id)
        data["playlist"] = {"id": wanted, "item": item}


def _listed(line: Line, playlist_id: str, video_id: str) -> str:
    """The entry of the video in a list that it is in already, for instance because an answer was lost."""
    params = {"part": "snippet", "playlistId": playlist_id, "videoId": video_id}
    try:
        found, _ = line.items(permits.LISTED, params=params)
    except Gone as gone:
        raise _no_list(gone) from None
    ours = (one for one in found if _video_of(one) == video_id)
    return text_in(next(ours, {}), "id")


def _video_of(item: dict[str, Any]) -> str:
    return text_in(object_in(object_in(item, "snippet"), "resourceId"), "videoId")


def _enlist(line: Line, playlist_id: str, video_id: str) -> str:
    resource = {"kind": "youtube#video", "videoId": video_id}
    entry = {"snippet": {"playlistId": playlist_id, "resourceId": resource}}
    try:
        said = line.ask(permits.ENLIST, field="options.playlist", params={"part": "snippet"}, json=entry)
    except Gone as gone:
        if gone.evidence.code == "videoNotFound":
            raise StagedLost("The uploaded video is not on YouTube any more.", evidence=gone.evidence) from None
        raise _no_list(gone) from None
    item = text_in(said, "id")
    if not item:
        raise NotSent("YouTube did not say whether it took the video into the playlist.")
    return item


def _no_list(gone: Gone) -> Rejected:
    words = "This playlist is not on YouTube any more: choose another one."
    return Rejected(words, field="options.playlist", evidence=gone.evidence)


def unlist(line: Line, item: str) -> None:
    """Take a video out of a list; one that is not there is fine."""
    answer = line.send(permits.UNLIST, params={"id": item})
    if answer.is_success:
        return
    failure = line.failure(answer, permits.UNLIST)
    if not isinstance(failure, Gone):
        raise failure
