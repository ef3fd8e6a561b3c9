"""How much of its room a text takes on an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from apps.platforms.validation import max_text, text_length
from apps.posts.manuscripts import Edition, Manuscript
from apps.posts.outgoing import parts_on

NEARLY_FULL: Final = 90  # percent


@dataclass(frozen=True, slots=True)
class Counter:
    label: str
    platform: str
    count: str
    limit: str
    over: int
    percent: int
    tone: str


def counter(manuscript: Manuscript, edition: Edition) -> Counter:
    """How long the text is on this account, counted as its network counts."""
    draft = parts_on(manuscript, edition)[0].draft
    count, limit = text_length(draft, edition.capabilities), max_text(draft, edition.capabilities)
    percent = min(100, count * 100 // limit) if limit else 0
    return Counter(
        label=f"{edition.label} @{edition.account.handle}",
        platform=edition.account.platform,
        count=f"{count:,}",
        limit=f"{limit:,}",
        over=max(0, count - limit),
        percent=percent,
        tone="bad" if count > limit else "warn" if percent >= NEARLY_FULL else "ok",
    )
