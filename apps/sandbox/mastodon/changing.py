"""Editing statuses. A request says all that shall remain: media and polls that it does not name are gone."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.mastodon import composing, editing, entities, media
from apps.sandbox.mastodon.access import caller
from apps.sandbox.mastodon.errors import instant, not_found


async def change(call: Call) -> Response:
    """PUT /api/v1/statuses/{id}: who may see it cannot be changed. The same again is no new version."""
    account = caller(call, "write:statuses")
    post = call.world.post("mastodon", call.part("id"))
    if post is None or post.account_id != account.id or not call.world.setting("mastodon", "edits"):
        raise not_found()
    said = composing.content(call, account, of=post)
    attributes = _attributes(call)
    before = editing.version(call.world, post)
    with call.world.store.transaction():
        _take_over(call, post, said)
        _attach(call.world, post, said.media, attributes)
        if _says(editing.version(call.world, post)) != _says(before):
            post.data["history"] = [*post.data.get("history", ()), before]
            post.data["edited_at"] = instant(call.world.now())
        call.world.store.posts.save(post)
    return JSONResponse(entities.status(call.world, post))


def _says(version: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in version.items() if name != "at"}


def _take_over(call: Call, post: Post, said: composing.Content) -> None:
    fields = call.fields
    post.text = said.words
    post.data["warning"] = said.warning
    post.data["sensitive"] = fields.flag("sensitive") or bool(said.warning)
    post.data["language"] = fields.text("language", post.data["language"])
    post.data["poll"] = said.poll
    if fields.has("quote_approval_policy"):
        post.data["quote_policy"] = composing.quote_policy(call)


def _attributes(call: Call) -> dict[str, tuple[str | None, str | None]]:
    """Descriptions and focal points by medium, checked."""
    ids = call.fields.list("media_attributes[][id]")
    told = [call.fields.list(f"media_attributes[][{name}]") for name in ("description", "focus")]
    found = {}
    for id, description, focus in zip_longest(ids, *told):
        if id is not None:
            media.checked_description(call.world, description or "")
            media.checked_focus(focus or "")
            found[id] = (description, focus)
    return found


def _attach(
    world: World, post: Post, attached: list[Medium], attributes: dict[str, tuple[str | None, str | None]]
) -> None:
    _let_go(world, post, {medium.id for medium in attached})
    for position, medium in enumerate(attached):
        medium.post_id, medium.position = post.id, position
        description, focus = attributes.get(medium.id, (None, None))
        if description is not None:
            medium.alt = media.checked_description(world, description)
        if focus is not None:
            medium.data["focus"] = media.checked_focus(focus)
        world.store.media.save(medium)


def _let_go(world: World, post: Post, kept: Iterable[str]) -> None:
    for medium in world.media_of(post):
        if medium.id not in kept:
            medium.post_id, medium.created_at = "", world.now()
            world.store.media.save(medium)
