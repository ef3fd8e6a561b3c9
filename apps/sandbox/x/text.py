"""How X reads a text: its weighted length, and the addresses, mentions, hashtags and cashtags in it."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

import regex

from apps.sandbox.x import tlds

LONGEST = 280
URL_WEIGHT, EMOJI_WEIGHT, USUAL_WEIGHT, LIGHT_WEIGHT = 2300, 200, 200, 100
LIGHT = (range(0x1100), range(0x2000, 0x200E), range(0x2010, 0x2020), range(0x2032, 0x2038))

# A pictogram by itself counts as one; the signs of copyright and trade mark only in their coloured form.
_PICTURE = r"(?:(?![©®™])\p{Extended_Pictographic}\uFE0F?|[©®™]\uFE0F)\p{Emoji_Modifier}?"
_EMOJI = regex.compile(
    rf"\p{{RI}}\p{{RI}}|[0-9#*]\uFE0F?\u20E3|\U0001F3F4[\U000E0020-\U000E007E]+\U000E007F"
    rf"|{_PICTURE}(?:\u200D(?:{_PICTURE}|[♀♂⚕]\uFE0F?))*|\p{{Emoji_Modifier}}"
)
_HOST = regex.compile(
    r"(?<![A-Za-z0-9@＠$#＃])(?P<scheme>https?://)?(?P<host>[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?"
    r"(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?)+)(?![@＠])",
    regex.I,
)
_BARE_HOST = regex.compile(r"(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z]{2,}", regex.I)
_PATH_CHARS = r"a-z\p{Cyrillic}\u00C0-\u024F0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&"
_TAIL = regex.compile(
    rf"(?::[0-9]+)?(?:/(?:(?:[{_PATH_CHARS}]|\([{_PATH_CHARS}]+\))*"
    rf"(?:[a-z\p{{Cyrillic}}\u00C0-\u024F0-9=_#/+\-]|\([{_PATH_CHARS}]+\)))?)?"
    r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?",
    regex.I,
)
_MENTION = regex.compile(r"(?<![A-Za-z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@＠])")
_HASHTAG = regex.compile(r"(?<![\p{L}\p{M}\p{Nd}_&])[#＃]([\p{L}\p{M}\p{Nd}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{Nd}_]*)")
_CASHTAG = regex.compile(r"(?<!\S)\$([A-Za-z]{1,6})(?![A-Za-z0-9_])")


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    value: str


def weight(text: str) -> int:
    """Addresses count 23, emoji 2, everything else by its script."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for span in urls(text):
        total += _plain_weight(text[at : span.start]) + URL_WEIGHT
        at = span.end
    return (total + _plain_weight(text[at:])) // 100


def _plain_weight(text: str) -> int:
    without, count = _EMOJI.subn("", text)
    return count * EMOJI_WEIGHT + sum(_weight_of(character) for character in without)


def _weight_of(character: str) -> int:
    return LIGHT_WEIGHT if any(ord(character) in light for light in LIGHT) else USUAL_WEIGHT


def urls(text: str) -> list[Span]:
    """The addresses in a text, with the one that a click leads to; those without a scheme need a plain known ending."""
    found, at = [], 0
    while match := _HOST.search(text, at):
        span = _address(text, match)
        found += [span] if span else []
        at = span.end if span else match.end()
    return found


def _address(text: str, match: regex.Match[str]) -> Span | None:
    host = match["host"]
    if not match["scheme"]:
        bare = _BARE_HOST.match(host)
        if bare is None or text[match.start() - 1 : match.start()] in {"-", "_", ".", "/"}:
            return None
        host = bare.group()
    labels = host.split(".")
    while len(labels) > 1 and not tlds.is_known(labels[-1]):
        labels.pop()
    if len(labels) < 2:
        return None
    end = match.start("host") + len(".".join(labels))
    if end == match.end("host") and (tail := _TAIL.match(text, end)):
        end = tail.end()
    whole = text[match.start() : end]
    return Span(match.start(), end, whole if match["scheme"] else f"http://{whole}")


def mentions(text: str) -> list[Span]:
    return [Span(match.start(), match.end(), match[1]) for match in _MENTION.finditer(text)]


def hashtags(text: str) -> list[Span]:
    return [Span(match.start(), match.end(), match[1]) for match in _HASHTAG.finditer(text)]


def cashtags(text: str) -> list[Span]:
    return [Span(match.start(), match.end(), match[1]) for match in _CASHTAG.finditer(text)]


def short_link(post_id: str, place: int) -> str:
    """The t.co address that stands for the `place`-th address of a post."""
    digest = hashlib.sha256(f"{post_id} {place}".encode()).hexdigest()
    return f"https://t.co/{digest[:10]}"
