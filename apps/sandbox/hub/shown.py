"""Rows as the control API shows them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World


def account(world: World, account: Account) -> dict[str, Any]:
    return {
        "platform": account.platform,
        "id": account.id,
        "handle": account.handle,
        "name": account.name,
        "feed": world.profile_url(account),
        "data": account.data,
    }


def post(world: World, post: Post) -> dict[str, Any]:
    author = world.account(post.platform, post.account_id)
    return {
        "platform": post.platform,
        "id": post.id,
        "handle": author.handle if author else "",
        "account_id": post.account_id,
        "text": post.text,
        "kind": post.kind,
        "parent_id": post.parent_id,
        "visibility": post.visibility,
        "created_at": post.created_at.isoformat(),
        "deleted_at": post.deleted_at.isoformat() if post.deleted_at else None,
        "permalink": world.permalink(post),
        "media": [_medium(world, one) for one in world.media_of(post)],
        "data": post.data,
    }


def _medium(world: World, medium: Medium) -> dict[str, Any]:
    return {
        "id": medium.id,
        "mime": medium.mime,
        "width": medium.width,
        "height": medium.height,
        "size": medium.size,
        "alt": medium.alt,
        "sha256": medium.digest,
        "url": world.media_url(medium),
        "data": medium.data,
    }


def counts(world: World, posts: list[Post]) -> dict[str, Any]:
    """How often each text was published; `repeated` counts what went out beyond the first time.

    A comment is the same only under the same post: a sentence may well be said under two of them.
    """
    times: dict[tuple[str, str], Counter[tuple[str, str, str]]] = {}
    for one in posts:
        times.setdefault((one.platform, one.account_id), Counter())[(one.kind, one.parent_id, one.text)] += 1
    accounts = [_account_counts(world, platform, id, counter) for (platform, id), counter in times.items()]
    return {
        "total": len(posts),
        "repeated": sum(line["repeated"] for line in accounts),
        "deleted": sum(1 for one in posts if one.deleted_at),
        "accounts": accounts,
    }


def _account_counts(world: World, platform: str, id: str, counter: Counter[tuple[str, str, str]]) -> dict[str, Any]:
    author = world.account(platform, id)
    return {
        "platform": platform,
        "handle": author.handle if author else "",
        "total": counter.total(),
        "repeated": counter.total() - len(counter),
        "texts": [
            {"text": text, "kind": kind, "parent_id": parent, "times": times}
            for (kind, parent, text), times in counter.items()
        ],
    }
