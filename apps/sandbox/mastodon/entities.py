"""Accounts, statuses and media as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import figures, text
from apps.sandbox.mastodon.errors import instant


def actor_uri(world: World, account: Account) -> str:
    return f"{world.origin('mastodon')}/users/{account.handle}"


def account(world: World, account: Account, *, with_source: bool = False) -> dict[str, Any]:
    avatar, header = world.avatar_url(account), f"{world.origin('mastodon')}/headers/original/missing.png"
    shown: dict[str, Any] = {
        "id": account.id,
        "username": account.handle,
        "acct": account.handle,
        "display_name": account.name,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "group": False,
        "created_at": instant(account.created_at.replace(hour=0, minute=0, second=0, microsecond=0)),
        "note": "",
        "url": world.profile_url(account),
        "uri": actor_uri(world, account),
        "avatar": avatar,
        "avatar_static": avatar,
        "header": header,
        "header_static": header,
        "followers_count": figures.followers(account, world.now()),
        "following_count": account.data["following_count"],
        "statuses_count": statuses_count(world, account),
        "emojis": [],
        "fields": [],
    }
    if with_source:
        shown["source"] = {
            "privacy": "public",
            "sensitive": False,
            "language": "en",
            "note": "",
            "fields": [],
            "follow_requests_count": 0,
        }
    return shown


def statuses_count(world: World, account: Account) -> int:
    return world.store.posts.count("platform='mastodon' AND account_id=? AND deleted_at IS NULL", (account.id,))


def status(world: World, post: Post) -> dict[str, Any]:
    return statuses(world, [post])[0]


def statuses(world: World, posts: Iterable[Post]) -> list[dict[str, Any]]:
    """Each author is looked up and shown once, however many of their statuses there are."""
    authors: dict[str, tuple[Account, dict[str, Any]]] = {}
    found = []
    for post in posts:
        if post.account_id not in authors:
            author = world.account("mastodon", post.account_id)
            if author is None:
                raise LookupError(f"Status {post.id} has no author.")
            authors[post.account_id] = (author, account(world, author))
        found.append(_status(world, post, *authors[post.account_id]))
    return found


def _status(world: World, post: Post, author: Account, shown_author: dict[str, Any]) -> dict[str, Any]:
    origin = world.origin("mastodon")
    parent = world.store.posts.get("mastodon", post.parent_id) if post.parent_id else None
    tags = dict.fromkeys(tag.lower() for tag in text.hashtags(post.text))
    return {
        "id": post.id,
        "created_at": instant(post.created_at),
        "in_reply_to_id": post.parent_id or None,
        "in_reply_to_account_id": parent.account_id if parent else None,
        "sensitive": post.data["sensitive"],
        "spoiler_text": post.data["warning"],
        "visibility": post.visibility,
        "language": post.data["language"],
        "uri": f"{actor_uri(world, author)}/statuses/{post.id}",
        "url": world.permalink(post),
        "edited_at": post.data.get("edited_at"),
        "content": text.to_html(post.text, origin),
        "reblog": None,
        "application": post.data["application"],
        "account": shown_author,
        "media_attachments": [medium(world, one) for one in world.media_of(post)],
        "mentions": [],
        "tags": [{"name": tag, "url": f"{origin}/tags/{tag}"} for tag in tags],
        "emojis": [],
        "card": None,
        "poll": figures.poll(world, post),
        **figures.of_status(world, post),
        **_quoting(world, post),
    }


def _quoting(world: World, post: Post) -> dict[str, Any]:
    """What it quotes and who may quote it, on servers that know quotes."""
    if world.setting("mastodon", "software") != "mastodon":
        return {}
    quoted = world.post("mastodon", post.data.get("quote") or "")
    shown = {"state": "accepted", "quoted_status": {"id": quoted.id}} if quoted else None
    policy = post.data.get("quote_policy") or "public"
    # The current user is always the author here: nobody else's approval is asked for.
    approval = {"automatic": [] if policy == "nobody" else [policy], "manual": [], "current_user": "automatic"}
    return {"quote": shown, "quote_approval": approval}


def edit(world: World, post: Post, version: dict[str, Any]) -> dict[str, Any]:
    """One of the versions that a status had, for its history."""
    author = world.account("mastodon", post.account_id)
    return {
        "content": text.to_html(version["text"], world.origin("mastodon")),
        "spoiler_text": version["warning"],
        "sensitive": version["sensitive"],
        "created_at": version["at"],
        "account": account(world, author) if author else None,
        "media_attachments": version["media"],
        "emojis": [],
        **({"poll": {"options": [{"title": title} for title in version["poll"]]}} if version["poll"] else {}),
    }


def medium(world: World, medium: Medium) -> dict[str, Any]:
    """`url` is null until processing has ended."""
    url = world.media_url(medium) if is_ready(medium, world.now()) else None
    thumbnail = world.store.media.get("mastodon", medium.data.get("thumbnail", ""))
    shape = {"width": medium.width, "height": medium.height, "size": f"{medium.width}x{medium.height}"}
    if medium.height:
        shape["aspect"] = medium.width / medium.height
    return {
        "id": medium.id,
        "type": medium.data.get("type", "image"),  # a picture of the past was never uploaded here
        "url": url,
        "preview_url": world.media_url(thumbnail) if thumbnail else url,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {"original": shape} | ({"focus": medium.data["focus"]} if medium.data.get("focus") else {}),
        "description": medium.alt or None,
        "blurhash": None,
    }


def is_ready(medium: Medium, now: datetime) -> bool:
    return medium.ready_at is None or medium.ready_at <= now
