"""What can be read: the account, its media and stories, and any single object by its id.

With a Page's token (Facebook Login) single fresh objects have been unreadable for weeks while lists and writes worked:
the setting `page_token_blind_seconds` brings that back.
"""

from __future__ import annotations

from datetime import datetime

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.instagram import comment_nodes, comments, containers, nodes
from apps.sandbox.instagram.access import BASIC, caller, is_facebook_login, own_account
from apps.sandbox.instagram.errors import no_object
from apps.sandbox.instagram.nodes import MEDIA, STORY_LIVES
from apps.sandbox.meta import paging
from apps.sandbox.meta.fields import parse, select


async def me(call: Call) -> Response:
    """GET /me: here `id` is the app-scoped id, and `user_id` the one that every path wants."""
    account = caller(call, BASIC)
    return _account(call, account, account.data["app_scoped_id"])


async def read(call: Call) -> Response:
    """GET /{id}: a container, a media or an item of one, a comment, or the account itself; only the caller's own."""
    account, id = caller(call, BASIC), call.part("id")
    if id == account.id:
        return _account(call, account, account.id)
    fields = parse(call.fields.text("fields"))
    container = containers.load(call.world, id)
    if container and container.account_id == account.id:
        refuse_fresh(call, container.created_at)
        return JSONResponse(containers.shown(call, container))
    if post := own_media(call, account, id):
        refuse_fresh(call, post.created_at.timestamp())
        return JSONResponse(select(fields, nodes.of_media(call.world, post), node="IGMedia"))
    if comment := comments.find(call, account, id):
        return JSONResponse(select(fields, comment_nodes.readers(call.world, comment), node="IGComment"))
    medium = call.world.store.media.get("instagram", id)
    album = own_media(call, account, medium.post_id) if medium else None
    if medium and album:
        return JSONResponse(select(fields, nodes.of_item(call.world, album, medium), node="IGMedia"))
    raise no_object(id, call.method)


def operation_of_read(call: Call) -> str:
    """Looking after a container is part of staging; anything else is reading."""
    return "stage" if containers.load(call.world, call.part("id")) else "read"


def own_media(call: Call, account: Account, id: str) -> Post | None:
    post = call.world.post("instagram", id)
    return post if post and post.kind == "post" and post.account_id == account.id else None


def refuse_fresh(call: Call, created_at: float) -> None:
    if not (is_facebook_login(call) and call.token and call.token.kind == "page"):
        return
    blind = float(call.world.setting("instagram", "page_token_blind_seconds"))
    if call.world.now().timestamp() < created_at + blind:
        raise no_object(call.part("id"), call.method)


def _account(call: Call, account: Account, id: str) -> Response:
    fields = parse(call.fields.text("fields"))
    return JSONResponse(select(fields, nodes.of_account(call.world, account, id), node="IGUser"))


async def media(call: Call) -> Response:
    """GET /{ig-id}/media: newest first; stories are not among them."""
    account = own_account(call, BASIC)
    posts = call.world.store.posts.select(MEDIA, (account.id,), order="created_at DESC, seq DESC")
    return _page(call, [post for post in posts if post.data["media_product_type"] != "STORY"])


async def stories(call: Call) -> Response:
    """GET /{ig-id}/stories: those of the last 24 hours."""
    account = own_account(call, BASIC)
    since = (call.world.now() - STORY_LIVES).timestamp()
    posts = call.world.store.posts.select(f"{MEDIA} AND created_at > ?", (account.id, since), order="seq DESC")
    return _page(call, [post for post in posts if post.data["media_product_type"] == "STORY"])


def is_over(story: Post, now: datetime) -> bool:
    return story.data["media_product_type"] == "STORY" and now >= story.created_at + STORY_LIVES


def _page(call: Call, posts: list[Post]) -> Response:
    fields = parse(call.fields.text("fields"))
    answer = paging.page(
        call,
        posts,
        lambda post: select(fields, nodes.of_media(call.world, post), node="IGMedia"),
        key=lambda post: post.id,
    )
    return JSONResponse(answer)
