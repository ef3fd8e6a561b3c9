"""What an account, a media and an item of a carousel tell of themselves, field by field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.instagram import comment_nodes, figures
from apps.sandbox.meta.fields import Field, Readers, select

STORY_LIVES = timedelta(hours=24)
MEDIA = "platform='instagram' AND account_id=? AND kind='post' AND deleted_at IS NULL"


def instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}+0000"


def of_account(world: World, account: Account, id: str) -> Readers:
    return {
        "id": lambda _: id,
        "user_id": lambda _: account.id,
        "username": lambda _: account.handle,
        "name": lambda _: account.name,
        "account_type": lambda _: account.data["account_type"],
        "profile_picture_url": lambda _: world.avatar_url(account),
        "followers_count": lambda _: account.data["followers_count"],
        "follows_count": lambda _: account.data["follows_count"],
        "media_count": lambda _: world.store.posts.count(MEDIA, (account.id,)),
        "biography": lambda _: account.data.get("biography"),
        "website": lambda _: account.data.get("website"),
    }


def of_media(world: World, post: Post) -> Readers:
    author = world.account("instagram", post.account_id)
    product = post.data["media_product_type"]

    def first() -> Medium | None:
        media = world.media_of(post)
        return media[0] if media else None

    def first_url() -> str | None:
        medium = first()
        return world.media_url(medium) if medium else None

    def thumbnail() -> str | None:
        if post.data["media_type"] != "VIDEO":
            return None
        cover = world.store.media.get("instagram", str(post.data.get("cover")))
        return world.media_url(cover) if cover else first_url()

    def alt_text() -> str | None:
        medium = first()
        return medium.alt or None if medium and post.data["media_type"] == "IMAGE" else None

    def children(one: Field) -> dict[str, Any] | None:
        if post.data["media_type"] != "CAROUSEL_ALBUM":
            return None
        items = world.media_of(post)
        return {"data": [select(one.inner, of_item(world, post, medium), node="IGMedia") for medium in items]}

    def comments(one: Field) -> dict[str, Any] | None:
        found = world.replies_to(post)
        shown = [select(one.inner, comment_nodes.readers(world, comment), node="IGComment") for comment in found]
        return {"data": shown} if shown else None

    def is_shared(_: Field) -> bool | None:
        return bool(post.data.get("is_shared_to_feed", True)) if product == "REELS" else None

    return {
        "id": lambda _: post.id,
        "caption": lambda _: post.text or None,
        "media_type": lambda _: post.data["media_type"],
        "media_product_type": lambda _: product,
        "media_url": lambda _: first_url(),
        "thumbnail_url": lambda _: thumbnail(),
        "permalink": lambda _: world.permalink(post),
        "shortcode": lambda _: post.data["shortcode"],
        "timestamp": lambda _: instant(post.created_at),
        "username": lambda _: author.handle if author else None,
        "owner": lambda _: {"id": post.account_id},
        "alt_text": lambda _: alt_text(),
        "children": children,
        "comments": comments,
        "is_shared_to_feed": is_shared,
        "is_comment_enabled": lambda _: bool(post.data.get("comment_enabled", True)),
        "is_ai_generated": lambda _: post.data.get("is_ai_generated"),
        "like_count": lambda _: figures.of_post(world, post, "likes"),
        "comments_count": lambda _: world.count_replies(post),
    }


def of_item(world: World, post: Post, medium: Medium) -> Readers:
    """An item of a carousel: it has no text and no figures of its own."""
    author = world.account("instagram", post.account_id)
    is_picture = medium.mime.startswith("image/")
    return {
        "id": lambda _: medium.id,
        "media_type": lambda _: "IMAGE" if is_picture else "VIDEO",
        "media_product_type": lambda _: "FEED",
        "media_url": lambda _: world.media_url(medium),
        "thumbnail_url": lambda _: None if is_picture else world.media_url(medium),
        "alt_text": lambda _: medium.alt or None,
        "permalink": lambda _: world.permalink(post),
        "shortcode": lambda _: post.data["shortcode"],
        "timestamp": lambda _: instant(post.created_at),
        "username": lambda _: author.handle if author else None,
        "owner": lambda _: {"id": post.account_id},
    }
