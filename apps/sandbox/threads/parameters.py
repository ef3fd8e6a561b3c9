"""What a container may be asked to be: each parameter's own rule, and which of them go together."""

from __future__ import annotations

import json
import re
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.threads import text
from apps.sandbox.threads.errors import bad_parameter

MEDIA_TYPES = ("TEXT", "IMAGE", "VIDEO", "CAROUSEL")
AUDIENCES = ("everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only")
TEXT_ONLY = (
    "link_attachment", "poll_attachment", "text_attachment", "gif_attachment", "auto_publish_text", "is_ghost_post",
)  # fmt: skip
MAX_ALT, MAX_TOPIC, MAX_ATTACHED_TEXT, MAX_OPTION, MAX_ENTITIES = 1000, 50, 10_000, 25, 10
OPTIONS = ("option_a", "option_b", "option_c", "option_d")


def check(call: Call) -> dict[str, Any]:
    """The extras of the post that these parameters describe; refuses what does not hold or does not go together."""
    media_type = call.fields.text("media_type")
    if media_type not in MEDIA_TYPES:
        raise bad_parameter(f"Param media_type must be one of {{{', '.join(MEDIA_TYPES)}}} - got {media_type!r}.")
    _check_text(call, media_type)
    _check_company(call, media_type)
    extras = {
        "link_attachment": _link(call),
        "topic_tag": _topic(call),
        "reply_control": _audience(call),
        "poll": _poll(call),
        "attached_text": _attached_text(call),
        "gif": _gif(call),
        "entities": _entities(call),
        "countries": _countries(call),
        "location_id": call.fields.text("location_id"),
        "quoted": call.fields.text("quote_post_id"),
        "is_ghost": call.fields.flag("is_ghost_post"),
        "is_spoiler": call.fields.flag("is_spoiler_media"),
        "approves_replies": call.fields.flag("enable_reply_approvals"),
        "crossreshare": call.fields.flag("crossreshare_to_ig"),
    }
    return {name: value for name, value in extras.items() if value}


def _check_text(call: Call, media_type: str) -> None:
    words = call.fields.text("text")
    if media_type == "TEXT" and not words.strip():
        raise bad_parameter("Param text is required for media type TEXT.")
    if text.length(words, in_bytes=call.world.setting("threads", "letters_count_as_bytes")) > text.MAX_TEXT:
        raise bad_parameter(f"Param text must be at most {text.MAX_TEXT} characters long.")
    links = {*text.links(words), *([attached] if (attached := call.fields.text("link_attachment")) else [])}
    if len(links) > call.world.setting("threads", "max_links"):
        raise bad_parameter("THREADS_API__LINK_LIMIT_EXCEEDED: the post has too many links.")


def _check_company(call: Call, media_type: str) -> None:
    if media_type != "TEXT" and (odd := [name for name in TEXT_ONLY if call.fields.text(name) not in {"", "false"}]):
        raise bad_parameter(f"Param {odd[0]} is for text-only posts.")
    if media_type == "TEXT" and (call.fields.has("alt_text") or call.fields.flag("is_spoiler_media")):
        raise bad_parameter("Params alt_text and is_spoiler_media are for posts with media.")
    if len(call.fields.text("alt_text")) > MAX_ALT:
        raise bad_parameter(f"Param alt_text must be at most {MAX_ALT} characters long.")
    if call.fields.flag("is_carousel_item") and media_type not in {"IMAGE", "VIDEO"}:
        raise bad_parameter("An item of a carousel is an IMAGE or a VIDEO.")
    if call.fields.has("poll_attachment") and call.fields.has("text_attachment"):
        raise bad_parameter("A post has a poll or a text attachment, not both.")
    if call.fields.flag("is_ghost_post") and call.fields.has("reply_to_id"):
        raise bad_parameter("A ghost post cannot be a reply.")


def _link(call: Call) -> str:
    link = call.fields.text("link_attachment")
    if link and not text.LINK.fullmatch(link):
        raise bad_parameter("Param link_attachment must be a valid URL.")
    return link


def _topic(call: Call) -> str:
    topic = call.fields.text("topic_tag")
    if call.fields.has("topic_tag") and (not 1 <= len(topic) <= MAX_TOPIC or set(topic) & set(".&")):
        raise bad_parameter("Param topic_tag must have 1 to 50 characters, without periods and ampersands.")
    return topic or text.topic(call.fields.text("text"))


def _audience(call: Call) -> str:
    audience = call.fields.text("reply_control")
    if audience and audience not in AUDIENCES:
        raise bad_parameter(f"Param reply_control must be one of {{{', '.join(AUDIENCES)}}}.")
    return audience


def _poll(call: Call) -> dict[str, str]:
    poll = _object(call, "poll_attachment")
    if not call.fields.has("poll_attachment"):
        return {}
    if not 2 <= len(poll) <= len(OPTIONS) or tuple(sorted(poll)) != OPTIONS[: len(poll)]:
        raise bad_parameter("Param poll_attachment has the options option_a to option_d, at least two of them.")
    if any(not isinstance(option, str) or not 1 <= len(option) <= MAX_OPTION for option in poll.values()):
        raise bad_parameter(f"An option of a poll has 1 to {MAX_OPTION} characters.")
    return poll


def _attached_text(call: Call) -> dict[str, Any]:
    attached = _object(call, "text_attachment")
    words = attached.get("plaintext")
    if call.fields.has("text_attachment") and (not isinstance(words, str) or not 1 <= len(words) <= MAX_ATTACHED_TEXT):
        raise bad_parameter(f"Param text_attachment needs a plaintext of at most {MAX_ATTACHED_TEXT} characters.")
    return attached


def _gif(call: Call) -> dict[str, str]:
    gif = _object(call, "gif_attachment")
    if call.fields.has("gif_attachment") and (not gif.get("gif_id") or gif.get("provider") != "GIPHY"):
        raise bad_parameter("Param gif_attachment needs a gif_id of the provider GIPHY.")
    return gif


def _entities(call: Call) -> list[Any]:
    if not call.fields.has("text_entities"):
        return []
    entities = _parsed(call, "text_entities")
    if not isinstance(entities, list) or len(entities) > MAX_ENTITIES:
        raise bad_parameter(f"Param text_entities is a list of at most {MAX_ENTITIES} ranges.")
    return entities


def _countries(call: Call) -> list[str]:
    if not call.fields.has("allowlisted_country_codes"):
        return []
    if not call.world.setting("threads", "geo_gating"):
        raise bad_parameter("THREADS_API__FEATURE_NOT_AVAILABLE: geo-gating is not available to this profile.")
    codes = [code.strip() for value in call.fields.list("allowlisted_country_codes") for code in value.split(",")]
    if not codes or any(not re.fullmatch(r"[A-Z]{2}", code) for code in codes):
        raise bad_parameter("THREADS_API__GEO_GATING_INVALID_COUNTRY_CODES: use ISO 3166-1 alpha-2 codes.")
    return codes


def _object(call: Call, name: str) -> dict[str, Any]:
    if not call.fields.has(name):
        return {}
    value = _parsed(call, name)
    if not isinstance(value, dict):
        raise bad_parameter(f"Param {name} must be a JSON object.")
    return value


def _parsed(call: Call, name: str) -> Any:
    try:
        return json.loads(call.fields.text(name))
    except ValueError:
        return None
