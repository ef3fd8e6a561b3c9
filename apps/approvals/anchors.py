"""Places of a post that a comment is about: a range of its text, a point of a picture, a second of a video; or
another hour that somebody proposes for it.

An anchor remembers what it was about (the words, the file), so that after an edit it is found again, or known to be
about something that is not there any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.media.states import Kind
from apps.posts.appointments import HourOutOfReach, named
from apps.posts.manuscripts import Manuscript
from apps.tenants.zones import validate_zone

LONGEST_QUOTE: Final = 500


class AnchorKind(StrEnum):
    POST = "post"
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    TIME = "time"  # another hour for the post, which a guest proposes


class AnchorMalformed(ValueError):
    """The place is none of the post's; the message says why, and `code` does so for pages in many languages."""

    def __init__(self, words: str, *, code: str = "place_not_possible") -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a form names it: words, a point of a picture (shares of its width and height), or a second of a
    video, which is the first one where none is named. Files are named by their digest."""

    quote: str = ""
    picture: str = ""
    x: float = 0
    y: float = 0
    video: str = ""
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an anchor is in the post as it stands. `is_lost`: what it was about is gone."""

    anchor: Mapping[str, Any]
    is_lost: bool = False


def read(said: Mapping[str, Any], written: Manuscript) -> dict[str, Any]:
    """An anchor as somebody named it, held against the post, with what it is about; raises AnchorMalformed."""
    kind = said.get("kind", AnchorKind.POST)
    if kind == AnchorKind.POST:
        return {"kind": AnchorKind.POST.value}
    if kind == AnchorKind.TIME:
        return {"kind": kind, **_hour(_local(said), _zone(said))}
    part = _number(said, "part", most=len(written.passages) - 1)
    passage = written.passages[part]
    if kind == AnchorKind.TEXT:
        end = _number(said, "end", most=len(passage.text))
        start = _number(said, "start", most=end - 1)
        quote = passage.text[start:end][:LONGEST_QUOTE]
        return {"kind": kind, "part": part, "start": start, "end": end, "quote": quote}
    if kind not in (AnchorKind.IMAGE, AnchorKind.VIDEO):
        raise AnchorMalformed(_("An anchor is one of %(known)s.") % {"known": ", ".join(AnchorKind)})
    file = _number(said, "file", most=len(passage.media) - 1)
    digest = passage.media[file].asset.sha256
    found: dict[str, Any] = {"kind": kind, "part": part, "file": file, "sha256": digest}
    if kind == AnchorKind.VIDEO:
        return {**found, "second": _second(said, passage.media[file].asset.seconds)}
    return {**found, "x": _share(said, "x"), "y": _share(said, "y")}


def of_quote(quote: str, written: Manuscript) -> dict[str, Any]:
    """The anchor at the first place where the post says this; raises AnchorMalformed if it does nowhere."""
    if not quote:
        return {"kind": AnchorKind.POST.value}
    for part, passage in enumerate(written.passages):
        if (start := passage.text.find(quote)) >= 0:
            return {"kind": AnchorKind.TEXT.value, "part": part, "start": start, "end": start + len(quote)}
    raise AnchorMalformed(_("The post does not say these words. Copy them from it."), code="words_not_found")


def of_place(place: Place, written: Manuscript) -> dict[str, Any]:
    """The anchor at this place of the post as it stands; raises AnchorMalformed."""
    if place.picture:
        return {"kind": AnchorKind.IMAGE.value, **_file(written, place.picture), "x": place.x, "y": place.y}
    if place.second is not None:
        return {"kind": AnchorKind.VIDEO.value, **_file(written, place.video), "second": place.second}
    return of_quote(place.quote, written)


def placed(anchor: Mapping[str, Any], written: Manuscript) -> Placed:
    """Where the anchor is now: words are looked for nearest to where they were, files by their digest."""
    kind = anchor["kind"]
    if kind in (AnchorKind.POST, AnchorKind.TIME):
        return Placed(anchor)
    if kind == AnchorKind.TEXT:
        return _text(anchor, written)
    for part, passage in enumerate(written.passages):
        for file, medium in enumerate(passage.media):
            if medium.asset.sha256 == anchor["sha256"]:
                return Placed({**anchor, "part": part, "file": file})
    return Placed(anchor, is_lost=True)


def _text(anchor: Mapping[str, Any], written: Manuscript) -> Placed:
    quote, length = anchor["quote"], anchor["end"] - anchor["start"]
    found = [
        (part != anchor["part"], abs(start - anchor["start"]), part, start)
        for part, passage in enumerate(written.passages)
        for start in _places(passage.text, quote)
    ]
    if not found:
        return Placed(anchor, is_lost=True)
    *_nearness, part, start = min(found)
    return Placed({**anchor, "part": part, "start": start, "end": start + length})


def _places(text: str, quote: str) -> list[int]:
    places, start = [], text.find(quote)
    while start >= 0:
        places.append(start)
        start = text.find(quote, start + 1)
    return places


def _file(written: Manuscript, digest: str) -> dict[str, int]:
    """Where the file is; without a digest, the first video."""
    for part, passage in enumerate(written.passages):
        for file, medium in enumerate(passage.media):
            asset = medium.asset
            if asset.sha256 == digest or (not digest and asset.kind == Kind.VIDEO):
                return {"part": part, "file": file}
    raise AnchorMalformed(
        _("This picture or video is not in the post any more. Choose the place again."), code="file_gone"
    )


def _second(said: Mapping[str, Any], length: float) -> float:
    second = _share(said, "second", most=24 * 3600)
    if length and second > length:
        words = _("The video ends after %(number)s seconds.") % {"number": f"{length:.0f}"}
        raise AnchorMalformed(words, code="moment_not_possible")
    return second


def _hour(local: datetime, zone: str) -> dict[str, str]:
    try:
        named(local, zone)
    except HourOutOfReach:
        raise AnchorMalformed(_("There is no such hour.")) from None
    return {"local": local.isoformat(timespec="minutes"), "zone": zone}


def _local(said: Mapping[str, Any]) -> datetime:
    """Wall time, without its zone."""
    try:
        local = datetime.fromisoformat(str(said.get("local")))
    except ValueError:
        raise AnchorMalformed(_("Say local as 2026-12-04T10:00.")) from None
    if local.tzinfo is not None:
        raise AnchorMalformed(_("Wall time is named without an offset; its zone stands beside it."))
    return local


def _zone(said: Mapping[str, Any]) -> str:
    zone = str(said.get("zone"))
    try:
        validate_zone(zone)
    except ValidationError as error:
        raise AnchorMalformed(" ".join(error.messages)) from None
    return zone


def _number(said: Mapping[str, Any], name: str, *, most: int) -> int:
    value = said.get(name, 0)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise AnchorMalformed(_("The post has no such place: %(name)s.") % {"name": name})


def _share(said: Mapping[str, Any], name: str, *, most: float = 1) -> float:
    """A place in a picture, as shares of its width and height; or a second of a video."""
    value = said.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= most:
        return round(float(value), 4)
    raise AnchorMalformed(_("Say %(name)s between 0 and %(most)s.") % {"name": name, "most": f"{most:g}"})
