"""Comments under one's own media, and replies one level deep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.instagram.access import COMMENTS, caller
from apps.sandbox.instagram.errors import bad_parameter, no_object
from apps.sandbox.instagram.fields import select, wanted
from apps.sandbox.meta.graph import graph_error


async def create(call: Call) -> Response:
    """POST /{media-id}/comments"""
    account = caller(call, COMMENTS)
    return _write(call, account, parent=_media(call, account))


async def reply(call: Call) -> Response:
    """POST /{comment-id}/replies"""
    account = caller(call, COMMENTS)
    parent = _comment(call, account)
    if parent.data["level"] > 1:
        raise bad_parameter("A reply cannot be replied to; reply to its comment")
    return _write(call, account, parent=parent, level=2)


async def list_comments(call: Call) -> Response:
    """GET /{media-id}/comments"""
    account = caller(call, COMMENTS)
    return _list(call, _media(call, account))


async def list_replies(call: Call) -> Response:
    """GET /{comment-id}/replies"""
    account = caller(call, COMMENTS)
    return _list(call, _comment(call, account))


async def change(call: Call) -> Response:
    """POST /{comment-id} with hide=true or false"""
    comment = _comment(call, caller(call, COMMENTS))
    if not call.fields.has("hide"):
        raise bad_parameter("The parameter hide is required")
    comment.data["hidden"] = call.fields.flag("hide")
    call.world.store.posts.save(comment)
    return JSONResponse({"success": True})


async def delete(call: Call) -> Response:
    """DELETE /{comment-id}; media cannot be deleted with Instagram Login."""
    call.world.delete_post(_comment(call, caller(call, COMMENTS)))
    return JSONResponse({"success": True})


def _write(call: Call, account: Account, *, parent: Post, level: int = 1) -> Response:
    message = call.fields.text("message")
    if not message.strip():
        raise bad_parameter("The parameter message is required")
    comment = Post(
        platform="instagram",
        id=str(call.world.number()),
        account_id=account.id,
        text=message,
        created_at=call.world.now(),
        kind="reply",
        parent_id=parent.id,
        data={"level": level},
    )
    call.world.publish(comment)
    if call.fields.has("fields"):
        # The comment stands all the same: who repeats this call has two.
        raise graph_error(20, "This response format is not supported", subcode=1772107)
    return JSONResponse({"id": comment.id})


def _list(call: Call, parent: Post) -> Response:
    found = reversed(call.world.replies_to(parent))
    names = wanted(call) or ["id", "text", "timestamp"]
    return JSONResponse({"data": [select(names, readers(call.world, one), node="IGComment") for one in found]})


def _media(call: Call, account: Account) -> Post:
    return _own(call, account, kind="post")


def _comment(call: Call, account: Account) -> Post:
    return _own(call, account, kind="reply")


def _own(call: Call, account: Account, *, kind: str) -> Post:
    post = call.world.post("instagram", call.part("id"))
    if post is None or post.kind != kind or post.account_id != account.id:
        raise no_object(call.part("id"), call.method)
    return post


def readers(world: World, comment: Post) -> Mapping[str, Callable[[], Any]]:
    author = world.account("instagram", comment.account_id)

    def username() -> str | None:
        return author.handle if author else None

    return {
        "id": lambda: comment.id,
        "text": lambda: comment.text,
        "timestamp": lambda: f"{comment.created_at:%Y-%m-%dT%H:%M:%S}+0000",
        "username": username,
        "from": lambda: {"id": comment.account_id, "username": username()},
        "hidden": lambda: bool(comment.data.get("hidden")),
        "like_count": lambda: 0,
        "parent_id": lambda: comment.parent_id if comment.data["level"] > 1 else None,
        "media": lambda: {"id": comment.parent_id} if comment.data["level"] == 1 else None,
        "replies": lambda: {"data": [{"id": one.id} for one in world.replies_to(comment)]},
    }
