"""Comments of the Page: under its posts and videos, and one level deeper; changing, hiding, liking, deleting."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.facebook import parameters, photos, posts, publishing, schedule, videos, webhooks
from apps.sandbox.facebook.access import ENGAGE, READ, page_of_token
from apps.sandbox.facebook.comment_nodes import readers, seen_under
from apps.sandbox.facebook.errors import bad_parameter, no_object
from apps.sandbox.facebook.names import bare_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import parse, select


async def create(call: Call) -> Response:
    """POST /{object-id}/comments: of a post, a video whose post is not known yet, or a comment."""
    page = page_of_token(call, ENGAGE, task="MODERATE")
    parent = target(call, page)
    root = parent
    if parent.kind == "reply":
        root = call.world.post(NAME, parent.parent_id) or parent
        if root.kind == "reply":
            raise bad_parameter("A reply cannot be replied to: post on the comment above it")
    text = _message(call)
    data = _attachment(call, page)
    if not (text.strip() or data):
        raise bad_parameter("One of message and an attachment is required")
    number = str(call.world.number())
    comment = Post(
        platform=NAME,
        id=f"{bare_id(root)}_{number}",
        account_id=page.id,
        text=text,
        created_at=call.world.now(),
        kind="reply",
        parent_id=parent.id,
        data=data,
    )
    call.world.publish(comment)
    webhooks.tell_of_comment(call.world, comment)
    return JSONResponse(select(parse(call.fields.text("fields", "id")), readers(call, comment), node="Comment"))


def target(call: Call, page: Account) -> Post:
    """The post, the video's post, or the comment that the path names."""
    id = call.part("id")
    found = posts.find(call.world, page, id) or find(call, page, id) or videos.post_of(call.world, page, id)
    is_seen = found and (posts.is_ready(call.world, found) or videos.load(call.world, id))
    if found is None or not is_seen or schedule.load(call.world, found.id):
        raise no_object(id, call.method)
    return found


def find(call: Call, page: Account, id: str) -> Post | None:
    """A comment under something of this Page."""
    comment = call.world.post(NAME, id)
    return comment if comment and comment.kind == "reply" and comment.account_id == page.id else None


def _message(call: Call) -> str:
    text = call.fields.text("message")
    if len(text) > int(call.world.setting(NAME, "max_comment")):
        raise bad_parameter("Param message is too long", blame="message")
    return text


def _attachment(call: Call, page: Account) -> dict[str, Any]:
    given = [name for name in ("attachment_url", "attachment_share_url", "attachment_id") if call.fields.has(name)]
    if len(given) > 1:
        raise bad_parameter("A comment has one attachment")
    if not given:
        return {}
    value = call.fields.text(given[0])
    if given[0] == "attachment_id":
        medium = photos.unused(call, page, value)
        publishing.mark_used(call.world, [medium])
        return {"attachment_url": call.world.media_url(medium)}
    if not value.startswith(("http://", "https://")):
        raise bad_parameter("The attachment is not a valid URL", subcode=2061006)
    return {"attachment_url": value}


async def list_comments(call: Call) -> Response:
    """GET /{object-id}/comments"""
    page = page_of_token(call)
    if (refusal := posts.unpermitted(call, READ)) is not None:
        return refusal
    found = seen_under(call, target(call, page))
    if call.fields.text("filter") == "stream":
        found = sorted(
            found + [reply for one in found for reply in seen_under(call, one)], key=lambda one: one.created_at
        )
    if call.fields.text("order") == "reverse_chronological":
        found = found[::-1]
    fields = parse(call.fields.text("fields", "id,message,created_time,from"))
    answer = paging.page(
        call,
        found,
        lambda comment: select(fields, readers(call, comment), node="Comment"),
        key=lambda comment: comment.id,
        is_sparse=bool(call.world.setting(NAME, "sparse_pages")),
    )
    return JSONResponse(answer)


def change(call: Call, comment: Post) -> Response:
    """POST /{comment-id}: another text for an own one, or hide and show any."""
    if call.fields.has("is_hidden"):
        comment.data["hidden"] = parameters.flag(call, "is_hidden", False)
    elif not call.fields.has("message"):
        raise bad_parameter("One of message and is_hidden is required")
    elif "author" in comment.data:
        raise bad_parameter("A comment of somebody else cannot be changed")
    else:
        comment.text = _message(call)
    call.world.store.posts.save(comment)
    webhooks.tell_of_comment(call.world, comment, verb="hide" if comment.data.get("hidden") else "edited")
    return JSONResponse({"success": True})


def delete(call: Call, comment: Post) -> Response:
    call.world.delete_post(comment)
    webhooks.tell_of_comment(call.world, comment, verb="remove")
    return JSONResponse({"success": True})


async def like(call: Call) -> Response:
    """POST and DELETE /{object-id}/likes: the Page likes a post or a comment."""
    page = page_of_token(call, ENGAGE, task="MODERATE")
    liked = target(call, page)
    liked.data["liked"] = call.method == "POST"
    call.world.store.posts.save(liked)
    return JSONResponse({"success": True})
