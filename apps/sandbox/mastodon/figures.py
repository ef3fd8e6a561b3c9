"""Counters of statuses, polls and accounts: they grow with time, and never shrink."""

from __future__ import annotations

import math
import zlib
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.mastodon.errors import instant

GROWN_AFTER = timedelta(hours=12)
AUDIENCE = 400  # no status here gets more favourites than this


def grown(post: Post, name: str, most: int, at: datetime) -> int:
    """A counter of a status: most of it comes in its first hours."""
    age = max(0.0, (at - post.created_at) / GROWN_AFTER)
    share = zlib.crc32(f"{post.id} {name}".encode()) % most
    return int(share * (1 - math.exp(-age)))


def of_status(world: World, post: Post) -> dict[str, int]:
    """Nothing where the server hides its counts. Quotes are those of this server, as everything is."""
    if world.setting("mastodon", "hides_counts"):
        return {}
    now = world.now()
    counts = {
        "replies_count": world.count_replies(post),
        "reblogs_count": grown(post, "reblogs", AUDIENCE // 8, now),
        "favourites_count": grown(post, "favourites", AUDIENCE, now),
    }
    if world.setting("mastodon", "software") == "mastodon":
        counts["quotes_count"] = post.data.get("quotes", 0)
    return counts


def followers(account: Account, now: datetime) -> int:
    """Two more each day."""
    return int(account.data["followers_count"]) + 2 * max(0, (now - account.created_at).days)


def poll(world: World, post: Post) -> dict[str, Any] | None:
    """The poll of a status with its votes; while `hide_totals` holds, nobody sees those of an option before its end."""
    stored = post.data.get("poll")
    if not stored:
        return None
    now, ends_at = world.now(), datetime.fromisoformat(stored["expires_at"])
    is_expired = ends_at <= now
    votes = [grown(post, f"poll {title}", 60, min(now, ends_at)) for title in stored["options"]]
    is_hidden = stored.get("hide_totals", False) and not is_expired
    return {
        "id": post.id,
        "expires_at": instant(ends_at),
        "expired": is_expired,
        "multiple": stored["multiple"],
        "votes_count": sum(votes),
        "voters_count": max(votes, default=0) if stored["multiple"] else sum(votes),
        "options": [
            {"title": title, "votes_count": None if is_hidden else count}
            for title, count in zip(stored["options"], votes, strict=True)
        ],
        "emojis": [],
    }
