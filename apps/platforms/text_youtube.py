"""How YouTube measures tags: https://developers.google.com/youtube/v3/docs/videos#snippet.tags."""

from __future__ import annotations

from collections.abc import Sequence


def tags_length(tags: Sequence[str]) -> int:
    """All tags together, with a comma between two of them, and quotation marks around one that has a space."""
    return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(len(tags) - 1, 0)
