"""The one place that measures text: what a platform counts as a character, a hashtag, a mention."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import regex

from apps.platforms import text_linkedin
from apps.platforms.capabilities import Counting
from apps.platforms.text_x import x_length

MASTODON_URL_LENGTH = 23

# A web address as Mastodon sees it: it has a scheme and a host with a dot, and sentence marks at its end are not its
# own.
_URL = regex.compile(
    r"(?<![\w@#$/.])https?://[^\s<>\"'/?#@:]+\.[^\s<>\"'/?#@:.]{2,}(?::\d+)?(?:[/?#][^\s<>\"]*)?(?<![.,;:!?'\"\)\]])",
    regex.IGNORECASE,
)
_REMOTE_MENTION = regex.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@[\w][\w.-]*[\w](?::\d+)?", regex.I)
_HASHTAG = regex.compile(r"(?<![\w#&/])[#＃]((?=\w*[^\W\d_])\w+)")
_MENTION = regex.compile(r"(?<![\w@/.])@([a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?(?:@[\w][\w.-]*[\w])?)")


def graphemes(text: str) -> int:
    """How many characters a person sees (extended grapheme clusters)."""
    if text.isascii() and "\r" not in text:  # Nothing in it joins.
        return len(text)
    return len(regex.findall(r"\X", text))


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def mastodon_length(text: str) -> int:
    """Graphemes, with each web address counted as 23 and `@user@host` as `@user`."""
    text = _URL.sub("x" * MASTODON_URL_LENGTH, text)
    return graphemes(_REMOTE_MENTION.sub(r"\1", text))


_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3")


def threads_length(text: str) -> int:
    """Code points, but an emoji counts the bytes of its UTF-8 form (Meta's documentation of text posts)."""
    clusters = regex.findall(r"\X", text)
    return sum(len(cluster.encode()) if _EMOJI.search(cluster) else len(cluster) for cluster in clusters)


_MEASURES: Mapping[Counting, Callable[[str], int]] = {
    Counting.CODE_POINTS: len,
    Counting.GRAPHEMES: graphemes,
    Counting.UTF16_UNITS: utf16_units,
    Counting.MASTODON: mastodon_length,
    Counting.X_WEIGHTED: x_length,
    Counting.THREADS: threads_length,
    Counting.LINKEDIN: text_linkedin.length,
    Counting.FEDIVERSE: lambda text: max(mastodon_length(text), len(text)),
}


@lru_cache(maxsize=64)  # A post is measured for each of its accounts, and when it is planned, again.
def length(text: str, counting: Counting) -> int:
    """The length of `text` as the platform counts it."""
    return _MEASURES[counting](text)


def byte_length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def hashtags(text: str) -> list[str]:
    """The hashtags of `text` in order, without their sign; digits alone are a number and not a tag."""
    return _HASHTAG.findall(text)


def mentions(text: str) -> list[str]:
    """The people named with @ in `text`, in order, without the sign; an e-mail address names nobody."""
    return _MENTION.findall(text)


def with_links(text: str, shown: Mapping[str, str]) -> str:
    """The text with these of its web addresses written otherwise; everything else stays, byte by byte."""
    return _URL.sub(lambda found: shown.get(found.group(), found.group()), text) if shown else text


def links(text: str) -> list[str]:
    """The web addresses written out in `text`, in order; sentence marks at an end are not their own."""
    return _URL.findall(text)
