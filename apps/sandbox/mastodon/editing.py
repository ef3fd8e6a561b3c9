"""The versions of a status."""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import entities
from apps.sandbox.mastodon.errors import instant


def version(world: World, post: Post) -> dict[str, Any]:
    """What a status says now, as its history will tell it."""
    poll = post.data.get("poll")
    return {
        "text": post.text,
        "warning": post.data["warning"],
        "sensitive": post.data["sensitive"],
        "language": post.data["language"],
        "at": post.data.get("edited_at") or instant(post.created_at),
        "media": [entities.medium(world, one) for one in world.media_of(post)],
        "poll": poll["options"] if poll else [],
    }
