"""Videos as YouTube tells of them: https://developers.google.com/youtube/v3/docs/videos/list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from apps.platforms.adapters.youtube import abilities, consent, permits
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.google.faults import text_in

PAGE: Final = "50"
_NOT_THERE: Final = frozenset({"failed", "rejected", "deleted"})

Video = Mapping[str, Any]


def video(line: Line, video_id: str, parts: str) -> Video | None:
    """One video, or None where YouTube shows none of this name."""
    found = videos(line, [video_id], parts)
    return next((one for one in found if text_in(one, "id") == video_id), None)


def videos(line: Line, ids: Iterable[str], parts: str) -> list[dict[str, Any]]:
    """Up to fifty videos, in YouTube's order; those that are not there are left out."""
    wanted = ",".join(ids)
    return line.items(permits.LOOK, params={"part": parts, "id": wanted})[0] if wanted else []


def uploads(line: Line, parts: str, *, cursor: str = "") -> tuple[list[dict[str, Any]], str]:
    """A page of the channel's videos, as many as YouTube lists, whoever may see them; and the next page's token."""
    params = {"part": "contentDetails", "playlistId": consent.uploads_of(line), "maxResults": PAGE}
    listed, token = line.items(permits.LISTED, params=params | ({"pageToken": cursor} if cursor else {}))
    ids = (text_in(object_in(one, "contentDetails"), "videoId") for one in listed)
    return videos(line, [one for one in ids if one], parts), token


def privacy(found: Video) -> str:
    return text_in(object_in(found, "status"), "privacyStatus")


def is_published(found: Video) -> bool:
    """Whether others can see it; what we prepared and have not published yet is among the uploads as well."""
    state = text_in(object_in(found, "status"), "uploadStatus")
    return privacy(found) in {abilities.PUBLIC, abilities.UNLISTED} and state not in _NOT_THERE
