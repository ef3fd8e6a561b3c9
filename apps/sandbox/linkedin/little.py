"""Little text: what `commentary` is written in, and how LinkedIn reads it.

A reserved character that is neither escaped nor part of a mention or hashtag does not fail: the post is published, and
ends where that character stands. `#` and word characters, of which one is no digit, are a hashtag (the documentation
does not say what `#1` is; here it is no hashtag).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

RESERVED = frozenset("\\|{}@[]()<>#*_~")
_MENTION = re.compile(r"@\[((?:\\.|[^\\\[\]])*)\]\((urn:li:(?:person|organization):[\w-]+)\)")
_TEMPLATE = re.compile(r"\{hashtag\|\\?#\|((?:\\.|[^\\|{}])+)\}")
_HASHTAG = re.compile(r"#(?=\w*[^\W\d])\w+")
_ADDRESS = re.compile(r"https?://[^\s]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class Reading:
    """What people see, the part of the source that it came from, and who is mentioned."""

    text: str = ""
    source: str = ""
    mentions: list[str] = field(default_factory=list)
    hashtags: list[str] = field(default_factory=list)


def read(commentary: str, *, name_of: Callable[[str], str | None], raw_addresses: bool = False) -> Reading:
    """`name_of` knows the name of the page or person behind a URN; a mention in other words is no mention.

    With `raw_addresses`, reserved characters within a web address need no backslash."""
    reading = Reading()
    at = 0
    while at < len(commentary):
        taken = _next(commentary, at, reading, name_of, raw_addresses)
        if not taken:
            break
        at += taken
    reading.source = commentary[:at]
    return reading


def _next(source: str, at: int, reading: Reading, name_of: Callable[[str], str | None], raw_addresses: bool) -> int:
    """Read on from `at`; how many characters were taken, 0 where the text ends too early."""
    if raw_addresses and (found := _ADDRESS.match(source, at)):
        reading.text += found[0]
        return len(found[0])
    letter = source[at]
    if letter == "\\":
        if source[at + 1 : at + 2] not in RESERVED or at + 1 == len(source):
            return 0
        reading.text += source[at + 1]
        return 2
    if letter not in RESERVED:
        reading.text += letter
        return 1
    if found := _MENTION.match(source, at):
        name = _ESCAPED.sub(r"\1", found[1])
        if name_of(found[2]) == name:
            reading.mentions.append(found[2])
        reading.text += name
        return len(found[0])
    if found := _TEMPLATE.match(source, at):
        tag = _ESCAPED.sub(r"\1", found[1])
    elif found := _HASHTAG.match(source, at):
        tag = found[0][1:]
    else:
        return 0
    reading.hashtags.append(tag)
    reading.text += f"#{tag}"
    return len(found[0])


def escaped(text: str) -> str:
    """A text as its author would have had to send it; hashtags stay what they are."""
    parts, at = [], 0
    while at < len(text):
        found = _HASHTAG.match(text, at)
        piece = found[0] if found else text[at]
        parts.append(f"\\{piece}" if piece in RESERVED else piece)
        at += len(piece)
    return "".join(parts)


def links(text: str) -> list[dict[str, int | str]]:
    """Web addresses in what people see become links by themselves."""
    found = ((address.start(), address[0].rstrip(".,;:!?)")) for address in _ADDRESS.finditer(text))
    return [{"start": start, "end": start + len(uri), "uri": uri} for start, uri in found]
