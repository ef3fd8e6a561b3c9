"""Who answers whom: a conversation is a root post and everything below it."""

from __future__ import annotations

from collections.abc import Iterator

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World


def root_of(world: World, post: Post) -> Post:
    """The post at the top; where one in between was deleted, the conversation goes on under its root."""
    root_id = post.data.get("root_id")
    root = world.store.posts.get("threads", root_id) if root_id else None
    return root or post


def below(world: World, post: Post) -> Iterator[Post]:
    """All replies, the replies to them, and so on."""
    for reply in world.replies_to(post):
        yield reply
        yield from below(world, reply)
