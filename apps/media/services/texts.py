"""Words of people on their way into columns."""

from __future__ import annotations

MAX_ALT = 2000


def plain_text(words: str, longest: int) -> str:
    """As a column takes it: PostgreSQL has no place for a zero character."""
    return words.replace("\0", "").strip()[:longest]
