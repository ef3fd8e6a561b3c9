"""Any single object by its id: what it is, changing it, deleting it."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account
from apps.sandbox.facebook import channels, comment_nodes, comments, feed, photos, posts, videos
from apps.sandbox.facebook.access import ENGAGE, POSTS, READ, need, page_of_token, valid_token
from apps.sandbox.facebook.errors import no_object
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta.fields import parse, select


async def read(call: Call) -> Response:
    """GET /{id}: a Page, or a post, photo, video or comment of the Page whose token this is."""
    token, id = valid_token(call), call.part("id")
    page = call.world.account(NAME, id)
    if page and (token.kind != "page" or page.id == token.data["page_id"]):
        return JSONResponse(channels.page_node(call, token, page))
    if id == token.data["user_id"]:
        return await channels.me(call)
    if token.kind != "page" or call.account is None:
        raise no_object(id, call.method)
    need(token, (READ,))
    return JSONResponse(_of_page(call, call.account, id))


def _of_page(call: Call, page: Account, id: str) -> dict[str, Any]:
    wanted = call.fields.text("fields")
    if video := videos.find(call, page, id):
        return select(parse(wanted or "id,description,updated_time"), videos.readers(call, video), node="Video")
    if medium := photos.find(call.world, page, id):
        return select(parse(wanted or "id,created_time"), photos.readers(call, medium), node="Photo")
    post = posts.find(call.world, page, id)
    if post and posts.is_ready(call.world, post):
        return select(parse(wanted or "id,created_time,message"), posts.readers(call, post), node="PagePost")
    if comment := comments.find(call, page, id):
        return select(
            parse(wanted or "id,created_time,message,from"), comment_nodes.readers(call, comment), node="Comment"
        )
    raise no_object(id, call.method)


def operation_of_read(call: Call) -> str:
    """Looking after a video belongs to staging until it is published, and to finding afterwards."""
    video = videos.load(call.world, call.part("id"))
    if video is None:
        return "read"
    return "find" if video.finished_at else "stage"


async def change(call: Call) -> Response:
    """POST /{id}: the text of a post or a comment."""
    page, id = page_of_token(call), call.part("id")
    if post := posts.find(call.world, page, id):
        need(valid_token(call), (POSTS,))
        return feed.change(call, page, post)
    if comment := comments.find(call, page, id):
        need(valid_token(call), (ENGAGE,))
        return comments.change(call, comment)
    raise no_object(id, call.method)


async def delete(call: Call) -> Response:
    """DELETE /{id}"""
    page, id = page_of_token(call), call.part("id")
    if comment := comments.find(call, page, id):
        need(valid_token(call), (ENGAGE,))
        return comments.delete(call, comment)
    need(valid_token(call), (POSTS,))
    if video := videos.find(call, page, id):
        return videos.delete(call, video)
    if medium := photos.find(call.world, page, id):
        return photos.delete(call, medium)
    if post := posts.find(call.world, page, id):
        return feed.delete(call, post)
    raise no_object(id, call.method)
