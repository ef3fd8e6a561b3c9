"""The two forms of a post's id."""

from __future__ import annotations

from apps.sandbox.core.rows import Post


def shown_id(post: Post) -> str:
    """`{page-id}_{post-id}`, also for posts of the past, which were planted with a bare number."""
    return post.id if "_" in post.id else f"{post.account_id}_{post.id}"


def bare_id(post: Post) -> str:
    return shown_id(post).partition("_")[2]
