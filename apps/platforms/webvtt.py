"""Captions as files: WebVTT, as a video's captions come, and SubRip (.srt) for platforms that know no other."""

from __future__ import annotations

import html
import re
from typing import Final

from apps.platforms.contract import Caption
from apps.platforms.errors import Evidence, NotSent, PlatformError, Rejected

MAX_BYTES: Final = 1_000_000  # far more than is said in twelve hours

_MOMENT = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_MOMENT}[ \t]+-->[ \t]+{_MOMENT}")
_TAG = re.compile(r"<[^>]*>")


def read(caption: Caption, *, field: str) -> bytes:
    """The bytes of a caption file. Raises Rejected where it is gone, too large or no WebVTT, and NotSent where the
    storage does not answer."""
    failure: PlatformError
    try:
        with caption.file.open() as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        failure = Rejected("The captions are no longer in the library.", field=field)
    except OSError as error:
        failure = NotSent("The captions could not be read.", evidence=Evidence(code=type(error).__name__))
    else:
        if content.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") and len(content) <= MAX_BYTES:
            return content
        failure = Rejected("These captions are no WebVTT file (.vtt) of up to 1 MB: export them again.", field=field)
    raise failure


def as_srt(content: bytes) -> bytes:
    """The same captions as SubRip, which knows neither colours nor places nor notes: only what is said stays, and when.
    b"" where nothing is said."""
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    cues = [cue for block in re.split(r"\n{2,}", text) if (cue := _cue(block.strip("\n").split("\n")))]
    return "\n".join(f"{number}\n{cue}\n" for number, cue in enumerate(cues, start=1)).encode()


def _cue(lines: list[str]) -> str:
    """Times and words of a block; "" for the header, notes, styles and what has no words. A name may stand above."""
    for position, line in enumerate(lines[:2]):
        if times := _TIMING.match(line):
            words = [html.unescape(_TAG.sub("", one)).strip() for one in lines[position + 1 :]]
            said = "\n".join(one for one in words if one)
            moments = times.groups(default="00")
            return f"{_moment(moments[:4])} --> {_moment(moments[4:])}\n{said}" if said else ""
    return ""


def _moment(parts: tuple[str, ...]) -> str:
    hours, minutes, seconds, thousandths = parts
    return f"{hours}:{minutes}:{seconds},{thousandths}"
