"""Registering webhooks and subscribing to events, as the X Activity API does.

A webhook is an https address without a port; on this machine, http with a port will do. It is registered by the
application alone, and has to answer the challenge first. Replaying past events is not simulated.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.rows import Account, Thing
from apps.sandbox.x import errors, events, schema
from apps.sandbox.x.access import anybody, application
from apps.sandbox.x.accounts import snowflake
from apps.sandbox.x.fields import spelt_instant
from apps.sandbox.x.schema import ID, one_of, record, text

LONGEST_URL = 200
MOST_SUBSCRIPTIONS = 1500
WEBHOOK = record(required=("url",), url=text(longest=LONGEST_URL))
SUBSCRIPTION = record(
    required=("event_type", "filter"),
    event_type=one_of(*events.PUBLIC, *events.PRIVATE),
    filter=record(required=("user_id",), user_id=text(pattern=ID)),
    webhook_id=text(pattern=ID),
    tag=text(longest=200),
)


async def register(call: Call) -> Response:
    """POST /2/webhooks"""
    application(call)
    url, box = schema.read(call, WEBHOOK)["url"], call.world.box("x", "webhook")
    if not _is_fit(url):
        raise _failed(call, url, "UrlValidationFailed")
    if any(thing.data["url"] == url for thing in box.all()):
        raise _failed(call, url, "DuplicateUrlFailed")
    if len(box.all()) >= call.world.setting("x", "webhooks_allowed"):
        raise _failed(call, url, "WebhookLimitExceeded")
    await _prove(call, url)
    id = snowflake(call.world)
    box.put(id, {"url": url})
    return JSONResponse({"data": _shown(call, _webhook(call, id))})


def _is_fit(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_here = parts.scheme in {"http", "https"} and parts.hostname in {"127.0.0.1", "localhost"}
    return is_here or (parts.scheme == "https" and bool(parts.hostname) and port is None)


async def _prove(call: Call, url: str) -> None:
    if (await events.challenge(call.world, url, anew=True))["is_silenced"]:
        raise _failed(call, url, "CrcValidationFailed")


def _failed(call: Call, url: str, name: str) -> Refusal:
    return errors.invalid(call, "url", url, name)


async def listed(call: Call) -> Response:
    """GET /2/webhooks"""
    application(call)
    found = [_shown(call, thing) for thing in call.world.box("x", "webhook").all()]
    return JSONResponse({"data": found, "meta": {"result_count": len(found)}})


async def validate(call: Call) -> Response:
    """PUT /2/webhooks/{id}: asks for the challenge again, which wakes one that was silenced."""
    application(call)
    webhook = _webhook(call, call.part("id"))
    await _prove(call, webhook.data["url"])
    return JSONResponse({"data": _shown(call, webhook)})


async def delete(call: Call) -> Response:
    """DELETE /2/webhooks/{id}, with its subscriptions."""
    application(call)
    webhook = _webhook(call, call.part("id"))
    subscriptions = call.world.box("x", "subscription")
    for thing in subscriptions.all():
        if thing.data["webhook_id"] == webhook.id:
            subscriptions.delete(thing.id)
    call.world.box("x", "webhook").delete(webhook.id)
    return JSONResponse({"data": {"deleted": True}})


def _webhook(call: Call, id: str) -> Thing:
    thing = call.world.box("x", "webhook").thing(id)
    if thing is None:
        raise errors.not_found(call, "webhook", id)
    return thing


def _shown(call: Call, webhook: Thing) -> dict[str, Any]:
    known = call.world.box("x", "challenge").get(webhook.data["url"]) or {"is_silenced": True}
    return {
        "id": webhook.id,
        "url": webhook.data["url"],
        "valid": not known["is_silenced"],
        "created_at": spelt_instant(webhook.created_at),
    }


async def subscribe(call: Call) -> Response:
    """POST /2/activity/subscriptions: what is private needs a consent of that user that still stands."""
    anybody(call, ())
    body, box = schema.read(call, SUBSCRIPTION), call.world.box("x", "subscription")
    user_id, event_type = body["filter"]["user_id"], body["event_type"]
    user = call.world.account("x", user_id)
    if user is None:
        raise errors.invalid(call, "filter.user_id", user_id, "There is no such user")
    if event_type in events.PRIVATE and not _has_consented(call, user):
        raise errors.forbidden(call, errors.NOT_PERMITTED)
    if len(box.all()) >= MOST_SUBSCRIPTIONS:
        raise errors.forbidden(call, "The limit of subscriptions has been reached.")
    webhook_id = body.get("webhook_id") or _only_webhook(call)
    _webhook(call, webhook_id)
    id = snowflake(call.world)
    data = {
        "subscription_id": id,
        "event_type": event_type,
        "filter": body["filter"],
        "webhook_id": webhook_id,
        "tag": body.get("tag", ""),
    }
    box.put(id, data, owner=user_id)
    return JSONResponse({"data": {"subscription": data}})


def _only_webhook(call: Call) -> str:
    found = call.world.box("x", "webhook").all(limit=1)
    if not found:
        raise errors.invalid(call, "webhook_id", "", "[webhook_id] is missing but it is required")
    return found[0].id


def _has_consented(call: Call, user: Account) -> bool:
    now = call.world.now()
    return any(token.is_valid(now) and "tweet.read" in token.scopes for token in call.world.tokens_of(user))


async def subscriptions(call: Call) -> Response:
    """GET /2/activity/subscriptions"""
    anybody(call, ())
    found = [thing.data for thing in call.world.box("x", "subscription").all()]
    return JSONResponse({"data": found, "meta": {"result_count": len(found)}})


async def unsubscribe(call: Call) -> Response:
    """DELETE /2/activity/subscriptions/{id}"""
    anybody(call, ())
    if not call.world.box("x", "subscription").delete(call.part("id")):
        raise errors.not_found(call, "subscription", call.part("id"))
    return JSONResponse({"data": {"deleted": True}})
