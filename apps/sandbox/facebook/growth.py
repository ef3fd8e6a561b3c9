"""Numbers that nobody has counted: made of an id and a name, so they are always the same, and growing with time."""

from __future__ import annotations

import math
import zlib
from datetime import datetime, timedelta

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World

# How many a post of the Page gets in the end, at most.
MOST = {
    "views": 4000,
    "reach": 2500,
    "clicks": 160,
    "video_views": 900,
    "reactions": 120,
    "likes": 90,
    "love": 20,
    "wow": 6,
    "haha": 6,
    "sorry": 3,
    "anger": 2,
    "shares": 14,
    "comments": 9,
    "actions": 150,
}
# After this time a post has had about two thirds of what it will get.
PACE = timedelta(hours=18)


def of_post(world: World, post: Post, name: str, at: datetime | None = None) -> int:
    """What this post has gathered of `name` until now, or until `at`."""
    age = (at or world.now()) - post.created_at
    return grown(f"{post.id} {name}", most=MOST[name], age=age)


def grown(seed: str, *, most: int, age: timedelta, pace: timedelta = PACE) -> int:
    if age <= timedelta():
        return 0
    final = most * (0.4 + 0.6 * _share(seed))
    return int(final * (1 - math.exp(-age / pace)))


def of_day(seed: str, day: datetime, *, usual: int) -> int:
    """What one day brought: about `usual`, each day a little different."""
    return int(usual * (0.6 + 0.8 * _share(f"{seed} {day:%Y-%m-%d}")))


def _share(seed: str) -> float:
    """Between 0 and 1, always the same for the same seed."""
    return zlib.crc32(seed.encode()) / 2**32
