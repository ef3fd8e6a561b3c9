"""One thing that is wrong with a draft."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is "text", "link", "cover", "media", "media.0", "media.0.alt", "captions.0", "options.visibility" or
    "role"; `code` is for machines."""

    field: str
    code: str
    words: str
