"""A published post, reply or repost, as Threads shows it; what it lacks is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from apps.sandbox.core.rows import Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.meta.fields import Field, Reader, Readers
from apps.sandbox.threads import text
from apps.sandbox.threads.conversations import root_of
from apps.sandbox.threads.fields import always, select


def instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}+0000"


def media_type(world: World, post: Post) -> str:
    """In the words of reading; a post that was planted into the past is judged by its media."""
    kind = post.data.get("media_type")
    if not kind:
        kind = "IMAGE" if world.media_of(post) else "TEXT_POST"
    return str(kind)


def readers(world: World, post: Post, *, caller_id: str) -> Readers:
    author, media = world.account("threads", post.account_id), world.media_of(post)
    kind = media_type(world, post)
    plain: dict[str, Any] = {
        "id": post.id,
        "media_product_type": "THREADS",
        "media_type": kind,
        "permalink": world.permalink(post),
        "owner": {"id": post.account_id},
        "username": author.handle if author else None,
        "text": post.text or None,
        "timestamp": instant(post.created_at),
        "shortcode": post.data.get("shortcode"),
        "is_quote_post": "quoted" in post.data,
        "alt_text": media[0].alt or None if len(media) == 1 else None,
        "link_attachment_url": _link(post, kind),
        "topic_tag": post.data.get("topic_tag"),
        "poll_attachment": post.data.get("poll"),
        "gif_url": _gif_url(post),
        "location_id": post.data.get("location_id"),
        "has_replies": world.count_replies(post) > 0,
        "is_reply": post.kind == "reply",
        "reply_audience": str(post.data.get("reply_control", "everyone")).upper(),
        **_place(world, post, caller_id),
        **_addresses(world, kind, media),
    }
    return {name: always(value) for name, value in plain.items()} | {
        "children": _children(world, kind, media),
        "quoted_post": _other(world, post.data.get("quoted"), caller_id),
        "reposted_post": _other(world, post.data.get("reposted"), caller_id),
    }


def _place(world: World, post: Post, caller_id: str) -> dict[str, Any]:
    """Where a reply stands; a root post stands nowhere."""
    if post.kind != "reply":
        return dict.fromkeys(("root_post", "replied_to", "is_reply_owned_by_me", "hide_status"))
    return {
        "root_post": {"id": root_of(world, post).id},
        "replied_to": {"id": post.parent_id},
        "is_reply_owned_by_me": post.account_id == caller_id,
        "hide_status": "NOT_HUSHED",
    }


def _addresses(world: World, kind: str, media: Sequence[Medium]) -> dict[str, Any]:
    url = world.media_url(media[0]) if media and kind in {"IMAGE", "VIDEO"} else None
    return {"media_url": url, "thumbnail_url": url if kind == "VIDEO" else None}


def _link(post: Post, kind: str) -> str | None:
    """The card under a text: what was attached, or the first address in it."""
    if kind != "TEXT_POST":
        return None
    return post.data.get("link_attachment") or next(iter(text.links(post.text)), None)


def _gif_url(post: Post) -> str | None:
    gif = post.data.get("gif")
    return f"https://media.giphy.com/media/{gif['gif_id']}/giphy.gif" if gif else None


def _children(world: World, kind: str, media: Sequence[Medium]) -> Reader:
    def read(field: Field) -> Any:
        if kind != "CAROUSEL_ALBUM":
            return None
        return {"data": [select(field.inner, _item(world, one)) for one in media]}

    return read


def _item(world: World, medium: Medium) -> Readers:
    kind = "IMAGE" if medium.mime.startswith("image/") else "VIDEO"
    plain = {
        "id": medium.id,
        "media_product_type": "THREADS",
        "media_type": kind,
        "timestamp": instant(medium.created_at),
        "alt_text": medium.alt or None,
        **_addresses(world, kind, [medium]),
    }
    return {name: always(value) for name, value in plain.items()}


def _other(world: World, id: str | None, caller_id: str) -> Reader:
    def read(field: Field) -> Any:
        other = world.post("threads", id) if id else None
        return select(field.inner, readers(world, other, caller_id=caller_id)) if other else None

    return read
