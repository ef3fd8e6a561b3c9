"""What Instagram tells the application on its own.

An account is told of what it has subscribed to, after the application's address (the setting `webhook_url`) has
answered the handshake with `webhook_verify_token`. Of an account that was subscribed with Instagram Login the Instagram
application's secret signs, and with Facebook Login the Meta application's; the first is uncertain, and the setting
`signs_with_meta_secret` takes Meta's for both. Examples show three shapes of one notice: `webhook_shape` is `changes`,
`flat` (field and value directly in the entry) or `list` (everything in a list). What the value of `story_insights`
holds is not documented: here it is the figures by their names.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from apps.sandbox.core import hooks
from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Account, Post
from apps.sandbox.core.world import World
from apps.sandbox.instagram import comment_nodes, figures
from apps.sandbox.instagram.access import BASIC, is_facebook_login, own_account
from apps.sandbox.instagram.errors import bad_parameter
from apps.sandbox.instagram.nodes import STORY_LIVES
from apps.sandbox.meta import notices, redelivery
from apps.sandbox.meta.signing import escaped_json, hub_signature, signed_request

FIELDS = {
    "comments", "live_comments", "mentions", "messages", "message_edit", "message_reactions", "messaging_postbacks",
    "messaging_seen", "messaging_referral", "messaging_optins", "standby", "story_insights", "follow",
}  # fmt: skip
OF_STORY = ("views", "reach", "replies", "shares", "navigation")
_under_way: set[asyncio.Task[None]] = set()  # a task that nobody holds may be collected


async def subscribe(call: Call) -> Response:
    """POST /{ig-id}/subscribed_apps: these fields, in place of those before."""
    account = own_account(call, BASIC)
    fields = [name.strip() for value in call.fields.list("subscribed_fields") for name in value.split(",")]
    if not any(fields):
        raise bad_parameter("The parameter subscribed_fields is required")
    if unknown := [name for name in fields if name not in FIELDS]:
        raise bad_parameter(f"Param subscribed_fields[0] must be one of {sorted(FIELDS)} - got {unknown[0]}")
    login = "facebook" if is_facebook_login(call) else "instagram"
    call.world.box("instagram", "subscribed").put(account.id, {"fields": fields, "login": login})
    return JSONResponse({"success": True})


async def subscriptions(call: Call) -> Response:
    """GET /{ig-id}/subscribed_apps"""
    account = own_account(call, BASIC)
    found = call.world.box("instagram", "subscribed").get(account.id)
    if found is None:
        return JSONResponse({"data": []})
    app = {"id": _app(call.world, found["login"], "app_id"), "name": _app(call.world, found["login"], "app_name")}
    return JSONResponse({"data": [app | {"subscribed_fields": found["fields"]}]})


async def unsubscribe(call: Call) -> Response:
    """DELETE /{ig-id}/subscribed_apps"""
    call.world.box("instagram", "subscribed").delete(own_account(call, BASIC).id)
    return JSONResponse({"success": True})


def _app(world: World, login: str, name: str) -> str:
    return str(world.setting(login, name))


def tell_of_comment(world: World, comment: Post) -> None:
    """The account's own comments come back as well."""
    root, account = comment_nodes.root_of(world, comment), world.account("instagram", comment.account_id)
    if root is None or account is None:
        return
    value = {
        "id": comment.id,
        "from": comment_nodes.author_of(world, comment),
        "text": comment.text,
        "media": {"id": root.id, "media_product_type": root.data["media_product_type"]},
    }
    if comment.data["level"] > 1:
        value["parent_id"] = comment.parent_id
    tell(world, account, "comments", value)


def settle(world: World) -> None:
    """A story that ends is told of with what it has gathered. Done when the clock is moved past its end."""
    box = world.box("instagram", "ended_story")
    where = "platform='instagram' AND kind='post' AND created_at <= ? AND deleted_at IS NULL"
    where += " AND json_extract(data, '$.media_product_type') = 'STORY'"
    for story in world.store.posts.select(where, ((world.now() - STORY_LIVES).timestamp(),)):
        account = world.account("instagram", story.account_id)
        if account is None or box.get(story.id) is not None:
            continue
        box.put(story.id, {})
        end = story.created_at + STORY_LIVES
        gathered = {name: figures.of_post(world, story, name, end) for name in OF_STORY}
        tell(world, account, "story_insights", {"media_id": story.id, **gathered})


def tell(world: World, account: Account, field: str, value: dict[str, Any]) -> None:
    subscribed = world.box("instagram", "subscribed").get(account.id)
    if not world.setting("instagram", "webhook_url") or subscribed is None or field not in subscribed["fields"]:
        return
    notice = _shaped(str(world.setting("instagram", "webhook_shape")), account.id, world, field, value)
    task = asyncio.get_running_loop().create_task(_send(world, escaped_json(notice), subscribed["login"]))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)


def _shaped(shape: str, id: str, world: World, field: str, value: dict[str, Any]) -> Any:
    said: dict[str, Any] = {"field": field, "value": value}
    entry = {"id": id, "time": int(world.now().timestamp()), **(said if shape == "flat" else {"changes": [said]})}
    notice = {"object": "instagram", "entry": [entry]}
    return [notice] if shape == "list" else notice


async def _send(world: World, body: bytes, login: str) -> None:
    url, verify_token = (str(world.setting("instagram", name)) for name in ("webhook_url", "webhook_verify_token"))
    shaken = world.box("instagram", "handshake")
    if shaken.get(url) is None:
        if not await notices.shakes_hands(url, verify_token):
            return
        shaken.put(url, {})
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": hub_signature(body, _secret(world, login))}
    for _ in range(int(world.setting("instagram", "webhook_copies"))):
        redelivery.watch(world, "instagram", hooks.deliver(world, "instagram", url, body, headers))


def _secret(world: World, login: str) -> str:
    is_meta = login == "facebook" or world.setting("instagram", "signs_with_meta_secret")
    return str(world.setting("facebook" if is_meta else "instagram", "app_secret"))


def tell_of_person(world: World, account: Account, *, setting: str) -> None:
    """The form `signed_request=...` about the app-scoped id, to the address in `setting`."""
    payload = {
        "user_id": account.data["app_scoped_id"],
        "algorithm": "HMAC-SHA256",
        "issued_at": int(world.now().timestamp()),
    }
    form = urlencode({"signed_request": signed_request(payload, _secret(world, "instagram"))}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    hooks.deliver(world, "instagram", str(world.setting("instagram", setting)), form, headers)
