"""LinkedIn's little text format, in which the text of a post is written: literal signs carry a backslash.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format. A reserved sign
without its backslash is no error: the post goes out and ends there. Comments are plain text and are never escaped.

A member writes a mention as the format has it, `@[Name](urn:li:organization:5)`, and a hashtag as `#word`; both stay as
they are, and everything else is taken literally. Signs within addresses are escaped too; LinkedIn shows them without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

RESERVED: Final = "\\|{}@[]()<>#*_~"

_ESCAPED: Final = str.maketrans({sign: f"\\{sign}" for sign in RESERVED})
_MENTION: Final = re.compile(r"@\[([^\[\]()\\\n]{1,200})\]\((urn:li:(?:person|organization):[A-Za-z0-9-]+)\)")
# A tag has a letter, so "#1" is a number; an underscore would have to be escaped, so a tag ends before it.
_HASHTAG: Final = re.compile(r"(?<![\w#&/])#(?=[^\W_]*[^\W\d_])[^\W_]+")
_KEPT: Final = re.compile(f"{_MENTION.pattern}|{_HASHTAG.pattern}")
_HASHTAG_TEMPLATE: Final = re.compile(r"\{hashtag\|\\?#\|([^{}|]+)\}")


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named in a comment: `start` and `length` in UTF-16 units of the plain text."""

    urn: str
    start: int
    length: int


def escape(text: str) -> str:
    """`text` as a post carries it: mentions and hashtags as they are, each other reserved sign with a backslash."""
    return "".join(part if is_kept else part.translate(_ESCAPED) for part, is_kept in _parts(text))


def unescape(commentary: str) -> str:
    """The text of a post as people read it, out of the form in which LinkedIn lists it."""
    return re.sub(r"\\(.)", r"\1", _HASHTAG_TEMPLATE.sub(r"#\1", commentary), flags=re.DOTALL)


def plain(text: str) -> tuple[str, tuple[Mention, ...]]:
    """`text` as a comment carries it: names in place of mentions, and where they stand."""
    shown, mentions, end = "", [], 0
    for found in _MENTION.finditer(text):
        shown += text[end : found.start()]
        mentions.append(Mention(found[2], _units(shown), _units(found[1])))
        shown += found[1]
        end = found.end()
    return shown + text[end:], tuple(mentions)


def length(text: str) -> int:
    """UTF-16 units after escaping. Whether LinkedIn counts before or after, and which units, is not documented; this is
    never less."""
    return _units(escape(text))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for found in _KEPT.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
