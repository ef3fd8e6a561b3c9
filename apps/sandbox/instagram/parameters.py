"""What a container may be told besides its media, by kind of container, and what is refused of it.

A caption, an alternative text or a cover where they do not belong are dropped without a word, which the documentation
does not say: with the setting `strict_parameters` they are refused. Tags, collaborators, a place and an upload
are refused wherever they do not belong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apps.sandbox.core.calls import Call
from apps.sandbox.facebook import parameters
from apps.sandbox.instagram import commerce
from apps.sandbox.instagram.access import is_facebook_login
from apps.sandbox.instagram.errors import MOST_TAGS, bad_parameter, too_many_tags
from apps.sandbox.meta.graph import graph_error

MAX_CAPTION, MAX_HASHTAGS, MAX_MENTIONS, MAX_ALT = 2200, 30, 20, 1000
STRATEGIES = {"MANUAL", "SS_PERFORMANCE"}
# Which kinds have which parameter.
BELONGS: Mapping[str, set[str]] = {
    "caption": {"image", "reel", "carousel"},
    "alt_text": {"image", "child"},
    "cover_url": {"reel"},
    "thumb_offset": {"reel"},
    "share_to_feed": {"reel", "carousel"},
    "audio_name": {"reel"},
    "trial_params": {"reel"},
    "is_ai_generated": {"image", "reel", "story", "carousel"},
    "collaborators": {"image", "reel", "carousel"},
    "user_tags": {"image", "reel", "story", "child"},
    "location_id": {"image", "reel", "carousel"},
    "product_tags": {"image", "reel", "child"},
    "is_paid_partnership": {"image", "reel", "story", "carousel"},
    "branded_content_sponsor_ids": {"image", "reel", "story", "carousel"},
    "upload_type": {"reel", "story", "child"},
}
FACEBOOK_LOGIN_ONLY = ("location_id", "product_tags", "is_paid_partnership", "branded_content_sponsor_ids")
NEVER_DROPPED = {"collaborators", "user_tags", "upload_type", *FACEBOOK_LOGIN_ONLY}


def kind_of(call: Call, media_type: str) -> str:
    if media_type == "CAROUSEL":
        return "carousel"
    if call.fields.flag("is_carousel_item"):
        return "child"
    return {"REELS": "reel", "STORIES": "story"}.get(media_type, "image")


def check(call: Call, kind: str, *, is_video: bool) -> dict[str, Any]:
    """What the post will remember; refuses what Instagram refuses. Some is for Facebook Login alone."""
    strict = call.world.setting("instagram", "strict_parameters")
    for name, kinds in BELONGS.items():
        if call.fields.has(name) and kind not in kinds and (strict or name in NEVER_DROPPED):
            raise bad_parameter(f"The parameter {name} is not supported for this kind of media")
        if call.fields.has(name) and name in FACEBOOK_LOGIN_ONLY and not is_facebook_login(call):
            raise bad_parameter(f"The parameter {name} is not supported")
    _check_texts(call)
    found = {
        "collaborators": _collaborators(call, kind),
        "user_tags": _user_tags(call, is_picture=not is_video and kind != "story", is_reel=kind == "reel"),
        "location_id": _location(call),
        **commerce.check(call, is_video=is_video),
    }
    if kind == "reel":
        found |= _of_reel(call)
    if kind == "carousel":
        found["is_shared_to_feed"] = parameters.flag(call, "share_to_feed", True)
    if kind != "child" and parameters.flag(call, "is_ai_generated", False):
        found["is_ai_generated"] = True
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def names(call: Call, name: str) -> list[str]:
    """A list, as JSON or with commas."""
    found = parameters.value(call, name)
    if isinstance(found, list):
        return [str(one) for one in found]
    return [one.strip() for value in call.fields.list(name) for one in value.split(",") if one.strip()]


def _check_texts(call: Call) -> None:
    caption = call.fields.text("caption")
    # Whether Instagram counts characters or UTF-16 units is not documented; here the stricter count holds.
    if len(caption.encode("utf-16-le")) // 2 > MAX_CAPTION:
        raise graph_error(
            36004, "The submitted caption is too long.", subcode=2207010, title="Caption too long",
            words="Please enter a caption of up to 2,200 characters.",
        )  # fmt: skip
    if len(re.findall(r"#\w+", caption)) > MAX_HASHTAGS:
        raise bad_parameter("The caption has more than 30 hashtags")
    if len(re.findall(r"(?<!\w)@[\w.]+", caption)) > MAX_MENTIONS:
        raise too_many_tags()
    if len(call.fields.text("alt_text")) > MAX_ALT:
        raise bad_parameter("alt_text is longer than 1000 characters")


def _collaborators(call: Call, kind: str) -> list[str]:
    found = names(call, "collaborators")
    if found and kind == "carousel" and not call.world.setting("instagram", "carousel_collaborators"):
        raise bad_parameter("The parameter collaborators is not supported for this kind of media")
    if len(found) > (most := int(call.world.setting("instagram", "most_collaborators"))):
        raise bad_parameter(f"At most {most} collaborators can be invited")
    return found


def _user_tags(call: Call, *, is_picture: bool, is_reel: bool) -> list[dict[str, Any]]:
    """Pictures of the feed want a place for each tag, reels want none."""
    tags = parameters.items(call, "user_tags") if call.fields.has("user_tags") else []
    if len(tags) > MOST_TAGS:
        raise too_many_tags()
    for tag in tags:
        if not isinstance(tag, dict) or not tag.get("username"):
            raise bad_parameter("Each of user_tags must have a username")
        places = [tag[side] for side in ("x", "y") if side in tag]
        if (is_picture and len(places) != 2) or (is_reel and places):
            raise bad_parameter("user_tags need x and y in a picture, and have none in a reel")
        if not all(isinstance(place, int | float) and 0 <= place <= 1 for place in places):
            raise bad_parameter("x and y of user_tags must lie between 0 and 1")
    return tags


def _location(call: Call) -> str:
    """A Page's id."""
    id = call.fields.text("location_id")
    if id and call.world.account("facebook", id) is None:
        raise bad_parameter("The parameter location_id must be the id of a Page with a location")
    return id


def _of_reel(call: Call) -> dict[str, Any]:
    usual = bool(call.world.setting("instagram", "shares_reels_to_feed"))
    found: dict[str, Any] = {
        "is_shared_to_feed": parameters.flag(call, "share_to_feed", usual),
        "audio_name": call.fields.text("audio_name"),
    }
    if offset := call.fields.text("thumb_offset"):
        if not re.fullmatch(r"-?\d+", offset):
            raise bad_parameter("thumb_offset must be an integer")
        found["thumb_offset"] = int(offset)
    if call.fields.has("trial_params"):
        found["trial_params"] = _trial(call)
    return found


def _trial(call: Call) -> dict[str, str]:
    wanted = parameters.value(call, "trial_params")
    if not isinstance(wanted, dict) or wanted.get("graduation_strategy") not in STRATEGIES:
        raise bad_parameter(f"graduation_strategy of trial_params must be one of {sorted(STRATEGIES)}")
    if not call.world.setting("instagram", "trial_reels"):
        raise graph_error(100, "This account has no trial reels.", subcode=2207081)
    return {"graduation_strategy": str(wanted["graduation_strategy"])}
