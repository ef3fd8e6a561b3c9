"""Comments under one's own media, by anybody, and replies one level deep.

Hiding is for the comments of others and one's own alike. Under a media whose comments are switched off nobody can
write; what Instagram answers then is not documented.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.facebook import parameters
from apps.sandbox.instagram import comment_nodes, notices
from apps.sandbox.instagram.access import COMMENTS, CONTENTS, caller, is_facebook_login
from apps.sandbox.instagram.errors import bad_parameter, no_object
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import parse, select
from apps.sandbox.meta.graph import graph_error


async def create(call: Call) -> Response:
    """POST /{media-id}/comments"""
    account = caller(call, COMMENTS)
    media = _media(call, account)
    if not media.data.get("comment_enabled", True):
        raise bad_parameter("Comments are disabled on this media")
    return _write(call, account, parent=media)


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
    """POST /{comment-id} with hide=true or false; POST /{media-id} with comment_enabled=true or false."""
    account = caller(call, COMMENTS)
    if (post := find(call, account, call.part("id"), kind="post")) is not None:
        name, key = "comment_enabled", "comment_enabled"
    else:
        post, name, key = _comment(call, account), "hide", "hidden"
    if not call.fields.has(name):
        raise bad_parameter(f"The parameter {name} is required")
    post.data[key] = parameters.flag(call, name, False)
    call.world.store.posts.save(post)
    return JSONResponse({"success": True})


async def delete(call: Call) -> Response:
    """DELETE /{comment-id}; with Facebook Login also DELETE /{media-id}, whole carousels and not their items."""
    id = call.part("id")
    media = call.world.post("instagram", id) if is_facebook_login(call) else None
    if media and media.kind == "post":
        account = caller(call, CONTENTS)
        call.world.delete_post(_media(call, account))
        return JSONResponse({"success": True, "deleted_id": id})
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
    notices.tell_of_comment(call.world, comment)
    if call.fields.has("fields"):
        # The comment stands all the same: who repeats this call has two.
        raise graph_error(20, "This response format is not supported", subcode=1772107)
    return JSONResponse({"id": comment.id})


def _list(call: Call, parent: Post) -> Response:
    """Newest first."""
    found = call.world.replies_to(parent)[::-1]
    fields = parse(call.fields.text("fields", "id,text,timestamp"))
    answer = paging.page(
        call,
        found,
        lambda comment: select(fields, comment_nodes.readers(call.world, comment), node="IGComment"),
        key=lambda comment: comment.id,
        longest=50,
    )
    return JSONResponse(answer)


def find(call: Call, account: Account, id: str, *, kind: str = "reply") -> Post | None:
    """A comment (or a post) on this account's side of the platform."""
    post = call.world.post("instagram", id)
    return post if post and post.kind == kind and post.account_id == account.id else None


def _media(call: Call, account: Account) -> Post:
    return _own(call, account, kind="post")


def _comment(call: Call, account: Account) -> Post:
    return _own(call, account, kind="reply")


def _own(call: Call, account: Account, *, kind: str) -> Post:
    if (post := find(call, account, call.part("id"), kind=kind)) is None:
        raise no_object(call.part("id"), call.method)
    return post
