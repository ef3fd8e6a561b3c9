"""What a comment tells of itself. Whose it is, its row says in `author`; the account's own comments have none there."""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.meta.fields import Field, Readers, select


def author_of(world: World, comment: Post) -> dict[str, str]:
    account = world.account("instagram", comment.account_id)
    own = {"id": comment.account_id, "username": account.handle if account else ""}
    return dict(comment.data.get("author") or own)


def readers(world: World, comment: Post) -> Readers:
    is_readable = bool(world.setting("instagram", "comment_authors"))
    author = author_of(world, comment)

    def media(_: Field) -> dict[str, Any] | None:
        root = root_of(world, comment)
        return {"id": root.id, "media_product_type": root.data["media_product_type"]} if root else None

    def replies(one: Field) -> dict[str, Any] | None:
        found = [select(one.inner, readers(world, reply), node="IGComment") for reply in world.replies_to(comment)]
        return {"data": found} if found else None

    return {
        "id": lambda _: comment.id,
        "text": lambda _: comment.text,
        "timestamp": lambda _: f"{comment.created_at:%Y-%m-%dT%H:%M:%S}+0000",
        "username": lambda _: author["username"] if is_readable else None,
        "from": lambda _: author if is_readable else None,
        "hidden": lambda _: bool(comment.data.get("hidden")),
        "like_count": lambda _: 0,
        "parent_id": lambda _: comment.parent_id if comment.data["level"] > 1 else None,
        "media": media,
        "replies": replies,
    }


def root_of(world: World, comment: Post) -> Post | None:
    """The media that it stands under."""
    parent = world.post("instagram", comment.parent_id)
    return world.post("instagram", parent.parent_id) if parent and parent.kind == "reply" else parent
