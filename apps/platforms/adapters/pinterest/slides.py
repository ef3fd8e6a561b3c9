"""The pictures of a carousel, each of which may have a title, a description and a link of its own.

https://developers.pinterest.com/docs/api/v5/pins-create. They are written as lines, one for each picture; an empty line
leaves its picture without.
"""

from __future__ import annotations

from typing import Final

from apps.platforms.contract import Draft
from apps.platforms.errors import Rejected

_FIELDS: Final = {"picture_titles": "title", "picture_descriptions": "description", "picture_links": "link"}


def check(draft: Draft) -> None:
    """Raise Rejected for lines that no picture has, and for a link that is none."""
    for option in _FIELDS:
        written = _lines(draft, option)
        if len(written) > len(draft.media):
            words = f"There are {len(draft.media)} pictures, and {len(written)} lines: write one for each picture."
            raise Rejected(words, field=f"options.{option}")
    if any(not one.startswith(("https://", "http://")) for one in _lines(draft, "picture_links") if one):
        raise Rejected("A link begins with https:// or http://.", field="options.picture_links")


def words_of(draft: Draft, position: int) -> dict[str, str]:
    """What is said of one picture, in Pinterest's words."""
    found = {name: _lines(draft, option)[position : position + 1] for option, name in _FIELDS.items()}
    return {name: lines[0] for name, lines in found.items() if lines and lines[0]}


def _lines(draft: Draft, option: str) -> list[str]:
    return [line.strip() for line in draft.options.get(option, "").rstrip().splitlines()]
