"""What a local post may say: the fields of each kind, and the rules that are told or have been seen.

Characters are code points. `ALERT` is known and cannot be relied on: `takes_alerts` allows it.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from apps.sandbox.core.calls import Call
from apps.sandbox.google_business import events, states
from apps.sandbox.google_business.errors import invalid
from apps.sandbox.google_business.fields import check_fields, part
from apps.sandbox.google_business.names import NAME

WRITTEN = (
    "languageCode", "summary", "topicType", "callToAction", "event", "offer", "media", "scheduledTime", "alertType",
)  # fmt: skip
READ_ONLY = ("name", "state", "searchUrl", "createTime", "updateTime", "recurringInstanceTime")
WITH_ADDRESS = ("BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP")
OFFER_FIELDS = ("couponCode", "redeemOnlineUrl", "termsConditions")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def written(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The fields that a person writes; what Google works out itself is passed over."""
    check_fields(call, body, (*WRITTEN, *READ_ONLY), within="local_post")
    return {name: body[name] for name in WRITTEN if body.get(name) not in (None, "", [])}


def check(call: Call, post: dict[str, Any], *, has_media: bool) -> None:
    """Refuse what no local post can be."""
    _check_text(call, post)
    topic = post.get("topicType")
    if topic is None:
        raise invalid(call, "MISSING_VALUE", "topicType")
    if topic not in ("STANDARD", "EVENT", "OFFER", "ALERT"):
        raise invalid(call, "INVALID_VALUE", "topicType", value=str(topic))
    if topic == "STANDARD" and not has_media and call.world.setting(NAME, "requires_content") and not _said(post):
        raise invalid(call, "MISSING_VALUE", "summary")
    if topic in ("EVENT", "OFFER"):
        events.check(call, part(call, post, "event"))
    elif "event" in post:
        raise invalid(call, "FIELD_HAS_DEPENDENCIES", "event")
    _check_offer(call, post, topic)
    _check_alert(call, post, topic)
    _check_action(call, post, topic)


def _said(post: dict[str, Any]) -> str:
    return str(post.get("summary", "")).strip()


def _check_text(call: Call, post: dict[str, Any]) -> None:
    longest, language = int(call.world.setting(NAME, "max_summary")), post.get("languageCode", "en")
    if not isinstance(post.get("summary", ""), str):
        raise invalid(call, "INVALID_VALUE", "summary")
    if len(post.get("summary", "")) > longest:
        raise invalid(call, "VALUE_OUTSIDE_ALLOWED_RANGE", "summary", f"Must be at most {longest} characters")
    if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
        raise invalid(call, "INVALID_VALUE", "languageCode", value=str(language))


def _check_offer(call: Call, post: dict[str, Any], topic: str) -> None:
    if "offer" not in post:
        return
    if topic != "OFFER":
        raise invalid(call, "FIELD_HAS_DEPENDENCIES", "offer")
    offer = part(call, post, "offer")
    check_fields(call, offer, OFFER_FIELDS, within="offer")
    if "redeemOnlineUrl" in offer and not _is_address(offer["redeemOnlineUrl"]):
        raise invalid(call, "INVALID_VALUE", "offer.redeemOnlineUrl", value=str(offer["redeemOnlineUrl"]))
    longest = int(call.world.setting(NAME, "max_terms"))
    if len(str(offer.get("termsConditions", ""))) > longest:
        words = f"Must be at most {longest} characters"
        raise invalid(call, "VALUE_OUTSIDE_ALLOWED_RANGE", "offer.termsConditions", words)


def _check_alert(call: Call, post: dict[str, Any], topic: str) -> None:
    if topic == "ALERT" and not call.world.setting(NAME, "takes_alerts"):
        raise invalid(call, "UNSUPPORTED_VALUE", "topicType", value="ALERT")
    if (topic == "ALERT") != ("alertType" in post):
        raise invalid(call, "MISSING_VALUE" if topic == "ALERT" else "FIELD_HAS_DEPENDENCIES", "alertType")
    if topic == "ALERT" and post["alertType"] != "COVID_19":
        raise invalid(call, "INVALID_VALUE", "alertType", value=str(post["alertType"]))


def _check_action(call: Call, post: dict[str, Any], topic: str) -> None:
    """A button; an offer has its own, and `offer_action` says whether another is refused or passed over."""
    if "callToAction" not in post:
        return
    if topic == "OFFER":
        if call.world.setting(NAME, "offer_action") == "ignored":
            del post["callToAction"]
            return
        raise invalid(call, "FIELD_HAS_DEPENDENCIES", "callToAction")
    action = part(call, post, "callToAction")
    check_fields(call, action, ("actionType", "url"), within="call_to_action")
    kind, url = action.get("actionType"), action.get("url")
    if kind == "GET_OFFER":
        raise invalid(call, "UNSUPPORTED_VALUE", "callToAction.actionType", value=kind)
    if kind not in (*WITH_ADDRESS, "CALL"):
        raise invalid(call, "INVALID_VALUE" if kind else "MISSING_VALUE", "callToAction.actionType")
    if kind == "CALL" and url:
        raise invalid(call, "FIELD_HAS_DEPENDENCIES", "callToAction.url", value=str(url))
    if kind in WITH_ADDRESS and not url:
        raise invalid(call, "MISSING_DEPENDENT_FIELD", "callToAction.url")
    if kind in WITH_ADDRESS and not _is_address(url):
        raise invalid(call, "INVALID_VALUE", "callToAction.url", value=str(url))


def _is_address(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is not None and parts.scheme in {"http", "https"} and bool(parts.netloc)


def check_time(call: Call, post: dict[str, Any]) -> None:
    """Of a post that is new, or gets another time: later on the time has passed by itself."""
    if "scheduledTime" not in post:
        return
    at = states.instant(str(post["scheduledTime"]))
    if at is None:
        raise invalid(call, "INVALID_VALUE", "scheduledTime", value=str(post["scheduledTime"]))
    if at <= call.world.now():
        raise invalid(call, "EXPIRED_VALUE", "scheduledTime", value=str(post["scheduledTime"]))
