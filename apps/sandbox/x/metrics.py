"""Numbers that grow with a post's age, and are the same whenever they are asked for at the same hour.

What a post does not have is absent: link clicks without a link, views of media without a film.
"""

from __future__ import annotations

import math
import zlib
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.x import text

PRIVATE_FOR = timedelta(days=30)
HALF_A_DAY = 12 * 3600
# Of a thousand impressions, so many come to this.
RATES = {
    "likes": 31, "reposts": 6, "quotes": 2, "bookmarks": 5, "shares": 3, "follows": 1, "url_clicks": 14,
    "user_profile_clicks": 9, "detail_expands": 27, "permalink_clicks": 4, "hashtag_clicks": 2, "media_views": 620,
    "unlikes": 1, "unfollows": 0,
}  # fmt: skip
# Of a thousand views of a film.
VIDEO_RATES = {
    "playback_start": 910, "playback25": 640, "playback50": 450, "playback75": 330, "playback_complete": 240,
    "play_from_tap": 60,
}  # fmt: skip


def impressions(post: Post, at: datetime) -> int:
    age = (at - post.created_at).total_seconds()
    ceiling = 400 + zlib.crc32(post.id.encode()) % 3600
    return int(ceiling * -math.expm1(-age / HALF_A_DAY)) if age > 0 else 0


def count(post: Post, name: str, at: datetime) -> int:
    return impressions(post, at) * RATES[name] // 1000


def public(world: World, post: Post) -> dict[str, int]:
    now = world.now()
    return {
        "repost_count": count(post, "reposts", now),
        "reply_count": world.count_replies(post),
        "like_count": count(post, "likes", now),
        "quote_count": count(post, "quotes", now),
        "bookmark_count": count(post, "bookmarks", now),
        "impression_count": impressions(post, now),
    }


def private(world: World, post: Post) -> dict[str, int]:
    now = world.now()
    found = {"user_profile_clicks": count(post, "user_profile_clicks", now), "engagements": engagements(post, now)}
    return ({"url_link_clicks": count(post, "url_clicks", now)} if text.urls(post.text) else {}) | found


def organic(world: World, post: Post) -> dict[str, int]:
    shown = public(world, post)
    names = ("impression_count", "like_count", "reply_count", "repost_count")
    return {name: shown[name] for name in names} | private(world, post)


def are_private_to(world: World, post: Post, reader: Account | None) -> bool:
    """Whether this reader may see the private numbers: the author, for thirty days."""
    return reader is not None and reader.id == post.account_id and world.now() - post.created_at < PRIVATE_FOR


def engagements(post: Post, at: datetime) -> int:
    return sum(count(post, name, at) for name in ("likes", "reposts", "bookmarks", "detail_expands"))


def of_post(world: World, post: Post, media: list[Medium], at: datetime) -> dict[str, int]:
    """All that the analytics of a post tell, from its beginning up to `at`."""
    found = {name: count(post, name, at) for name in RATES if name not in {"reposts", "quotes"}}
    found |= {
        "impressions": impressions(post, at),
        "engagements": engagements(post, at),
        "replies": sum(1 for reply in world.replies_to(post) if reply.created_at <= at),
        "retweets": count(post, "reposts", at),
        "quote_tweets": count(post, "quotes", at),
    }
    if not text.urls(post.text):
        del found["url_clicks"]
    if not text.hashtags(post.text):
        del found["hashtag_clicks"]
    if not any(medium.mime.startswith("video/") for medium in media):
        del found["media_views"]
    return found


def of_video(post: Post, medium: Medium, at: datetime) -> dict[str, int]:
    views = count(post, "media_views", at)
    seconds: float = medium.data.get("seconds") or 10.0
    found = {"video_views": views, "watch_time_ms": int(views * seconds * 550)}
    return found | {name: views * rate // 1000 for name, rate in VIDEO_RATES.items()}


def views(post: Post, at: datetime) -> dict[str, Any]:
    return {"view_count": count(post, "media_views", at)}
