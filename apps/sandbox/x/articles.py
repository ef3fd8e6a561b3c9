"""Articles: a draft with blocks of text and a picture on its cover, published as a post of its own."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Medium, Post
from apps.sandbox.x import billing, errors, events, media, schema
from apps.sandbox.x.access import WRITE, caller
from apps.sandbox.x.accounts import snowflake
from apps.sandbox.x.posts import own_copy
from apps.sandbox.x.schema import ID, anything, each, one_of, record, text

BLOCKS = (
    "unstyled", "header-one", "header-two", "header-three", "blockquote", "ordered-list-item", "unordered-list-item",
    "atomic",
)  # fmt: skip
BLOCK = record(
    required=("text", "type"),
    text=text(),
    type=one_of(*BLOCKS),
    key=text(),
    data=anything(),
    entity_ranges=each(anything()),
    inline_style_ranges=each(anything()),
)
DRAFT = record(
    required=("title", "content_state"),
    title=text(shortest=1, longest=200),
    content_state=record(required=("blocks",), blocks=each(BLOCK, fewest=1), entities=each(anything())),
    cover_media=record(
        required=("media_id", "media_category"), media_id=text(pattern=ID), media_category=one_of("tweet_image")
    ),
)
PICTURES = {"image/jpeg", "image/png"}


async def draft(call: Call) -> Response:
    """POST /2/articles/draft"""
    account = caller(call, WRITE)
    body = schema.read(call, DRAFT)
    if "cover_media" in body:
        _cover(call, account, body["cover_media"]["media_id"])
    id = snowflake(call.world)
    call.world.box("x", "article").put(id, body, owner=account.id)
    return JSONResponse({"data": {"id": id, "title": body["title"]}}, status_code=201)


async def publish(call: Call) -> Response:
    """POST /2/articles/{id}/publish: once."""
    account, id = caller(call, WRITE), call.part("id")
    thing = call.world.box("x", "article").thing(id)
    if thing is None or thing.owner != account.id:
        raise errors.not_found(call, "article", id)
    if thing.data.get("post_id"):
        raise errors.invalid(call, "id", id, "The article has been published already")
    cover = [_cover(call, account, thing.data["cover_media"]["media_id"])] if "cover_media" in thing.data else []
    billing.charge(call, billing.POST)
    post = _post(call, account, thing.data, id)
    call.world.publish(post, [own_copy(medium, post.id) for medium in cover])
    call.world.box("x", "article").put(id, thing.data | {"post_id": post.id}, owner=account.id)
    events.tell_post(call.world, post, account)
    return JSONResponse({"data": {"post_id": post.id}})


def _post(call: Call, account: Account, article: dict[str, Any], article_id: str) -> Post:
    id = snowflake(call.world)
    data = {"conversation_id": id, "history": [id], "article": {"id": article_id, **article}}
    return Post("x", id, account.id, article["title"], call.world.now(), data=data)


def _cover(call: Call, account: Account, id: str) -> Medium:
    medium = call.world.store.media.get("x", id)
    if medium is None or not media.is_usable(medium, account, call.world.now()) or medium.mime not in PICTURES:
        raise errors.bad_media(call, [id])
    return medium
