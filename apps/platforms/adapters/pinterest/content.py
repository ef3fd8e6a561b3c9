"""What a Pin is made of: https://developers.pinterest.com/docs/api/v5/pins-create.

Pictures are named by their public addresses, which Pinterest fetches while it creates the Pin, or go along inside the
request. Which of both is `is_inline` in what was prepared.
"""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from apps.platforms import http as wire
from apps.platforms.adapters.pinterest import abilities, boards, slides
from apps.platforms.adapters.pinterest.abilities import MAX_ALT, MAX_LINK, VIDEO
from apps.platforms.adapters.pinterest.line import Line
from apps.platforms.contract import Draft, MediaFile
from apps.platforms.errors import Rejected
from apps.platforms.formats import with_limits
from apps.platforms.validation import problems

MAX_INLINE: Final = 10_000_000  # bytes of all pictures: how long a request may be is not documented
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")


def check(line: Line, draft: Draft) -> None:
    """Raise Rejected for what Pinterest is known not to take."""
    written = line.endpoints.get("max_description", "")
    can = with_limits(abilities.CAPABILITIES, {"max_text": int(written)} if written.isdecimal() else {})
    for problem in problems(draft, can, label="Pinterest"):
        raise Rejected(problem.words, field=problem.field)
    if len(draft.link) > MAX_LINK:
        raise Rejected(f"Pinterest takes links of at most {MAX_LINK:,} characters.", field="link")
    if len(alt_text(draft)) > MAX_ALT:
        words = f"Pinterest has one alt text for all pictures of a carousel: at most {MAX_ALT} characters together."
        raise Rejected(words, field="media.0.alt")
    if abilities.kind_of(draft) == abilities.CAROUSEL:
        slides.check(draft)
    colour = draft.options.get("dominant_color", "")
    if colour and not _COLOUR.fullmatch(colour):
        raise Rejected("A colour is written as # and six digits, such as #6E7874.", field="options.dominant_color")


def can_be_inline(draft: Draft) -> bool:
    """Whether the pictures of the draft, the cover of a video too, may go along inside the request."""
    return sum(one.size for one in _pictures(draft)) <= MAX_INLINE


def must_be_inline(draft: Draft) -> bool:
    """Whether there is no address at which Pinterest could fetch them."""
    return any(not one.public_url for one in _pictures(draft))


def _pictures(draft: Draft) -> tuple[MediaFile, ...]:
    if abilities.kind_of(draft) == VIDEO:
        return (draft.cover,) if draft.cover else ()
    return draft.media


def texts(draft: Draft) -> dict[str, str]:
    """The words of a Pin, as they are compared and changed."""
    return {"title": draft.options.get("title", ""), "description": draft.text, "alt_text": alt_text(draft)}


def alt_text(draft: Draft) -> str:
    """A Pin has one, also for several pictures: theirs are its lines."""
    return "\n".join(media.alt for media in draft.media if media.alt)


def body(draft: Draft, *, media_id: str, is_inline: bool) -> dict[str, Any]:
    """Of the request that creates the Pin. Reading the files raises Rejected or NotSent."""
    said = {name: value for name, value in texts(draft).items() if value}
    if draft.link:
        said["link"] = draft.link
    if (colour := draft.options.get("dominant_color", "")) and abilities.kind_of(draft) != VIDEO:
        said["dominant_color"] = colour
    source = _source(draft, media_id=media_id, is_inline=is_inline)
    return {**boards.place_of(draft).fields, **said, "media_source": source}


def _source(draft: Draft, *, media_id: str, is_inline: bool) -> dict[str, Any]:
    form = "base64" if is_inline else "url"
    files = [_file(media, position, is_inline=is_inline) for position, media in enumerate(_pictures(draft))]
    match abilities.kind_of(draft):
        case abilities.VIDEO:
            return {"source_type": "video_id", "media_id": media_id, **_cover(draft, is_inline=is_inline)}
        case abilities.CAROUSEL:
            items = [{**file, **slides.words_of(draft, position)} for position, file in enumerate(files)]
            return {"source_type": f"multiple_image_{form}{'' if is_inline else 's'}", "items": items, "index": 0}
        case _:
            return {"source_type": f"image_{form}", **files[0]}


def _file(media: MediaFile, position: int, *, is_inline: bool) -> dict[str, Any]:
    if not is_inline:
        return {"url": media.public_url}
    data = base64.b64encode(wire.read_media(media, position)).decode()
    return {"content_type": media.mime_type, "data": data}


def _cover(draft: Draft, *, is_inline: bool) -> dict[str, Any]:
    """Exactly one way to name the cover: a picture's address, the picture itself, or a second of the video."""
    if draft.cover is None:
        return {"cover_image_key_frame_time": int(draft.options.get("cover_seconds", "") or 0)}
    if not is_inline:
        return {"cover_image_url": draft.cover.public_url}
    data = base64.b64encode(wire.read_media(draft.cover, 0)).decode()
    return {"cover_image_content_type": draft.cover.mime_type, "cover_image_data": data}
