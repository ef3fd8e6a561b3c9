"""`media_source`: what a pin shows, in the five ways in which it can be said. The sixth, pin_url, is in beta."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from apps.sandbox.core.rows import Medium
from apps.sandbox.pinterest import films, pictures, schema
from apps.sandbox.pinterest.errors import NOT_APPROVED, invalid, refused
from apps.sandbox.pinterest.gate import Visit

FEWEST, MOST = 2, 5
TITLE, DESCRIPTION = 100, 800
WORDS = {"title", "description", "link"}


@dataclass(slots=True)
class Source:
    """`creative_type` and the media; `data` is what the pin remembers of it besides."""

    creative_type: str
    media: list[Medium]
    data: dict[str, Any] = field(default_factory=dict)


async def read(visit: Visit, body: dict[str, Any]) -> Source:
    """The source, fetched and judged; refuses whatever a pin cannot show."""
    source = body.get("media_source")
    if not isinstance(source, dict):
        raise invalid("'media_source' is a required property")
    kind = schema.required(schema.text(source, "source_type", one_of=(*KINDS, "pin_url")), "source_type")
    if kind == "pin_url":
        raise refused(403, NOT_APPROVED, "Your application is not approved to use pin_url.")
    return await KINDS[kind](visit, source)


async def _address(visit: Visit, source: dict[str, Any]) -> Source:
    schema.only(visit, source, {"source_type", "url", "is_standard"})
    url = schema.required(schema.text(source, "url"), "url")
    is_standard = schema.flag(source, "is_standard", True)
    return Source("REGULAR", [await pictures.fetched(visit, url)], {"is_standard": is_standard})


async def _inline(visit: Visit, source: dict[str, Any]) -> Source:
    schema.only(visit, source, {"source_type", "content_type", "data", "is_standard"})
    is_standard = schema.flag(source, "is_standard", True)
    kind, data = pictures.inline(source, content_type="content_type", data="data")
    return Source("REGULAR", [await pictures.decoded(visit, kind, data)], {"is_standard": is_standard})


async def _addresses(visit: Visit, source: dict[str, Any]) -> Source:
    items, index = _items(visit, source, {"url"})
    urls = [schema.required(schema.text(item, "url"), "url") for item in items]
    return _carousel(visit, items, index, [await pictures.fetched(visit, url) for url in urls])


async def _inlines(visit: Visit, source: dict[str, Any]) -> Source:
    items, index = _items(visit, source, {"content_type", "data"})
    given = [pictures.inline(item, content_type="content_type", data="data") for item in items]
    return _carousel(visit, items, index, [await pictures.decoded(visit, kind, data) for kind, data in given])


def _items(visit: Visit, source: dict[str, Any], known: set[str]) -> tuple[list[dict[str, Any]], int]:
    schema.only(visit, source, {"source_type", "items", "index"})
    items = schema.records(source, "items", fewest=FEWEST, most=MOST)
    for item in items:
        schema.only(visit, item, known | WORDS)
        slot(visit, item)
    return items, schema.whole(source, "index", most=len(items) - 1) or 0


def slot(visit: Visit, item: dict[str, Any]) -> dict[str, Any]:
    """The words of one picture of a carousel."""
    return {
        "title": schema.text(item, "title", most=TITLE),
        "description": schema.text(item, "description", most=DESCRIPTION),
        "link": schema.link(visit, item),
    }


def _carousel(visit: Visit, items: list[dict[str, Any]], index: int, media: list[Medium]) -> Source:
    if visit.setting("equal_carousel_sizes") and len({(one.width, one.height) for one in media}) > 1:
        raise invalid("all images of a carousel have the same dimensions")
    for item, medium in zip(items, media, strict=True):
        medium.data["slot"] = slot(visit, item)
    return Source("CAROUSEL", media, {"index": index})


async def _film(visit: Visit, source: dict[str, Any]) -> Source:
    medium, cover, key_frame = await films.read(visit, source)
    data = {"cover_id": cover.id if cover else "", "key_frame_seconds": key_frame}
    return Source("VIDEO", [medium], data)


KINDS: dict[str, Callable[[Visit, dict[str, Any]], Awaitable[Source]]] = {
    "image_url": _address,
    "image_base64": _inline,
    "multiple_image_urls": _addresses,
    "multiple_image_base64": _inlines,
    "video_id": _film,
}
