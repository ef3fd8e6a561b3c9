"""How many have seen, liked or shared something: always the same for the same post, and growing with its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook import growth

# How many a post gets in the end, at most.
MOST: Mapping[str, int] = {
    "views": 3000,
    "reach": 2100,
    "likes": 160,
    "saved": 24,
    "shares": 18,
    "reposts": 7,
    "follows": 9,
    "profile_visits": 30,
    "link_clicks": 12,
    "navigation": 90,
    "replies": 6,
}
# A story is seen by fewer.
OF_STORY: Mapping[str, int] = {**MOST, "views": 300, "reach": 240, "shares": 5}
WATCHED_MILLISECONDS = 6400
# What an account's profile brings in a day, apart from its posts.
OF_DAY: Mapping[str, int] = {"views": 90, "reach": 60, "accounts_engaged": 11, "profile_links_taps": 4}


def of_post(world: World, post: Post, name: str, at: datetime | None = None) -> int:
    """What this post has gathered until now, or until `at`."""
    age = (at or world.now()) - post.created_at
    if name == "comments":
        return world.count_replies(post)
    if name == "total_interactions":
        return sum(of_post(world, post, one, at) for one in ("likes", "comments", "saved", "shares", "reposts"))
    if name == "profile_activity":
        return of_post(world, post, "profile_visits", at) // 3
    if name == "ig_reels_video_view_total_time":
        return WATCHED_MILLISECONDS * of_post(world, post, "views", at)
    if name == "ig_reels_avg_watch_time":
        return WATCHED_MILLISECONDS if of_post(world, post, "views", at) else 0
    if name == "reels_skip_rate":
        return 31 if of_post(world, post, "views", at) else 0
    most = OF_STORY if post.data.get("media_product_type") == "STORY" else MOST
    return growth.grown(f"{post.id} {name}", most=most[name], age=age)


def of_account(world: World, account: Account, name: str, since: datetime, until: datetime) -> int:
    """What happened to all posts and to the profile between the two."""
    posts = [post for post in world.posts_of(account) if post.kind == "post"]
    of_posts = {"saves": "saved", "accounts_engaged": "likes"}.get(name, name)
    total = 0
    if of_posts in MOST or of_posts in {"total_interactions", "comments"}:
        total = sum(_between(world, post, of_posts, since, until) for post in posts)
    if usual := OF_DAY.get(name):
        begins = max(since, account.created_at - timedelta(days=90))
        days = max(0.0, (until - begins) / timedelta(days=1))
        total += int(growth.of_day(f"{account.id} {name}", begins, usual=usual) * days)
    is_settling = world.now() - until < timedelta(days=int(world.setting("instagram", "settling_days")))
    return total * 9 // 10 if is_settling else total


def _between(world: World, post: Post, name: str, since: datetime, until: datetime) -> int:
    if name == "comments":
        return sum(1 for one in world.replies_to(post) if since <= one.created_at <= until)
    return of_post(world, post, name, until) - of_post(world, post, name, since)
