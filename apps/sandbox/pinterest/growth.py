"""Plausible numbers: each pin has a reach of its own that it grows into, quickly at first and slower later.

They follow from the pin's id and its age alone, so the same question has the same answer at the same time, and no
number ever falls.
"""

from __future__ import annotations

import math
import zlib
from datetime import datetime, timedelta

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World

# How many a pin gets in the end, at most; times are in milliseconds.
MOST = {
    "IMPRESSION": 3000,
    "PIN_CLICK": 150,
    "OUTBOUND_CLICK": 60,
    "SAVE": 90,
    "TOTAL_COMMENTS": 9,
    "TOTAL_REACTIONS": 40,
    "USER_FOLLOW": 12,
    "PROFILE_VISIT": 30,
    "VIDEO_START": 900,
    "VIDEO_MRC_VIEW": 600,
    "VIDEO_10S_VIEW": 300,
    "QUARTILE_95_PERCENT_VIEW": 120,
    "VIDEO_V50_WATCH_TIME": 9_000_000,
}
PACE = timedelta(days=3)
MONTH = timedelta(days=30)


def of_pin(pin: Post, name: str, at: datetime) -> int:
    """What this pin has gathered of `name` until `at`."""
    age = at - pin.created_at
    if age <= timedelta() or (name == "OUTBOUND_CLICK" and not pin.data.get("link")):
        return 0
    final = MOST[name] * (0.4 + 0.6 * _share(f"{pin.id} {name}"))
    return int(final * (1 - math.exp(-age / PACE)))


def followers(world: World, account: Account) -> int:
    return int(account.data["followers"]) + (world.now() - account.created_at).days // 2


def monthly_views(world: World, account: Account) -> int:
    now = world.now()
    since = now - MONTH
    pins = world.posts_of(account)
    return sum(of_pin(pin, "IMPRESSION", now) - of_pin(pin, "IMPRESSION", since) for pin in pins)


def _share(seed: str) -> float:
    """Between 0 and 1, always the same for the same seed."""
    return zlib.crc32(seed.encode()) / 2**32
