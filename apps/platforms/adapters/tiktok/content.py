"""A draft in TikTok's words: https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and
.../content-posting-api-reference-photo-post."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from apps.platforms import text as measure
from apps.platforms.adapters.tiktok import abilities
from apps.platforms.adapters.tiktok.creator import ONLY_ME, is_on
from apps.platforms.capabilities import Counting
from apps.platforms.contract import Draft, MediaFile, Role
from apps.platforms.errors import Rejected
from apps.platforms.video_rules import RATE_MARGIN


def check(draft: Draft) -> None:
    """Raise Rejected for what no request could mend: TikTok looks at files only after it has taken them."""
    if draft.role is not Role.MAIN:
        what = "threads" if draft.role is Role.REPLY else "comments from outside"
        raise Rejected(f"TikTok has no {what}.", field="role")
    kind = abilities.kind_of(draft)
    if kind in abilities.FILMS:
        if len(draft.media) != 1 or not draft.media[0].is_video:
            raise Rejected("A video post on TikTok is one video.", field="media")
        _check_video(draft.media[0])
    else:
        _check_pictures(draft)
    most = abilities.MAX_CAPTION if kind in abilities.FILMS else abilities.MAX_DESCRIPTION
    if _length(draft.text) > most:
        raise Rejected(f"TikTok takes at most {most:,} characters here.", field="text")
    is_for_itself = kind not in abilities.DRAFTS and draft.options.get("privacy") == ONLY_ME
    if is_for_itself and is_on(draft, "paid_partnership"):
        raise Rejected("A paid partnership cannot be for the account alone.", field="options.privacy")


def _length(text: str) -> int:
    return measure.length(text, Counting.UTF16_UNITS)


def _check_video(media: MediaFile) -> None:
    if media.mime_type not in abilities.VIDEO_TYPES:
        raise Rejected("TikTok takes MP4, MOV and WebM.", field="media.0")
    least, most = abilities.LEAST_RATE - RATE_MARGIN, abilities.MOST_RATE + RATE_MARGIN
    if media.frame_rate and not least <= media.frame_rate <= most:
        raise Rejected("TikTok takes videos of 23 to 60 frames a second.", field="media.0")
    sides = [side for side in (media.width, media.height) if side]
    if any(not abilities.LEAST_SIDE <= side <= abilities.MOST_SIDE for side in sides):
        raise Rejected("TikTok takes videos of 360 to 4,096 pixels on each side.", field="media.0")


def _check_pictures(draft: Draft) -> None:
    if not 1 <= len(draft.media) <= abilities.MAX_PICTURES or any(not media.is_image for media in draft.media):
        raise Rejected("A picture post on TikTok is 1 to 35 pictures.", field="media")
    for position, media in enumerate(draft.media):
        if media.mime_type not in abilities.PICTURE_TYPES:
            raise Rejected("TikTok takes JPEG and WebP.", field=f"media.{position}")
        if not media.public_url:
            raise Rejected("TikTok needs a public address to fetch this picture from.", field=f"media.{position}")
    if _length(draft.options.get("title", "")) > abilities.MAX_TITLE:
        raise Rejected("TikTok takes titles of at most 90 characters.", field="options.title")
    if not 0 <= _cover(draft) < len(draft.media):
        raise Rejected("There is no picture of this number.", field="options.cover_picture")


def fingerprint(draft: Draft) -> str:
    """What was told to TikTok, so that it is not taken for another version of the post."""
    media = [one.sha256 for one in draft.media]
    told = [abilities.kind_of(draft), draft.text, sorted(draft.options.items()), media]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def video_info(draft: Draft, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The cover is a frame; without a moment it is the first."""
    found = {
        "title": draft.text,
        "privacy_level": draft.options.get("privacy", ""),
        "brand_content_toggle": is_on(draft, "paid_partnership"),
        "brand_organic_toggle": is_on(draft, "own_brand"),
        "is_aigc": is_on(draft, "ai_generated"),
        **settings,
    }
    moment = draft.options.get("cover_at", "")
    return {**found, "video_cover_timestamp_ms": int(moment)} if moment.isdecimal() else found


def pictures(draft: Draft, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The whole request. A draft has no audience and no settings: its owner chooses them in TikTok."""
    is_draft = abilities.kind_of(draft) == abilities.PHOTO_DRAFT
    info: dict[str, Any] = {"description": draft.text}
    if title := draft.options.get("title", ""):
        info["title"] = title
    if not is_draft:
        info |= {
            "privacy_level": draft.options.get("privacy", ""),
            "auto_add_music": is_on(draft, "auto_music"),
            "brand_content_toggle": is_on(draft, "paid_partnership"),
            "brand_organic_toggle": is_on(draft, "own_brand"),
            **settings,
        }
    return {
        "post_mode": "MEDIA_UPLOAD" if is_draft else "DIRECT_POST",
        "media_type": "PHOTO",
        "post_info": info,
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_cover_index": _cover(draft),
            "photo_images": [media.public_url for media in draft.media],
        },
    }


def _cover(draft: Draft) -> int:
    """People count from one, TikTok from zero."""
    number = draft.options.get("cover_picture", "")
    return int(number) - 1 if number.isdecimal() else 0
