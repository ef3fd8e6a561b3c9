"""The captions of a video, put there before its hour: https://developers.google.com/youtube/v3/docs/captions/insert.

Like a thumbnail they never keep a post back: what YouTube would not take is told with the receipt. The video is ours
and private, so that whatever captions stand there are ours too: they give way to later ones, and are recognised where
an answer was lost. `data["captions"]` has, by language, {"print", "track", "outcome", "failures"}.
"""

from __future__ import annotations

import json
import secrets
from typing import Any, Final

from apps.platforms import webvtt
from apps.platforms.adapters.youtube import abilities, permits
from apps.platforms.adapters.youtube.dressing import MOST_FAILURES, PAUSE, SET, waited_for
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.adapters.youtube.uploading import Paused
from apps.platforms.caption_rules import captions_of
from apps.platforms.contract import Caption, Draft
from apps.platforms.errors import (
    Disconnected,
    Gone,
    HeldBack,
    NotSent,
    PlatformError,
    Rejected,
    Throttled,
    TokenExpired,
)
from apps.platforms.google.faults import text_in
from apps.platforms.uploads import length_header

EXISTS: Final = "captionExists"
Kept = dict[str, Any]


def refusals(data: dict[str, Any] | Any) -> dict[str, str]:
    """Why there are no captions in a language, for each that was wanted and refused."""
    kept = data.get("captions") or {}
    return {language: one["outcome"] for language, one in kept.items() if one["outcome"] not in {"", SET}}


def captions(line: Line, draft: Draft, data: dict[str, Any]) -> None:
    """All that are wanted, and none that are not any more; raises Paused after a failure that may pass."""
    kept = data["captions"]
    wanted = {one.language: one for one in captions_of(draft, abilities.CAPABILITIES)}
    for language in [one for one in kept if one not in wanted]:
        _remove(line, kept[language])
        del kept[language]
    for language, caption in wanted.items():
        one = kept.get(language) or _fresh(caption)
        if one["print"] != _print(caption):
            _remove(line, one)
            one = _fresh(caption)
        kept[language] = one
        if not one["outcome"]:
            _try(one, line, data, caption)


def _fresh(caption: Caption) -> Kept:
    return {"print": _print(caption), "track": "", "outcome": "", "failures": 0}


def _print(caption: Caption) -> str:
    """What the captions are told by: other words below the same name are other captions."""
    return f"{caption.file.sha256[:24]} {caption.label}"


def _try(one: Kept, line: Line, data: dict[str, Any], caption: Caption) -> None:
    try:
        one["track"], one["outcome"] = _put(line, data["upload"]["video"], caption, one), SET
    except (TokenExpired, Disconnected):
        raise
    except HeldBack as error:
        one["outcome"] = waited_for(error, line, data)
    except (NotSent, Throttled) as error:
        one["failures"] += 1
        if one["failures"] < MOST_FAILURES:
            raise Paused(PAUSE) from None
        one["outcome"] = error.words
    except PlatformError as error:
        one["outcome"] = error.words


# --- requests ---------------------------------------------------------------------------------------------------------


def _put(line: Line, video_id: str, caption: Caption, one: Kept) -> str:
    """The id of the track. One that stands there already is this one if a try failed before; else it is an earlier
    one, whose place is taken."""
    content = webvtt.read(caption, field="captions")
    try:
        return _insert(line, video_id, caption, content)
    except Rejected as refused:
        standing = _standing(line, video_id, caption) if refused.evidence.code == EXISTS else ""
        if not standing:
            raise
    if one["failures"]:
        return standing
    _remove(line, {"track": standing})
    return _insert(line, video_id, caption, content)


def _insert(line: Line, video_id: str, caption: Caption, content: bytes) -> str:
    snippet = {"videoId": video_id, "language": caption.language, "name": caption.label, "isDraft": False}
    boundary = f"postroom-{secrets.token_hex(16)}"
    body = _related(boundary, {"snippet": snippet}, content)
    headers = {"Content-Type": f"multipart/related; boundary={boundary}", **length_header(len(body))}
    params = {"uploadType": "multipart", "part": "snippet"}
    said = line.ask(permits.CAPTION, field="captions", params=params, headers=headers, content=body)
    track = text_in(said, "id")
    if not track:
        raise NotSent("YouTube did not say whether it took the captions.")
    return track


def _related(boundary: str, resource: dict[str, Any], content: bytes) -> bytes:
    """What the captions are, then the file, as one body."""
    head = f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(resource)}\r\n"
    between = f"--{boundary}\r\nContent-Type: application/octet-stream\r\n\r\n"
    return head.encode() + between.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def _standing(line: Line, video_id: str, caption: Caption) -> str:
    """The track of this language and name that the video has; "" where it has none."""
    found, _ = line.items(permits.CAPTIONS, params={"part": "snippet", "videoId": video_id})
    alike = (one for one in found if _is_for(object_in(one, "snippet"), caption))
    return text_in(next(alike, {}), "id")


def _is_for(snippet: dict[str, Any], caption: Caption) -> bool:
    language, name = text_in(snippet, "language").lower(), text_in(snippet, "name")
    return (language, name) == (caption.language.lower(), caption.label)


def _remove(line: Line, one: Kept) -> None:
    """Take a track away; one that is gone is fine."""
    if not one["track"]:
        return
    answer = line.send(permits.UNCAPTION, params={"id": one["track"]})
    if not answer.is_success and not isinstance(failure := line.failure(answer, permits.UNCAPTION), Gone):
        raise failure
