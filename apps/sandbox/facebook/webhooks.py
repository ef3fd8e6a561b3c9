"""Webhooks of Pages: what is subscribed, and what is sent when something happens.

Two subscriptions are needed: the application's, with an address that shook hands, and the Page's.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.core.rows import Post
from apps.sandbox.core.world import World
from apps.sandbox.facebook.access import METADATA, is_app_token, page_caller, presented
from apps.sandbox.facebook.errors import bad_parameter, no_object
from apps.sandbox.facebook.names import shown_id
from apps.sandbox.facebook.people import NAME
from apps.sandbox.meta import notices, redelivery
from apps.sandbox.meta.graph import graph_error

PAGE_FIELDS = {
    "feed",
    "mention",
    "messages",
    "messaging_postbacks",
    "message_deliveries",
    "ratings",
    "videos",
    "live_videos",
}
ITEMS = {"status": "status", "link": "share", "photo": "photo", "album": "photo", "video": "video", "reel": "video"}


async def subscribe_app(call: Call) -> Response:
    """POST /{app-id}/subscriptions: the address is called at once and must answer with the challenge."""
    _need_app(call)
    fields = call.fields
    if fields.text("object") != "page":
        raise bad_parameter("Param object must be one of {PAGE}")
    wanted = _page_fields(fields.text("fields"))
    url = fields.text("callback_url")
    if not await notices.shakes_hands(url, fields.text("verify_token")):
        raise graph_error(2200, "(#2200) Callback verification failed")
    subscription = {"object": "page", "callback_url": url, "fields": wanted, "active": True}
    call.world.box(NAME, "subscription").put("page", subscription)
    return JSONResponse({"success": True})


async def app_subscriptions(call: Call) -> Response:
    """GET /{app-id}/subscriptions"""
    _need_app(call)
    return JSONResponse({"data": [_app_subscription(call.world)]})


async def unsubscribe_app(call: Call) -> Response:
    """DELETE /{app-id}/subscriptions"""
    _need_app(call)
    call.world.box(NAME, "subscription").delete("page")
    return JSONResponse({"success": True})


def _need_app(call: Call) -> None:
    if not is_app_token(call.world, presented(call)):
        raise graph_error(190, "This method must be called with an app access token")
    if call.part("id") != call.world.setting(NAME, "app_id"):
        raise no_object(call.part("id"), call.method)


def _app_subscription(world: World) -> dict[str, Any]:
    """What the application has subscribed by a call, or else in its dashboard, which is the settings."""
    made = world.box(NAME, "subscription").get("page")
    settings = {
        "object": "page",
        "callback_url": str(world.setting(NAME, "webhook_url")),
        "fields": str(world.setting(NAME, "webhook_fields")).split(","),
        "active": True,
    }
    return made or settings


async def subscribe_page(call: Call) -> Response:
    """POST /{page-id}/subscribed_apps: these fields, in place of those before."""
    page = page_caller(call, METADATA)
    fields = _page_fields(",".join(call.fields.list("subscribed_fields")))
    call.world.box(NAME, "subscribed").put(page.id, {"fields": fields})
    return JSONResponse({"success": True})


async def subscribed_apps(call: Call) -> Response:
    """GET /{page-id}/subscribed_apps"""
    page = page_caller(call, METADATA)
    found = call.world.box(NAME, "subscribed").get(page.id)
    if found is None:
        return JSONResponse({"data": []})
    world = call.world
    app = {"id": str(world.setting(NAME, "app_id")), "name": str(world.setting(NAME, "app_name"))}
    return JSONResponse({"data": [app | {"subscribed_fields": found["fields"]}]})


async def unsubscribe_page(call: Call) -> Response:
    """DELETE /{page-id}/subscribed_apps"""
    page = page_caller(call, METADATA)
    call.world.box(NAME, "subscribed").delete(page.id)
    return JSONResponse({"success": True})


def _page_fields(text: str) -> list[str]:
    fields = [name.strip() for name in text.split(",") if name.strip()]
    if not fields:
        raise bad_parameter("The fields to subscribe to are required")
    if unknown := [name for name in fields if name not in PAGE_FIELDS]:
        raise bad_parameter(f"Param subscribed_fields[0] must be one of {sorted(PAGE_FIELDS)} - got {unknown[0]}")
    return fields


def tell_of_post(world: World, post: Post, *, verb: str = "add") -> None:
    if post.data["type"] not in ITEMS:
        return
    value = {"item": ITEMS[post.data["type"]], "post_id": shown_id(post), **_said(world, post, verb)}
    if link := post.data.get("link"):
        value["link"] = link
    _tell(world, post.account_id, value)


def tell_of_comment(world: World, comment: Post, *, verb: str = "add") -> None:
    """The Page's own comments come back as well."""
    parent = world.post(NAME, comment.parent_id)
    root = world.post(NAME, parent.parent_id) if parent and parent.kind == "reply" else parent
    if parent is None or root is None:
        return
    value = {
        "item": "comment",
        "comment_id": comment.id,
        "post_id": shown_id(root),
        "parent_id": shown_id(parent) if parent.kind == "post" else parent.id,
        **_said(world, comment, verb),
    }
    _tell(world, comment.account_id, value)


def remove_post(world: World, post: Post) -> None:
    """Its owner deletes it on facebook.com."""
    world.delete_post(post)
    (tell_of_comment if post.kind == "reply" else tell_of_post)(world, post, verb="remove")


def tell_of_reaction(world: World, post: Post, *, by: dict[str, str], kind: str) -> None:
    value = {
        "item": "reaction",
        "verb": "add",
        "reaction_type": kind,
        "post_id": shown_id(post),
        "parent_id": shown_id(post),
        "from": by,
        "created_time": int(world.now().timestamp()),
    }
    _tell(world, post.account_id, value)


def _said(world: World, post: Post, verb: str) -> dict[str, Any]:
    page = world.account(NAME, post.account_id)
    author = post.data.get("author") or {"id": post.account_id, "name": page.name if page else ""}
    said: dict[str, Any] = {"verb": verb, "from": author, "created_time": int(post.created_at.timestamp())}
    if verb != "remove" and post.text:
        said["message"] = post.text
    return said


def _tell(world: World, page_id: str, value: dict[str, Any]) -> None:
    app, page = _app_subscription(world), world.box(NAME, "subscribed").get(page_id)
    if not app["callback_url"] or page is None or "feed" not in {*app["fields"]} & {*page["fields"]}:
        return
    change = {"field": "feed", "value": value}
    entry = {"id": page_id, "time": int(world.now().timestamp()), "changes": [change]}
    for delivery in notices.send(world, NAME, {"object": "page", "entry": [entry]}, url=app["callback_url"]):
        redelivery.watch(world, NAME, delivery)
