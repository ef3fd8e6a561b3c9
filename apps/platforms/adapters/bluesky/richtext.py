"""Facets: what makes links, mentions and tags of a Bluesky text clickable.

The server turns nothing into a link by itself, so a text without facets is dead. A facet names a stretch of the text by
UTF-8 byte offsets, end exclusive; stretches never overlap. The text stays as typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import regex

from apps.platforms.adapters.bluesky.names import is_handle
from apps.platforms.text import byte_length, graphemes

MAX_TAG_GRAPHEMES: Final = 64
MAX_TAG_BYTES: Final = 640

_URL = regex.compile(r"(?:^|(?<=[\s(]))https?://\S+", regex.IGNORECASE)
_BARE_DOMAIN = regex.compile(
    r"(?:^|(?<=[\s(]))"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?P<tld>[a-z]{2,}))"
    r"(?=$|[\s/?#:),.;!\"'])(?:(?::\d+)?[/?#]\S*)?",
    regex.IGNORECASE,
)
_MENTION = regex.compile(r"(?:^|(?<=[\s(]))@(?P<handle>[a-z0-9.-]+)", regex.IGNORECASE)
_INVISIBLE = r"\u00AD\u2060\u200A-\u200D\u20E2"
_TAG = regex.compile(rf"(?:^|(?<=\s))[#＃](?![\uFE0F#＃])(?P<tag>[^\s{_INVISIBLE}]+)")
_TAG_BODY = regex.compile(r"[^\d\p{P}]")
_TRAILING_PUNCTUATION = regex.compile(r"\p{P}+$")

# Bare domains are linked where a reader would call them an address. Two letters are a country; of the longer endings
# these are the ones brands use. A sentence that forgot its space ("done.So") has a capital there and is left alone.
_LONG_ENDINGS: Final = frozenset(
    word
    for line in (
        "academy agency app art bank bar beer bike bio biz blog build business cafe camera care center chat city cloud",
        "club coffee com community company cool design dev digital earth education energy events expert family farm",
        "fashion film finance fitness fun fund gallery games garden gmbh green group guide health hotel house info ink",
        "international jobs kitchen land law legal life link live london love market marketing media menu museum music",
        "net network news ngo online org page paris partners photo photography photos pizza place plus press pro promo",
        "recipes rentals restaurant rocks run sale school science services shop show site social software solutions",
        "space sport store studio style swiss systems team tech theater tickets today tools tours town training travel",
        "university vet video wedding wien wiki wine work works world yoga zone edu gov int berlin hamburg amsterdam",
    )
    for word in line.split()
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text, in characters; `value` is the address, the lower-case handle, or the tag without sign."""

    kind: Literal["link", "mention", "tag"]
    start: int
    end: int
    value: str


def spans(text: str) -> list[Span]:
    """What a reader would take for a link, a mention or a tag, in the order of the text and without overlaps."""
    found = sorted([*_links(text), *_mentions(text), *_tags(text)], key=lambda span: (span.start, -span.end))
    kept: list[Span] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def mentioned_handles(text: str) -> list[str]:
    """The handles a text mentions, each once, in order; they have to be resolved before `facets` can link them."""
    return list(dict.fromkeys(span.value for span in spans(text) if span.kind == "mention"))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The `facets` of a post record. A mention whose handle `dids` does not know stays plain text."""
    result = []
    for span in spans(text):
        feature = _feature(span, dids)
        if feature is not None:
            start = len(text[: span.start].encode())
            index = {"byteStart": start, "byteEnd": start + len(text[span.start : span.end].encode())}
            result.append({"index": index, "features": [feature]})
    return result


def _feature(span: Span, dids: Mapping[str, str]) -> dict[str, str] | None:
    if span.kind == "link":
        return {"$type": "app.bsky.richtext.facet#link", "uri": span.value}
    if span.kind == "tag":
        return {"$type": "app.bsky.richtext.facet#tag", "tag": span.value}
    did = dids.get(span.value)
    return {"$type": "app.bsky.richtext.facet#mention", "did": did} if did else None


def _links(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        address = _without_trailing_punctuation(match.group())
        if _has_host(address):
            yield Span("link", match.start(), match.start() + len(address), address)
    for match in _BARE_DOMAIN.finditer(text):
        if _is_ending(match["tld"]):
            address = _without_trailing_punctuation(match.group())
            yield Span("link", match.start(), match.start() + len(address), f"https://{address}")


def _is_ending(tld: str) -> bool:
    return (len(tld) == 2 and tld.islower() and tld.isascii()) or tld.lower() in _LONG_ENDINGS


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:  # "https://[oops"
        return False


def _without_trailing_punctuation(address: str) -> str:
    """Cut what ends the sentence and not the address; a closing bracket stays when its partner is inside."""
    while address:
        last = address[-1]
        if last in ".,;:!?\"'»”’…" or (last == ")" and address.count(")") > address.count("(")):
            address = address[:-1]
        else:
            break
    return address


def _mentions(text: str) -> Iterator[Span]:
    for match in _MENTION.finditer(text):
        handle = match["handle"].rstrip(".-")
        if is_handle(handle, development=True):  # whether it exists is the resolver's answer to give
            yield Span("mention", match.start(), match.start() + 1 + len(handle), handle.lower())


def _tags(text: str) -> Iterator[Span]:
    for match in _TAG.finditer(text):
        tag = _TRAILING_PUNCTUATION.sub("", match["tag"])
        if _TAG_BODY.search(tag) and _fits(tag):
            yield Span("tag", match.start(), match.start() + 1 + len(tag), tag)


def _fits(tag: str) -> bool:
    return byte_length(tag) <= MAX_TAG_BYTES and graphemes(tag) <= MAX_TAG_GRAPHEMES
