"""Where an account's notices go: one Pub/Sub topic for each account, and the last one told holds for everybody.

None of the notices is about a local post. They go through Pub/Sub, of which there is none here: the setting is kept and
checked, and nothing is sent.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call
from apps.sandbox.google.people import google_user
from apps.sandbox.google_business import access, places
from apps.sandbox.google_business.errors import bad_request, refused
from apps.sandbox.google_business.fields import body_of, check_fields
from apps.sandbox.google_business.names import NAME

TYPES = {
    "GOOGLE_UPDATE", "NEW_REVIEW", "UPDATED_REVIEW", "NEW_CUSTOMER_MEDIA", "DUPLICATE_LOCATION",
    "VOICE_OF_MERCHANT_UPDATED",
}  # fmt: skip
FIELDS = ("pubsubTopic", "notificationTypes")


async def get(call: Call) -> Response:
    """GET /v1/accounts/{account}/notificationSetting"""
    return JSONResponse(_setting(call, _account(call)))


async def patch(call: Call) -> Response:
    """PATCH /v1/accounts/{account}/notificationSetting?updateMask=..."""
    account, told = _account(call), body_of(call)
    check_fields(call, told, ("name", *FIELDS), within="notification_setting")
    paths = [path.strip() for path in call.fields.text("updateMask").split(",") if path.strip()]
    if not paths or set(paths) - set(FIELDS):
        raise bad_request("update_mask", "Name what is to be changed.")
    setting = {name: value for name, value in _setting(call, account).items() if name not in paths}
    setting |= {name: told[name] for name in paths if told.get(name)}
    _check(setting)
    call.world.box(NAME, "notification_setting").put(account, setting)
    return JSONResponse(setting)


def _account(call: Call) -> str:
    person, account = access.me(call), call.part("account")
    if account == "-" or places.listed_under(call.world, person, account) is None:
        raise refused("PERMISSION_DENIED" if account != google_user(call.world, person) else "NOT_FOUND")
    return account


def _setting(call: Call, account: str) -> dict[str, Any]:
    name = {"name": f"accounts/{account}/notificationSetting"}
    return name | (call.world.box(NAME, "notification_setting").get(account) or {})


def _check(setting: dict[str, Any]) -> None:
    topic, types = setting.get("pubsubTopic", ""), setting.get("notificationTypes", [])
    if topic and not re.fullmatch(r"projects/[a-z][a-z0-9-]+/topics/[A-Za-z][\w.~+%-]{2,254}", str(topic)):
        raise bad_request("notification_setting.pubsub_topic", "The topic is called projects/{project}/topics/{topic}.")
    if not isinstance(types, list) or not set(map(str, types)) <= TYPES:
        raise bad_request("notification_setting.notification_types", "A type does not exist, or does no longer.")
    if types and not topic:
        raise bad_request("notification_setting.pubsub_topic", "Notices need a topic.")
