"""What boards are made of: a post with its figures, a number with what it is about, and a network's row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post on an account with its newest figures; `taken_at` None: nothing was told of it."""

    publication_id: UUID
    account_id: UUID
    day: date
    published_at: datetime
    taken_at: datetime | None
    views: int | None
    interactions: int | None


@dataclass(frozen=True, slots=True)
class Number:
    """A figure with what it is about: `known` of `of` things that could have told it. `before` and `now` are the two
    sides that the change compares; None where nothing can be compared."""

    value: int | None
    known: int = 0
    of: int = 0
    before: int | None = None
    now: int | None = None
    taken_at: datetime | None = None

    @property
    def change(self) -> int | None:
        return self.now - self.before if self.now is not None and self.before is not None else None


@dataclass(frozen=True, slots=True)
class PlatformRow:
    platform: str
    accounts: int
    followers: int | None
    views: int | None
    posts: int
    post_views: int | None
    interactions: int | None
    rate: float | None  # interactions for each view, of posts that tell both
    until: date | None  # the last day that was told
    taken_at: datetime | None

    def counts_alone(self) -> PlatformRow:
        """Without what its network tells: how many accounts and posts there are we know by ourselves."""
        return replace(self, followers=None, views=None, post_views=None, interactions=None, rate=None)
