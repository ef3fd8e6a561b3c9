"""Views and what follows from them: they grow from the moment a video is public, fast at first, then slowly.

Every figure follows from the video's id and its age, so that two reports of the same day agree.
"""

from __future__ import annotations

import math
import zlib
from datetime import datetime
from typing import Any

from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips
from apps.sandbox.youtube.clips import Clip

SCALE_DAYS = 4.0


def views(clip: Clip, at: datetime) -> int:
    """All views until then."""
    if not clip.is_public or not clip.published_at or clip.failure or clip.rejection:
        return 0
    days = max(0.0, at.timestamp() - clip.published_at) / 86_400
    return int(reach(clip) * (1 - math.exp(-days / SCALE_DAYS)))


def reach(clip: Clip) -> int:
    """How many will have seen it in the end."""
    return 400 + zlib.crc32(clip.id.encode()) % 4600


def likes(count: int) -> int:
    return count * 4 // 100


def of_video(world: World, clip: Clip, *, is_owner: bool) -> dict[str, Any]:
    """The part `statistics`: numbers as text; what is hidden is missing."""
    count = views(clip, world.now())
    shown = {"viewCount": str(count), "favoriteCount": "0"}
    if clip.status.get("publicStatsViewable", True):
        shown["likeCount"] = str(likes(count))
    if is_owner:
        shown["dislikeCount"] = str(count // 500)
    if not clip.is_for_kids:
        shown["commentCount"] = str(comments(world, clip))
    return shown


def comments(world: World, clip: Clip) -> int:
    """Comments and the replies to them."""
    threads = world.replies_to(clip.post)
    return len(threads) + sum(world.count_replies(thread) for thread in threads)


def of_channel(world: World, account: Account) -> dict[str, Any]:
    """Subscribers are rounded to three digits, and missing where they are hidden."""
    films = clips.of_channel(world, account)
    total = account.data["views"] + sum(views(clip, world.now()) for clip in films)
    hides = bool(world.setting("youtube", "hides_subscribers"))
    shown: dict[str, Any] = {
        "viewCount": str(total),
        "hiddenSubscriberCount": hides,
        "videoCount": str(sum(1 for clip in films if clip.is_public)),
    }
    if not hides:
        shown["subscriberCount"] = str(rounded(account.data["subscribers"] + (total - account.data["views"]) // 200))
    return shown


def rounded(count: int) -> int:
    """Down to three digits."""
    unit = 10 ** max(0, len(str(count)) - 3)
    return count // unit * unit
