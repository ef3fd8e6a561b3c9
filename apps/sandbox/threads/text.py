"""What Threads counts in a text: characters, where an emoji is as long as its bytes; links; the topic.

Whether letters beyond ASCII count as one is implied and not proven: the setting `letters_count_as_bytes`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.sandbox.core.world import World

MAX_TEXT = 500
LINK = re.compile(r"https?://[^\s<>\"]+")
TOPIC = re.compile(r"(?<!\w)#(\w{1,50})")
MENTION = re.compile(r"(?<!\w)@([\w.]+)")


@cache
def _emoji() -> Any:
    import regex  # here, because it would lengthen every start

    shown = r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)[\p{Emoji_Modifier}\uFE0F]*"
    return regex.compile(
        r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3"
        rf"|{shown}[\U000E0020-\U000E007F]*(?:\u200D(?:\p{{Extended_Pictographic}}[\p{{Emoji_Modifier}}\uFE0F]*))*"
    )


def length(text: str, *, in_bytes: bool = False) -> int:
    """Characters, each emoji (with all that is joined to it) as many as its UTF-8 bytes."""
    if in_bytes:
        return len(text.encode())
    emoji = sum(len(found.encode()) - len(found) for found in _emoji().findall(text))
    return len(text) + int(emoji)


def kept(world: World, text: str) -> str:
    """What Threads shows of a text; whether it trims and composes it is uncertain: the setting `normalises_text`."""
    return unicodedata.normalize("NFC", text.strip()) if world.setting("threads", "normalises_text") else text


def links(text: str) -> list[str]:
    """The addresses in a text, without the punctuation after them."""
    return [found.rstrip(".,;:!?)]}'") for found in LINK.findall(text)]


def topic(text: str) -> str:
    """The first hashtag of a text is its topic."""
    found = TOPIC.search(text)
    return found[1] if found else ""


def mentions(text: str) -> set[str]:
    return {name.rstrip(".") for name in MENTION.findall(text)}
