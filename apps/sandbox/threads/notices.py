"""What Threads tells the application on its own: one flat object for each thing that happened.

Nobody is told anything before the application has answered the handshake at `webhook_url` with the setting
`webhook_verify_token`, and a topic only while the profile grants its scope. Which secret signs is presumably that of
the Threads application; the setting `signs_with_meta_secret` takes Meta's. What a deletion is told with is not
documented in full, and neither is how a mention differs from a reply: here it has the same values.
"""

from __future__ import annotations

import asyncio
from typing import Any

from apps.sandbox.core import hooks
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.meta import notices
from apps.sandbox.meta.signing import escaped_json, hub_signature
from apps.sandbox.threads import text
from apps.sandbox.threads.access import BASIC, DELETE, MENTIONS, READ_REPLIES, granted
from apps.sandbox.threads.conversations import root_of

_under_way: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected


def published(world: World, account: Account, post: Post) -> None:
    """Tell its author, whoever it answers, and whoever it names."""
    value = {
        "id": post.id,
        "media_type": post.data["media_type"],
        "permalink": world.permalink(post),
        "timestamp": _worded(post),
        "username": account.handle,
    }
    _tell(world, account, "interaction", "publish", value, scope=BASIC)
    value |= {"text": post.text, "shortcode": post.data["shortcode"]}
    if post.kind == "reply":
        root = root_of(world, post)
        value |= {"replied_to": {"id": post.parent_id}, "root_post": _root(world, root)}
        if owner := world.account("threads", root.account_id):
            _tell(world, owner, "moderate", "replies", value, scope=READ_REPLIES)
    for handle in sorted(text.mentions(post.text) - {account.handle}):
        if named := world.account_by_handle("threads", handle):
            _tell(world, named, "interaction", "mentions", value, scope=MENTIONS)


def deleted(world: World, account: Account, post: Post) -> None:
    value = {
        "id": post.id,
        "owner": {"owner_id": account.id},
        "deleted_at": f"{world.now():%Y-%m-%dT%H:%M:%S}+0000",
        "timestamp": _worded(post),
        "username": account.handle,
    }
    _tell(world, account, "moderate", "delete", value, scope=DELETE)


def remove_post(world: World, post: Post) -> None:
    """Its owner deletes it in the app."""
    world.delete_post(post)
    if account := world.account("threads", post.account_id):
        deleted(world, account, post)


def _root(world: World, root: Post) -> dict[str, str]:
    owner = world.account("threads", root.account_id)
    return {"id": root.id, "owner_id": root.account_id, "username": owner.handle if owner else ""}


def _worded(post: Post) -> str:
    return f"{post.created_at:%Y-%m-%dT%H:%M:%S}+0000"


def _tell(world: World, account: Account, topic: str, field: str, value: dict[str, Any], *, scope: str) -> None:
    if not world.setting("threads", "webhook_url") or not _grants(world, account, scope):
        return
    notice = {
        "app_id": world.setting("threads", "app_id"),
        "topic": topic,
        "target_id": account.id,
        "time": int(world.now().timestamp()),
        "subscription_id": world.setting("threads", "subscription_id"),
        "has_uid_field": False,
        "values": {"value": value, "field": field},
    }
    task = asyncio.get_running_loop().create_task(_send(world, body_of(notice)))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


def _grants(world: World, account: Account, scope: str) -> bool:
    now = world.now()
    return any(token.is_valid(now) and scope in granted(world, token) for token in world.tokens_of(account))


def body_of(notice: dict[str, Any]) -> bytes:
    """The bytes that are signed: slashes are escaped, and whatever is not ASCII."""
    return escaped_json(notice).replace(b"/", rb"\/")


async def _send(world: World, body: bytes) -> None:
    url, verify_token = (world.setting("threads", name) for name in ("webhook_url", "webhook_verify_token"))
    subscriptions = world.box("threads", "subscription")
    if subscriptions.get(url) is None:
        if not await notices.shakes_hands(url, verify_token):
            return
        subscriptions.put(url, {"verify_token": verify_token})
    secret = "meta_app_secret" if world.setting("threads", "signs_with_meta_secret") else "app_secret"
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": hub_signature(body, world.setting("threads", secret)),
    }
    for _ in range(world.setting("threads", "webhook_copies")):
        hooks.deliver(world, "threads", url, body, headers)
