"""Putting a post on a Page: what can be sent early stays invisible, and one request makes it public.

https://developers.facebook.com/documentation/pages-api/posts and https://developers.facebook.com/docs/page-stories-api.
Pictures go up unpublished, which Facebook keeps for about a day. `Staged.data` is {"media", "started_at", "photos":
[id, ...], "video": {...}}; it does not depend on the text, so that a corrected text needs no second upload.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.facebook import scopes, videos
from apps.platforms.adapters.facebook.about import CAPABILITIES, FEED, REEL, STORY, UNPUBLISHED_LIFE
from apps.platforms.adapters.facebook.line import Line, instant, remote_id
from apps.platforms.calls import Call
from apps.platforms.contract import Draft, Receipt, Role, Staged
from apps.platforms.errors import NotSent, Rejected, StagedLost, Throttled, Uncertain
from apps.platforms.formats import format_of
from apps.platforms.validity import require_fresh

SHORT_PAUSE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a draft goes out: "post" (text, link, pictures), "video", "reel", "story" (of a picture or a video), or
    "comment"."""

    name: str
    is_video: bool = False

    @property
    def upload(self) -> Call:
        return {"reel": scopes.REEL, "story": scopes.VIDEO_STORY}.get(self.name, scopes.VIDEO)


def kind_of(draft: Draft) -> Kind:
    """Raises Rejected for what Facebook has no way to publish."""
    if draft.role is Role.REPLY:
        raise Rejected("Facebook has no threads: only the first part can be published there.", field="role")
    has_video = any(media.is_video for media in draft.media)
    if draft.role is Role.FIRST_COMMENT:
        if has_video or len(draft.media) > 1:
            raise Rejected("A comment on Facebook takes one picture.", field="media")
        if draft.parent is not None and draft.parent.facts.get("kind") == "story":
            raise Rejected("A story on Facebook takes no comments.", field="role")
        return Kind("comment")
    chosen = format_of(draft, CAPABILITIES)
    name = chosen.name if chosen else FEED
    if has_video and len(draft.media) > 1:
        raise Rejected("Facebook takes either pictures or one video in a post.", field="media")
    if name == REEL and not has_video:
        raise Rejected("A reel on Facebook is a video.", field="media")
    if name == STORY and len(draft.media) != 1:
        raise Rejected("A story on Facebook is one picture or one video.", field="media")
    if name == FEED:
        return Kind("video", is_video=True) if has_video else Kind("post")
    return Kind(name, is_video=has_video)


def message_of(draft: Draft) -> str:
    """The text as it is published. Beside media Facebook shows no card, so the link goes to the end of the text."""
    if draft.link and draft.media and draft.link not in draft.text:
        return f"{draft.text}\n\n{draft.link}".strip()
    return draft.text


# --- staging ----------------------------------------------------------------------------------------------------------


def stage(line: Line, draft: Draft, before: Staged | None) -> Staged:
    kind = kind_of(draft)
    if not draft.media:
        return Staged(data={})
    data = _carried_over(line, draft, kind, before)
    try:
        _stage_video(line, draft, kind, data) if kind.is_video else _stage_photos(line, draft, data)
    except videos.Paused as pause:
        return Staged(data=data, ready=False, again_in=pause.again_in)
    return Staged(data=data)


