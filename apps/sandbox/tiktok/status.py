"""How far a publish is, and how to stop one that is being pulled.

The ids of posts are numbers in a list; `post_ids` "texts" makes them text, "bare" a single text in place of the list.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.world import World
from apps.sandbox.tiktok import bodies, errors, publishes
from apps.sandbox.tiktok.access import PUBLISH, UPLOAD, caller
from apps.sandbox.tiktok.names import NAME
from apps.sandbox.tiktok.publishes import DOWNLOADING, FAILED, Publish


async def fetch(call: Call) -> Response:
    """POST /v2/post/publish/status/fetch/"""
    publish = _own(call, rate="status_per_minute")
    data: dict[str, Any] = {"status": publish.status}
    if publish.status == FAILED:
        data["fail_reason"] = publish.fail_reason
    if not publish.is_under_way:
        data["publicaly_available_post_id"] = _post_ids(call.world, publish)
    if publish.is_under_way or publish.status == FAILED:
        data["uploaded_bytes" if publish.size else "downloaded_bytes"] = publish.stored
    return errors.ok(call, data)


async def cancel(call: Call) -> Response:
    """POST /v2/post/publish/cancel/: only what TikTok is pulling, and only while it does."""
    publish = _own(call)
    if publish.status != DOWNLOADING:
        raise errors.refused(call, "publish_not_cancellable")
    publishes.fail(call.world, publish, "publish_cancelled")
    return errors.ok(call, {})


def _own(call: Call, *, rate: str = "") -> Publish:
    account = caller(call, PUBLISH, UPLOAD, rate=rate)
    id = bodies.text(call, bodies.read(call), "publish_id", needed=True)
    publish = publishes.load(call.world, id)
    if publish is None:
        raise errors.refused(call, "invalid_publish_id")
    if publish.account_id != account.id:
        raise errors.refused(call, "token_not_authorized_for_specified_publish_id")
    return publish


def _post_ids(world: World, publish: Publish) -> Any:
    now, shape = world.now(), world.setting(NAME, "post_ids")
    posts = [post for id in publish.posts if (post := world.post(NAME, id))]
    ids = [post.id for post in posts if publishes.is_available(post, now)]
    if shape == "bare":
        return ids[0] if ids else ""
    return ids if shape == "texts" else [int(id) for id in ids]
