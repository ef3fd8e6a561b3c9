"""What can be read: the account, its media and stories, and any single object by its id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.instagram import comments, containers
from apps.sandbox.instagram.access import BASIC, caller, own_account
from apps.sandbox.instagram.errors import bad_parameter, no_object
from apps.sandbox.instagram.fields import pick, select, wanted

STORY_LIVES = timedelta(hours=24)
PAGE, LONGEST_PAGE = 25, 100
MEDIA = "platform='instagram' AND account_id=? AND kind='post' AND deleted_at IS NULL"


def instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}+0000"


async def me(call: Call) -> Response:
    """GET /me: here `id` is the app-scoped id, and `user_id` the one that every path wants."""
    account = caller(call, BASIC)
    return JSONResponse(pick(call, _account_readers(call.world, account, account.data["app_scoped_id"]), node="IGUser"))


async def read(call: Call) -> Response:
    """GET /{id}: a container, a media, a comment, or the account itself; only the caller's own."""
    account, id = caller(call, BASIC), call.part("id")
    if id == account.id:
        return JSONResponse(pick(call, _account_readers(call.world, account, account.id), node="IGUser"))
    container = containers.load(call.world, id)
    if container and container.account_id == account.id:
        return JSONResponse(containers.shown(call, container))
    post = call.world.post("instagram", id)
    if post and post.kind == "post" and post.account_id == account.id:
        return JSONResponse(pick(call, media_readers(call.world, post), node="IGMedia"))
    if post and post.kind == "reply" and post.account_id == account.id:
        return JSONResponse(pick(call, comments.readers(call.world, post), node="IGComment"))
    raise no_object(id, call.method)


def operation_of_read(call: Call) -> str:
    """Looking after a container is part of staging; anything else is reading."""
    return "stage" if containers.load(call.world, call.part("id")) else "read"


async def media(call: Call) -> Response:
    """GET /{ig-id}/media: newest first; stories are not among them."""
    account = own_account(call, BASIC)
    posts = call.world.store.posts.select(MEDIA, (account.id,), order="seq DESC")
    return _page(call, [post for post in posts if post.data["media_product_type"] != "STORY"])


async def stories(call: Call) -> Response:
    """GET /{ig-id}/stories: those of the last 24 hours."""
    account = own_account(call, BASIC)
    since = (call.world.now() - STORY_LIVES).timestamp()
    posts = call.world.store.posts.select(f"{MEDIA} AND created_at > ?", (account.id, since), order="seq DESC")
    return _page(call, [post for post in posts if post.data["media_product_type"] == "STORY"])


def _page(call: Call, posts: list[Post]) -> Response:
    """A page with cursors; a cursor is the id of the media at the edge."""
    limit = _limit(call)
    start = 0
    if after := call.fields.text("after"):
        start = next((place + 1 for place, post in enumerate(posts) if post.id == after), len(posts))
    shown = posts[start : start + limit]
    names = wanted(call)
    answer: dict[str, Any] = {
        "data": [select(names, media_readers(call.world, post), node="IGMedia") for post in shown]
    }
    if shown:
        answer["paging"] = {"cursors": {"before": shown[0].id, "after": shown[-1].id}}
        if start + limit < len(posts):
            answer["paging"]["next"] = str(call.request.url.include_query_params(after=shown[-1].id))
    return JSONResponse(answer)


def _limit(call: Call) -> int:
    wanted_limit = call.fields.text("limit", str(PAGE))
    if not wanted_limit.isdigit() or int(wanted_limit) < 1:
        raise bad_parameter("limit must be a positive number")
    return min(int(wanted_limit), LONGEST_PAGE)


def _account_readers(world: World, account: Account, id: str) -> Mapping[str, Callable[[], Any]]:
    return {
        "id": lambda: id,
        "user_id": lambda: account.id,
        "username": lambda: account.handle,
        "name": lambda: account.name,
        "account_type": lambda: account.data["account_type"],
        "profile_picture_url": lambda: world.avatar_url(account),
        "followers_count": lambda: account.data["followers_count"],
        "follows_count": lambda: account.data["follows_count"],
        "media_count": lambda: world.store.posts.count(MEDIA, (account.id,)),
        "biography": lambda: None,
        "website": lambda: None,
    }


def media_readers(world: World, post: Post) -> Mapping[str, Callable[[], Any]]:
    author = world.account("instagram", post.account_id)

    def first() -> Medium | None:
        media = world.media_of(post)
        return media[0] if media else None

    def first_url() -> str | None:
        medium = first()
        return world.media_url(medium) if medium else None

    def alt_text() -> str | None:
        medium = first()
        return medium.alt or None if medium else None

    def children() -> dict[str, Any] | None:
        if post.data["media_type"] != "CAROUSEL_ALBUM":
            return None
        return {"data": [{"id": medium.id} for medium in world.media_of(post)]}

    return {
        "id": lambda: post.id,
        "caption": lambda: post.text or None,
        "media_type": lambda: post.data["media_type"],
        "media_product_type": lambda: post.data["media_product_type"],
        "media_url": first_url,
        "thumbnail_url": lambda: first_url() if post.data["media_type"] == "VIDEO" else None,
        "permalink": lambda: world.permalink(post),
        "shortcode": lambda: post.data["shortcode"],
        "timestamp": lambda: instant(post.created_at),
        "username": lambda: author.handle if author else None,
        "owner": lambda: {"id": post.account_id},
        "alt_text": alt_text,
        "children": children,
        "is_shared_to_feed": lambda: True if post.data["media_product_type"] == "REELS" else None,
        "is_comment_enabled": lambda: True,
        "like_count": lambda: 0,
        "comments_count": lambda: world.count_replies(post),
    }
