"""What may be chosen at YouTube: the channel's playlists, and the categories of a country."""

from __future__ import annotations

from typing import Any, Final

from apps.platforms.adapters.youtube import permits
from apps.platforms.adapters.youtube.line import Line, object_in
from apps.platforms.google.faults import text_in

MAX_PAGES: Final = 4
Choices = tuple[tuple[str, str], ...]


def of_option(line: Line, option: str) -> Choices:
    if option == "playlist":
        return _playlists(line)
    return _categories(line) if option == "category" else ()


def _playlists(line: Line) -> Choices:
    params = {"part": "snippet,status", "mine": "true", "maxResults": "50"}
    found: list[dict[str, Any]] = []
    for _ in range(MAX_PAGES):
        page, token = line.items(permits.PLAYLISTS, params=params)
        found += page
        if not token:
            break
        params["pageToken"] = token
    return _named(found)


def _categories(line: Line) -> Choices:
    """YouTube lists some that no video can be put into."""
    params = {"part": "snippet", "regionCode": line.endpoints.get("region") or "US"}
    found, _ = line.items(permits.CATEGORIES, params=params)
    return _named([one for one in found if object_in(one, "snippet").get("assignable") is True])


def _named(found: list[dict[str, Any]]) -> Choices:
    named = ((text_in(one, "id"), text_in(object_in(one, "snippet"), "title")) for one in found)
    return tuple((id, title or id) for id, title in named if id)
