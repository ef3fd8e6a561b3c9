"""The WebSub hub: whoever wants to hear of a channel says where, is asked back, and asks again before its lease ends.

The fields are those of the specification 0.4. Each question to a subscriber is remembered in the box "verification".
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.responses import PlainTextResponse, Response

from apps.sandbox.core import fetching
from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account
from apps.sandbox.core.world import World
from apps.sandbox.youtube import clips, pushes, schedule

FEEDS = {"/xml/feeds/videos.xml", "/feeds/videos.xml"}
MOST_SECRET_BYTES = 199
FEED_LENGTH = 15
_under_way: set[asyncio.Task[bool]] = set()  # a task that nobody holds may be collected


async def subscribe(call: Call) -> Response:
    """POST /subscribe: 202, and the subscriber is asked; with hub.verify=sync 204 once it has answered."""
    mode, callback = call.fields.text("hub.mode"), call.fields.text("hub.callback")
    if mode not in {"subscribe", "unsubscribe"}:
        raise _refused(f"Invalid value for hub.mode: {mode}")
    if not callback.startswith(("http://", "https://")) or "#" in callback:
        raise _refused(f"Invalid parameter: hub.callback; must be valid URI with no fragment: {callback}")
    account = _channel(call.world, call.fields.text("hub.topic"))
    if len(call.fields.text("hub.secret").encode()) > MOST_SECRET_BYTES:
        raise _refused("Invalid parameter: hub.secret; it has to be shorter than 200 bytes")
    asking = _settle(call, account, mode=mode, callback=callback, lease=_lease(call))
    if call.fields.list("hub.verify")[:1] == ["sync"]:
        return Response(status_code=204) if await asking else PlainTextResponse("Not verified", status_code=409)
    task = asyncio.get_running_loop().create_task(asking)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return Response(status_code=202)


def _channel(world: World, topic: str) -> Account:
    parts = urlsplit(topic)
    channel = parse_qs(parts.query).get("channel_id", [""])[0]
    account = world.account("youtube", channel)
    if parts.path not in FEEDS or account is None:
        raise _refused(f"Invalid parameter: hub.topic; there is no such feed: {topic}")
    return account


def _lease(call: Call) -> int:
    most = int(call.world.setting("youtube", "lease_seconds"))
    wanted = call.fields.text("hub.lease_seconds") or str(most)
    if not wanted.isdigit() or int(wanted) < 1:
        raise _refused("Invalid value for hub.lease_seconds")
    return min(int(wanted), most)


async def _settle(call: Call, account: Account, *, mode: str, callback: str, lease: int) -> bool:
    """Ask the subscriber whether this is what it wants, and do it if it says so."""
    world, topic, secret = call.world, call.fields.text("hub.topic"), call.fields.text("hub.secret")
    is_wanted = await _asks_back(callback, mode=mode, topic=topic, lease=lease)
    said = {"callback": callback, "mode": mode, "topic": topic, "lease_seconds": lease, "verified": is_wanted}
    world.box("youtube", "verification").put(str(world.number()), said, owner=account.id)
    key = hashlib.sha256(f"{callback} {topic}".encode()).hexdigest()
    box = world.box("youtube", "subscription")
    if is_wanted and mode == "subscribe":
        data = {"callback": callback, "topic": topic, "secret": secret}
        box.put(key, data, owner=account.id, lives=timedelta(seconds=lease))
    elif is_wanted:
        box.delete(key)
    return is_wanted


async def _asks_back(callback: str, *, mode: str, topic: str, lease: int) -> bool:
    challenge = secrets.token_urlsafe(24)
    query = {"hub.mode": mode, "hub.topic": topic, "hub.challenge": challenge}
    if mode == "subscribe":
        query["hub.lease_seconds"] = str(lease)
    joint = "&" if "?" in callback else "?"
    try:
        answer = await fetching.get(f"{callback}{joint}{urlencode(query)}", limit=1024, user_agent="FeedFetcher-Google")
    except (fetching.NotFetched, fetching.TooLarge):
        return False
    return answer == challenge.encode()


async def feed(call: Call) -> Response:
    """GET /xml/feeds/videos.xml?channel_id=...: the latest public videos"""
    account = call.world.account("youtube", call.fields.text("channel_id"))
    if account is None:
        return PlainTextResponse("Not found", status_code=404)
    schedule.settle(call.world)
    public = [clip for clip in clips.of_channel(call.world, account) if clip.is_public][:FEED_LENGTH]
    return Response(pushes.feed(call.world, account, public), media_type="text/xml; charset=UTF-8")


def _refused(words: str) -> Refusal:
    return Refusal(PlainTextResponse(words, status_code=400))
