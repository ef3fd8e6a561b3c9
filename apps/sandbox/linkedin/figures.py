"""Plausible numbers: each post has a reach of its own that it grows into, quickly at first and slower later.

They follow from the post's id and its age alone, so the same question has the same answer at the same time, and no
number ever falls.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.linkedin import urns

LINKEDIN = "linkedin"
HALF_GROWN = timedelta(hours=30)
LEAST, MOST = 80, 2400
RESHARE = "reshare"  # the box of reshares, each owned by the post that it shares


@dataclass(frozen=True, slots=True)
class Figures:
    impressions: int = 0
    reached: int = 0
    clicks: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    saves: int = 0
    sends: int = 0

    @property
    def engagement(self) -> float:
        if not self.impressions:
            return 0.0
        return round((self.clicks + self.likes + self.comments + self.shares) / self.impressions, 4)

    def since(self, earlier: Figures) -> Figures:
        return Figures(*(now - before for now, before in zip(_values(self), _values(earlier), strict=True)))


def _values(figures: Figures) -> tuple[int, ...]:
    return tuple(getattr(figures, name) for name in Figures.__slots__)


def total(several: Iterable[Figures]) -> Figures:
    rows = [_values(one) for one in several]
    return Figures(*(sum(column) for column in zip(*rows, strict=True))) if rows else Figures()


class Gathering:
    """How one post's figures have come about, so that they can be asked for at several instants."""

    def __init__(self, world: World, post: Post) -> None:
        top = world.replies_to(post)
        below = [reply for one in top for reply in world.replies_to(one)]
        urn = urns.make("share", post.id) if post.id.isdigit() else post.id
        self._post = post
        self._seed = zlib.crc32(post.id.encode())
        self._commented_at = [one.created_at for one in (*top, *below)]
        self._shared_at = [thing.created_at for thing in world.box(LINKEDIN, RESHARE).all(owner=urn)]

    def until(self, at: datetime) -> Figures:
        """Comments and reshares are those that really happened."""
        age = at - self._post.created_at
        if age <= timedelta():
            return Figures()
        seed = self._seed
        impressions = int((LEAST + seed % (MOST - LEAST)) * (1 - math.exp(-age / HALF_GROWN)))
        return Figures(
            impressions=impressions,
            reached=impressions * 3 // 4,
            clicks=impressions // (14 + seed % 9),
            likes=impressions // (25 + seed % 13),
            comments=sum(1 for instant in self._commented_at if instant <= at),
            shares=sum(1 for instant in self._shared_at if instant <= at),
            saves=impressions // 150,
            sends=impressions // 220,
        )


def has_data(world: World, post: Post) -> bool:
    """A post that is too young is left out by all that is asked about it."""
    return world.now() - post.created_at >= timedelta(seconds=float(world.setting(LINKEDIN, "statistics_seconds")))


def followers(account: Account, day: date) -> int:
    """Followers at the end of a day: some on every day, more on some."""
    days = (day - account.created_at.date()).days
    return int(account.data["followers"]) + sum(gained(account, day - timedelta(days=n)) for n in range(max(0, days)))


def gained(account: Account, day: date) -> int:
    return zlib.crc32(f"{account.id} {day}".encode()) % 5


def page_views(account: Account, day: date) -> int:
    return 6 + zlib.crc32(f"{account.id} views {day}".encode()) % 30


def share_statistics(figures: Figures) -> dict[str, Any]:
    return {
        "impressionCount": figures.impressions,
        "uniqueImpressionsCount": figures.reached,
        "clickCount": figures.clicks,
        "likeCount": figures.likes,
        "commentCount": figures.comments,
        "shareCount": figures.shares,
        "engagement": figures.engagement,
    }
