"""A comment and a thread of comments as the Data API shows them."""

from __future__ import annotations

from html import escape
from typing import Any

from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.youtube.paging import timestamp
from apps.sandbox.youtube.parameters import etag

MODERATIONS = ("published", "heldForReview", "rejected")
REPLIES_SHOWN = 5


def load(world: World, id: str) -> Post | None:
    post = world.post("youtube", id)
    return post if post and post.kind == "reply" else None


def comment(world: World, post: Post) -> dict[str, Any]:
    author = world.account("youtube", post.account_id)
    handle = f"@{author.handle}" if author else ""
    snippet = {
        "channelId": post.data["channel"],
        "videoId": post.data["video"],
        "textDisplay": escape(post.text, quote=False),
        "textOriginal": post.text,
        "authorDisplayName": handle,
        "authorProfileImageUrl": world.avatar_url(author) if author else "",
        "authorChannelUrl": f"http://www.youtube.com/{handle}",
        "authorChannelId": {"value": post.account_id},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": timestamp(post.created_at),
        "updatedAt": timestamp(post.data["updated_at"]),
    }
    if post.data["level"] > 1:
        snippet["parentId"] = post.parent_id
    if post.data["moderation"] != "published":
        snippet["moderationStatus"] = post.data["moderation"]
    return {"kind": "youtube#comment", "etag": etag(post.id, snippet["updatedAt"]), "id": post.id, "snippet": snippet}


def thread(world: World, post: Post, wanted: list[str]) -> dict[str, Any]:
    """A thread has the id of the comment that it begins with."""
    replies = world.replies_to(post)
    shown: dict[str, Any] = {"kind": "youtube#commentThread", "etag": etag(post.id, len(replies)), "id": post.id}
    if "snippet" in wanted:
        shown["snippet"] = {
            "channelId": post.data["channel"],
            "videoId": post.data["video"],
            "topLevelComment": comment(world, post),
            "canReply": True,
            "totalReplyCount": len(replies),
            "isPublic": True,
        }
    if "replies" in wanted and replies:
        shown["replies"] = {"comments": [comment(world, reply) for reply in replies[-REPLIES_SHOWN:][::-1]]}
    return shown
