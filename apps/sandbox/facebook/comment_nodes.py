"""A comment by its fields, and which comments a token may see."""

from __future__ import annotations

from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Post
from apps.sandbox.facebook import growth, parameters
from apps.sandbox.facebook.access import USER_CONTENT, missing
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta.fields import Field, Readers, parse, select


def seen_under(call: Call, parent: Post) -> list[Post]:
    """Oldest first. Those of other people are for tokens that may read what users write."""
    found = call.world.replies_to(parent)
    if call.token and USER_CONTENT in call.token.scopes:
        return found
    return [comment for comment in found if "author" not in comment.data]


def inside(call: Call, parent: Post, one: Field) -> list[dict[str, Any]]:
    """The comments as a field of their post: `comments.limit(2){message}`."""
    shown = seen_under(call, parent)[: one.number("limit", 25)]
    fields = one.inner or parse("id,message,created_time,from")
    return [select(fields, readers(call, comment), node="Comment") for comment in shown]


def readers(call: Call, comment: Post) -> Readers:
    world = call.world
    page = world.account(NAME, comment.account_id)
    parent = world.post(NAME, comment.parent_id)

    def author(_: Field) -> dict[str, str]:
        return comment.data.get("author") or {"id": comment.account_id, "name": page.name if page else ""}

    def summary(one: Field) -> dict[str, Any]:
        if call.token and USER_CONTENT not in call.token.scopes:
            raise missing(USER_CONTENT)
        return {"data": [], "summary": {"total_count": growth.of_post(world, comment, "love")}}

    def attachment(_: Field) -> dict[str, Any] | None:
        url = comment.data.get("attachment_url")
        return {"type": "photo", "url": url, "media": {"image": {"src": url}}} if url else None

    return {
        "id": lambda _: comment.id,
        "message": lambda _: comment.text,
        "created_time": lambda _: parameters.wording(comment.created_at),
        "from": author,
        "parent": lambda _: {"id": parent.id} if parent and parent.kind == "reply" else None,
        "attachment": attachment,
        "is_hidden": lambda _: bool(comment.data.get("hidden")),
        "can_reply_privately": lambda _: False,
        "comment_count": lambda _: world.count_replies(comment),
        "like_count": lambda _: int(bool(comment.data.get("liked"))),
        "permalink_url": lambda _: world.permalink(comment),
        "reactions": summary,
        "comments": lambda one: {"data": inside(call, comment, one)},
    }
