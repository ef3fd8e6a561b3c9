"""What X tells on its own: posts made and deleted, mentions and replies, and an application that was removed.

Events go to the webhooks that subscribed to them. `webhook_url` is one more that hears everything without a
registration. An address has to answer the challenge (CRC) before it is told anything, and again every half hour: a
wrong answer silences it at once, no answer at all after 28 hours.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import uuid
from datetime import timedelta
from typing import Any

from apps.sandbox.core import hooks
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.x import text
from apps.sandbox.x.fields import spelt_instant

PUBLIC = ("post.create", "post.delete")
PRIVATE = ("post.mention.create", "post.reply.create", "post.quote.create", "oauth.revoke")
SIGNATURE = "x-twitter-webhooks-signature"
CHALLENGED_EVERY = timedelta(minutes=30)
FORGIVEN_FOR = timedelta(hours=28)
_under_way: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected


def sign(secret: str, message: bytes) -> str:
    """The signature of a delivery, and the right answer to a challenge."""
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def tell_post(world: World, post: Post, author: Account) -> None:
    payload = _payload(post)
    _tell(world, "post.create", author.id, payload)
    for span in text.mentions(post.text):
        named = world.account_by_handle("x", span.value) or world.account_by_handle("x", span.value.lower())
        if named and named.id != author.id:
            _tell(world, "post.mention.create", named.id, payload)
    for name, event_type in (("reply_to", "post.reply.create"), ("quoted", "post.quote.create")):
        target = world.store.posts.get("x", post.data[name]) if post.data.get(name) else None
        if target and target.account_id != author.id:
            _tell(world, event_type, target.account_id, payload)


def tell_deletion(world: World, post: Post) -> None:
    _tell(world, "post.delete", post.account_id, {"id": post.id, "author_id": post.account_id})


def remove_post(world: World, post: Post) -> None:
    """Its owner deletes it in the app."""
    world.delete_post(post)
    tell_deletion(world, post)


def tell_revocation(world: World, account: Account) -> None:
    payload = {"user_id": account.id, "client_id": world.setting("x", "client_id")}
    _tell(world, "oauth.revoke", account.id, payload)


def _payload(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "author_id": post.account_id,
        "text": post.text,
        "created_at": spelt_instant(post.created_at),
        "conversation_id": post.data["conversation_id"],
    }


def _tell(world: World, event_type: str, user_id: str, payload: dict[str, Any]) -> None:
    for url, tag in _listeners(world, event_type, user_id):
        data = {
            "event_uuid": str(uuid.uuid4()),
            "filter": {"user_id": user_id},
            "event_type": event_type,
            "tag": tag,
            "payload": payload,
            "includes": {},
        }
        task = asyncio.get_running_loop().create_task(_send(world, url, json.dumps({"data": data}).encode()))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)


def _listeners(world: World, event_type: str, user_id: str) -> list[tuple[str, str]]:
    """Address and tag of each that wants to hear this event of this user."""
    found, webhooks = [], world.box("x", "webhook")
    for thing in world.box("x", "subscription").all(owner=user_id):
        webhook = webhooks.get(thing.data["webhook_id"])
        if webhook and thing.data["event_type"] == event_type:
            found.append((webhook["url"], thing.data["tag"]))
    if url := str(world.setting("x", "webhook_url")):
        found.append((url, ""))
    return found


async def _send(world: World, url: str, body: bytes) -> None:
    if await is_trusted(world, url):
        signature = sign(str(world.setting("x", "consumer_secret")), body)
        headers = {"Content-Type": "application/json", SIGNATURE: signature}
        hooks.deliver(world, "x", url, body, headers)


async def is_trusted(world: World, url: str) -> bool:
    """Whether the address may be told something: it has answered the challenge of this half hour."""
    known, now = world.box("x", "challenge").get(url), world.now().timestamp()
    if known and not known["is_silenced"] and now - known["at"] < CHALLENGED_EVERY.total_seconds():
        return True
    if known and known["is_silenced"] and url != world.setting("x", "webhook_url"):
        return False
    return not (await challenge(world, url))["is_silenced"]


async def challenge(world: World, url: str, *, anew: bool = False) -> dict[str, Any]:
    """Ask the address for its answer and remember it; `anew` forgets how often it has failed before."""
    known = {} if anew else world.box("x", "challenge").get(url) or {}
    answer, now = await _answer_to_challenge(world, url), world.now().timestamp()
    if answer == "right":
        failing_since, is_silenced = None, False
    else:
        failing_since = known.get("failing_since") or now
        is_silenced = answer == "wrong" or anew or now - failing_since > FORGIVEN_FOR.total_seconds()
    outcome = {"at": now, "answer": answer, "failing_since": failing_since, "is_silenced": is_silenced}
    world.box("x", "challenge").put(url, outcome)
    return outcome


async def _answer_to_challenge(world: World, url: str) -> str:
    """right; wrong, as a redirect is; or none."""
    import httpx  # here, because it would double the time of a start

    crc_token = secrets.token_urlsafe(24)
    wanted = sign(str(world.setting("x", "consumer_secret")), crc_token.encode())
    try:
        async with httpx.AsyncClient(timeout=hooks.TIMEOUT_SECONDS, trust_env=False) as client:
            response = await client.get(url, params={"crc_token": crc_token})
    except (httpx.HTTPError, httpx.InvalidURL):
        return "none"
    if response.status_code >= 400:
        return "none"
    try:
        said = response.json()
    except ValueError:
        return "wrong"
    is_right = response.status_code == 200 and isinstance(said, dict) and said.get("response_token") == wanted
    return "right" if is_right else "wrong"
