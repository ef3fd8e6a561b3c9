"""What can be read: the profile, any single object by its id, and the lists of posts, replies and mentions.

Lists may lag behind for some seconds (`list_lag_seconds`) and need not give a `next` address (`next_addresses`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.meta.fields import Readers
from apps.sandbox.meta.paging import page
from apps.sandbox.threads import containers, text
from apps.sandbox.threads.access import BASIC, MENTIONS, READ_REPLIES, caller, own_account
from apps.sandbox.threads.conversations import below, root_of
from apps.sandbox.threads.errors import bad_parameter, no_object
from apps.sandbox.threads.fields import always, pick, select, wanted
from apps.sandbox.threads.posts import readers

OWN = "platform='threads' AND account_id=? AND kind=? AND deleted_at IS NULL"
NEWEST = "created_at DESC, seq DESC"
GHOST_LIVES = timedelta(hours=24)


async def read(call: Call) -> Response:
    """GET /{id}: the profile, a container, or a post that is the caller's own or stands in a conversation of theirs."""
    account, id = caller(call, BASIC), call.part("id")
    if id in {"me", account.id}:
        return JSONResponse(pick(call, _profile(call.world, account)))
    container = containers.load(call.world, id)
    if container and container.account_id == account.id:
        return JSONResponse(containers.shown(call, container))
    return JSONResponse(pick(call, readers(call.world, visible_post(call, account), caller_id=account.id)))


def operation_of_read(call: Call) -> str:
    """Looking after a container is part of staging; anything else is reading."""
    return "stage" if containers.load(call.world, call.part("id")) else "read"


def visible_post(call: Call, account: Account) -> Post:
    post = call.world.post("threads", call.part("id"))
    if post is None or account.id not in {post.account_id, root_of(call.world, post).account_id}:
        raise no_object(call.part("id"), call.method)
    return post


async def threads(call: Call) -> Response:
    """GET /{user}/threads: root posts and reposts, newest first."""
    account = own_account(call, BASIC)
    return _list(call, account, call.world.store.posts.select(OWN, (account.id, "post"), order=NEWEST))


async def mentions(call: Call) -> Response:
    """GET /{user}/mentions: posts and replies of others that name this profile."""
    account = own_account(call, BASIC, MENTIONS)
    where = "platform='threads' AND account_id<>? AND deleted_at IS NULL AND instr(text, ?) > 0"
    found = call.world.store.posts.select(where, (account.id, f"@{account.handle}"), order=NEWEST)
    return _list(call, account, (post for post in found if account.handle in text.mentions(post.text)))


async def replies(call: Call) -> Response:
    """GET /{user}/replies: what the profile has answered in all conversations. GET /{media}/replies: the first level
    below that post. Neither is to be had without the scope for replies, not even one's own."""
    account = caller(call, BASIC, READ_REPLIES)
    if call.part("id") in {"me", account.id}:
        return _list(call, account, call.world.store.posts.select(OWN, (account.id, "reply"), order=NEWEST))
    return _list(call, account, reversed(call.world.replies_to(visible_post(call, account))))


async def conversation(call: Call) -> Response:
    """GET /{media}/conversation: all levels below a root post, flat."""
    account = caller(call, BASIC, READ_REPLIES)
    post = visible_post(call, account)
    if post.kind == "reply":
        raise bad_parameter("A conversation is read at its root post")
    return _list(call, account, sorted(below(call.world, post), key=lambda one: one.created_at, reverse=True))


def _list(call: Call, account: Account, found: Iterable[Post]) -> Response:
    is_listed, fields = _filter(call), wanted(call)

    def show(post: Post) -> dict[str, Any]:
        return select(fields, readers(call.world, post, caller_id=account.id))

    answer = page(call, [post for post in found if is_listed(post)], show, key=lambda post: post.id)
    if not call.world.setting("threads", "next_addresses"):
        answer.get("paging", {}).pop("next", None)
    return JSONResponse(answer)


def _filter(call: Call) -> Callable[[Post], bool]:
    """Between `since` and `until`, old enough for the list, and not a ghost that has gone."""
    now = call.world.now()
    since = _instant(call, "since") or datetime.min.replace(tzinfo=UTC)
    latest = now - timedelta(seconds=call.world.setting("threads", "list_lag_seconds"))
    until = min(_instant(call, "until") or latest, latest)

    def is_listed(post: Post) -> bool:
        is_gone = post.data.get("is_ghost") and post.created_at + GHOST_LIVES <= now
        return since <= post.created_at <= until and not is_gone

    return is_listed


def _instant(call: Call, name: str) -> datetime | None:
    """A parameter in Unix seconds."""
    value = call.fields.text(name)
    if value and not value.isdigit():
        raise bad_parameter(f"Param {name} must be a unix timestamp")
    return datetime.fromtimestamp(int(value), UTC) if value else None


def _profile(world: World, account: Account) -> Readers:
    return {
        "id": always(account.id),
        "username": always(account.handle),
        "name": always(account.name),
        "threads_profile_picture_url": always(world.avatar_url(account)),
        "threads_biography": always(account.data.get("biography") or None),
        "is_verified": always(False),
    }