def fingerprint(draft: Draft, kind: Kind) -> str:
    """What was uploaded, and for which kind of post."""
    parts = [kind.name, *(f"{media.sha256}\n{media.alt}" for media in draft.media)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _carried_over(line: Line, draft: Draft, kind: Kind, before: Staged | None) -> dict[str, Any]:
    """What `before` achieved, as far as it still holds: it is of these media, and not too old."""
    made = fingerprint(draft, kind)
    if before is not None and before.data.get("media") == made:
        started_at = instant(before.data.get("started_at"))
        if started_at is not None and line.clock() - started_at < UNPUBLISHED_LIFE:
            return copy.deepcopy(dict(before.data))
    fresh: dict[str, Any] = {"video": videos.entry()} if kind.is_video else {"photos": []}
    return {"media": made, "started_at": line.clock().isoformat(), **fresh}


def _stage_video(line: Line, draft: Draft, kind: Kind, data: dict[str, Any]) -> None:
    upload = videos.Upload(line, draft.media[0], data["video"], kind.upload)
    upload.go_on()
    if kind.name == "story":
        upload.wait_until_uploaded()


def _stage_photos(line: Line, draft: Draft, data: dict[str, Any]) -> None:
    """Each picture, unpublished; one of the network's failures keeps those that went up before it."""
    for position in range(len(data["photos"]), len(draft.media)):
        try:
            data["photos"].append(_upload_photo(line, draft, position))
        except (NotSent, Throttled) as refused:
            if not data["photos"]:
                raise
            until = refused.retry_at if isinstance(refused, Throttled) else None
            raise videos.Paused(until - line.clock() if until else SHORT_PAUSE) from None


def _upload_photo(line: Line, draft: Draft, position: int) -> str:
    media, field = draft.media[position], f"media.{position}"
    form = {"published": "false"} | ({"alt_text_custom": media.alt} if media.alt else {})
    content = wire.read_media(media, position)
    files = {"source": (f"picture-{position}", content, media.mime_type)}
    said = line.ask(scopes.PHOTO, data=form, files=files, field=field)
    if not (photo := remote_id(said)):
        raise NotSent("Facebook did not say what it calls the picture.")
    return photo


# --- the commit -------------------------------------------------------------------------------------------------------


def commit(line: Line, draft: Draft, staged: Staged) -> Receipt:
    kind = kind_of(draft)
    if draft.media and staged.data.get("media") != fingerprint(draft, kind):
        raise StagedLost("What was prepared at Facebook has other pictures than this post.")
    require_fresh(staged.data.get("started_at"), lasts=UNPUBLISHED_LIFE, now=line.clock(), label="Facebook")
    if kind.name == "comment":
        return _comment(line, draft, staged)
    if kind.is_video:
        return _finish_video(line, draft, kind, video_id(staged), str(staged.data["video"].get("session") or ""))
    if kind.name == "story":
        return _photo_story(line, staged)
    return _post(line, draft, staged)


def photo_ids(staged: Staged) -> tuple[str, ...]:
    found = staged.data.get("photos")
    return tuple(str(photo) for photo in found) if isinstance(found, list) else ()


def video_id(staged: Staged) -> str:
    found = staged.data.get("video")
    return str(found.get("id") or "") if isinstance(found, Mapping) else ""


def _post(line: Line, draft: Draft, staged: Staged) -> Receipt:
    form: dict[str, str] = {"message": message_of(draft)} if message_of(draft) else {}
    if draft.link and not draft.media:
        form["link"] = draft.link
    if photos := photo_ids(staged):
        form["attached_media"] = json.dumps([{"media_fbid": photo} for photo in photos])
    form |= _place(draft)
    said = line.act(scopes.FEED, data=form, field="text")
    return _receipt(line, remote_id(said), kind="post")


def _finish_video(line: Line, draft: Draft, kind: Kind, video: str, session: str) -> Receipt:
    """Which video it is goes into the address: in a body, a reel's `video_id` has been reported as missing. Words go
    into the body: an address as long as a text may be is taken by no server."""
    params = {"upload_phase": "finish"}
    form: dict[str, str] = {}
    if kind.name == "video":
        params |= {"upload_session_id": session}
        form = _described(draft)
    elif kind.name == "reel":
        params |= {"video_id": video, "video_state": "PUBLISHED"}
        form = _described(draft) | _place(draft)
    else:
        params |= {"video_id": video}
    said = line.act(kind.upload, params=params, data=form, field="media.0")
    if said.get("success") is not True and not remote_id(said, "post_id"):
        raise Uncertain("Facebook did not say whether the video is out.")
    return _receipt(line, post_id(line, remote_id(said, "post_id"), kind.name) or video, kind=kind.name, video=video)


def _described(draft: Draft) -> dict[str, str]:
    title = draft.options.get("title", "")
    return ({"description": message_of(draft)} if message_of(draft) else {}) | ({"title": title} if title else {})


def _place(draft: Draft) -> dict[str, str]:
    place = draft.options.get("place", "")
    return {"place": place} if place else {}


def _photo_story(line: Line, staged: Staged) -> Receipt:
    (photo,) = photo_ids(staged)
    said = line.act(scopes.PHOTO_STORY, params={"photo_id": photo}, field="media.0")
    return _receipt(line, remote_id(said, "post_id"), kind="story", photo=photo)


def _comment(line: Line, draft: Draft, staged: Staged) -> Receipt:
    if draft.parent is None:
        raise Rejected("A first comment needs the post it belongs to.", field="parent")
    form: dict[str, str] = {"message": draft.text} if draft.text else {}
    if photos := photo_ids(staged):
        form["attachment_id"] = photos[0]
    said = line.act(scopes.COMMENT, {"object": draft.parent.remote_id}, data=form, field="text")
    return _receipt(line, remote_id(said), kind="comment")


def post_id(line: Line, said: str, kind: str) -> str:
    """A post's full name begins with its Page. Facebook leaves that out of the answers to reels; stories have none."""
    return f"{line.page}_{said}" if said and "_" not in said and kind != "story" else said


def _receipt(line: Line, found: str, **facts: str) -> Receipt:
    if not found:
        raise Uncertain("Facebook gave an answer without a post: it may be out.")
    return Receipt(found, facts={name: value for name, value in facts.items() if value})
