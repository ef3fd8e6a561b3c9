"""What a container is made of: the parameters of `POST /{account}/media` for each kind of post.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media/. A video never goes
out as a picture: alone it is a reel, and a carousel or a story says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

from apps.platforms.adapters.instagram.capabilities import CAPABILITIES, CAROUSEL, FEED, REEL, STORY
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import Rejected
from apps.platforms.formats import format_of
from apps.platforms.option_rules import lines

Form = dict[str, str]

_YES, _NO = "true", "false"
_CENTRE: Final = 0.5


def format_name(draft: Draft) -> str:
    """The name of the draft's format. Raises Rejected where the media do not fit it."""
    if not draft.media:
        raise Rejected("Instagram needs a picture or a video with each post.", field="media")
    chosen = format_of(draft, CAPABILITIES)
    if chosen is None:
        raise Rejected("Instagram does not know this kind of post.", field="options.format")
    count, videos = len(draft.media), sum(media.is_video for media in draft.media)
    fits = {FEED: not videos, REEL: count == videos == 1, CAROUSEL: count > 1, STORY: count == 1}
    if not fits[chosen.name]:
        raise Rejected(f"These files make no Instagram post of the kind {chosen.label!r}.", field="media")
    return chosen.name


def is_carousel(draft: Draft) -> bool:
    return len(draft.media) > 1


def fingerprint(draft: Draft) -> str:
    """All that a container carries: one that was made from other things is of no use."""
    files = [f"{media.sha256}\n{media.alt}" for media in draft.media]
    options = [f"{name}={value}" for name, value in sorted(draft.options.items())]
    cover = draft.cover.sha256 if draft.cover else ""
    parts = [draft.text, cover, *files, *options]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def item_form(draft: Draft, position: int) -> Form:
    """A picture or video of a carousel."""
    media = draft.media[position]
    form = _media_form(media, position) | {"is_carousel_item": _YES}
    form |= {"media_type": "VIDEO"} if media.is_video else _alt(media)
    return form | (_tags(draft, on_picture=not media.is_video) if position == _tagged(draft) else {})


def _tagged(draft: Draft) -> int:
    """Which file of a carousel the tagged accounts are on: its first picture, or the first video of videos alone."""
    return next((position for position, media in enumerate(draft.media) if not media.is_video), 0)


def post_form(draft: Draft, *, items: Iterable[str], is_by_facebook: bool) -> Form:
    """The container that is published; `items` are the containers of a carousel's files. Raises Rejected."""
    name = format_name(draft)
    if is_carousel(draft):
        form = {"media_type": "CAROUSEL", "children": ",".join(items)} | _shown(draft, name)
    else:
        media = draft.media[0]
        form = _media_form(media, 0)
        if name == REEL:
            form |= {"media_type": "REELS"} | _reel(draft)
        elif name == STORY:
            return form | {"media_type": "STORIES"} | _tags(draft, on_picture=not media.is_video) | _ai(draft)
        else:
            form |= _alt(media)
        form |= _tags(draft, on_picture=not media.is_video)
    caption = {"caption": draft.text} if draft.text else {}
    return form | caption | _together(draft) | _place(draft, is_by_facebook=is_by_facebook) | _ai(draft)


def _media_form(media: MediaFile, position: int) -> Form:
    """Where Instagram gets the file: from our public address, or a video without one from an upload."""
    if media.public_url:
        return {"video_url" if media.is_video else "image_url": media.public_url}
    if media.is_video:
        return {"upload_type": "resumable"}
    raise Rejected(
        "Instagram fetches pictures from a public address, and this one has none.", field=f"media.{position}"
    )


def _alt(media: MediaFile) -> Form:
    return {"alt_text": media.alt} if media.alt else {}


# --- choices of a post ------------------------------------------------------------------------------------------------


def _shown(draft: Draft, name: str) -> Form:
    """Whether it is in the feed too is always said: what Instagram does otherwise is not promised. A choice that was
    made for another kind of post does not count."""
    is_left_out = name in {REEL, CAROUSEL} and draft.options.get("share_to_feed") == "no"
    return {"share_to_feed": _NO if is_left_out else _YES}


def _reel(draft: Draft) -> Form:
    options = draft.options
    form = _shown(draft, REEL)
    if draft.cover is not None:
        if not draft.cover.public_url:
            raise Rejected("Instagram fetches covers from a public address, and this one has none.", field="cover")
        form["cover_url"] = draft.cover.public_url
    elif offset := options.get("thumb_offset", "").strip():
        form["thumb_offset"] = offset
    if name := options.get("audio_name", "").strip():
        form["audio_name"] = name
    if strategy := options.get("trial", ""):
        form["trial_params"] = json.dumps({"graduation_strategy": strategy})
    return form


def _together(draft: Draft) -> Form:
    names = [name.removeprefix("@") for name in lines(draft.options.get("collaborators", ""))]
    return {"collaborators": json.dumps(names)} if names else {}


def _tags(draft: Draft, *, on_picture: bool) -> Form:
    """Tagged accounts. On a picture each stands somewhere, in parts of its width and height: the middle, if not
    said."""
    named = [_tag(line, on_picture=on_picture) for line in lines(draft.options.get("tags", ""))]
    return {"user_tags": json.dumps(named)} if named else {}


def _tag(line: str, *, on_picture: bool) -> dict[str, Any]:
    name, *where = line.split()
    tag: dict[str, Any] = {"username": name.removeprefix("@")}
    if not on_picture:
        return tag
    try:
        x, y = (float(part) for part in where) if where else (_CENTRE, _CENTRE)
    except ValueError:
        x = y = -1.0
    if not (0 <= x <= 1 and 0 <= y <= 1):
        words = "A tagged account on a picture is its name, or its name and two numbers from 0 to 1: harbour 0.5 0.2."
        raise Rejected(words, field="options.tags")
    return tag | {"x": x, "y": y}


def _place(draft: Draft, *, is_by_facebook: bool) -> Form:
    if not (place := draft.options.get("place", "").strip()):
        return {}
    if not is_by_facebook:
        words = "Instagram takes a place only from accounts that were connected through Facebook: leave it out here."
        raise Rejected(words, field="options.place")
    return {"location_id": place}


def _ai(draft: Draft) -> Form:
    return {"is_ai_generated": _YES} if draft.options.get("ai") else {}
