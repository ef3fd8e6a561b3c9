"""Link cards: Bluesky fetches nothing, so title, description and picture of a page are read here.

The page is a stranger's: its answer is cut, its redirects are few, and whatever goes wrong leaves the card plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from apps.platforms import http as wire
from apps.platforms.adapters.bluesky.repository import Repository
from apps.platforms.errors import NotSent, Rejected

MAX_THUMB_BYTES: Final = 1_000_000
MAX_TITLE, MAX_DESCRIPTION = 300, 1000
_MOST_REDIRECTS: Final = 3
_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself; "" where it does not."""

    title: str = ""
    description: str = ""
    picture: str = ""


def card(http: httpx.Client, repository: Repository, link: str, options: Mapping[str, str]) -> dict[str, Any]:
    """The `external` of an embed. What a person wrote goes before what the page says."""
    page = _page(http, link)
    title = options.get("card_title", "").strip() or page.title or urlsplit(link).hostname or link
    description = options.get("card_description", "").strip() or page.description
    made: dict[str, Any] = {"uri": link, "title": title[:MAX_TITLE], "description": description[:MAX_DESCRIPTION]}
    if page.picture and (thumb := _thumb(http, repository, page.picture)):
        made["thumb"] = thumb
    return made


def _page(http: httpx.Client, link: str) -> Page:
    answer, address = _fetched(http, link)
    if answer is None or not answer.is_html:
        return Page()
    reader = _Reader()
    reader.feed(answer.text)
    named = reader.named
    picture = named.get("og:image", "") or named.get("twitter:image", "")
    return Page(
        title=_line(named.get("og:title", "") or reader.title),
        description=_line(named.get("og:description", "") or named.get("description", "")),
        picture=urljoin(address, picture) if picture else "",
    )


def _thumb(http: httpx.Client, repository: Repository, address: str) -> dict[str, Any] | None:
    """The page's picture as a blob; a card does without one that is too large, broken or not to be had."""
    answer, _ = _fetched(http, address)
    mime_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower() if answer else ""
    if answer is None or mime_type not in _PICTURES or not 0 < len(answer.body) <= MAX_THUMB_BYTES:
        return None
    repository.greet()
    try:
        blob = repository.upload(answer.body, mime_type=mime_type)
    except (NotSent, Rejected):
        return None
    # The server looks at the bytes: what it does not take for a picture would spoil the whole post.
    return blob if str(blob.get("mimeType", "")).startswith("image/") else None


def _fetched(http: httpx.Client, address: str) -> tuple[wire.Answer | None, str]:
    """A successful answer and where it came from."""
    for _ in range(_MOST_REDIRECTS + 1):
        if not address.startswith(("https://", "http://")):
            break
        try:
            answer = wire.send(http, "GET", address, platform="The linked page", headers={"Accept": "*/*"})
            place = urljoin(address, answer.headers.get("location", ""))
        except (NotSent, ValueError):
            break
        if answer.is_success:
            return answer, address
        if not 300 <= answer.status < 400 or place == address:
            break
        address = place
    return None, address


def _line(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    """The title and the named values in the head of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.named: dict[str, str] = {}
        self._is_in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "title" and not self.title:
            self._is_in_title = True
        elif tag == "meta" and (name := (told.get("property") or told.get("name") or "").lower()):
            self.named.setdefault(name, told.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._is_in_title = False

    def handle_data(self, data: str) -> None:
        if self._is_in_title:
            self.title += data
