"""A pin as the API answers it. A new video does not know its length and size until it is transcoded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.sandbox.core.rows import Medium, Post
from apps.sandbox.core.world import World
from apps.sandbox.pinterest import growth
from apps.sandbox.pinterest.gate import PINTEREST, PRODUCTION, Visit
from apps.sandbox.pinterest.times import wording

# Width and height of each rendition; 0: whatever the picture's shape makes of it.
RENDITIONS = {"150x150": (150, 150), "400x300": (400, 300), "600x": (600, 0), "1200x": (1200, 0)}
MEDIA_TYPES = {"REGULAR": "image", "CAROUSEL": "multiple_images", "VIDEO": "video"}
NINETY_DAYS = timedelta(days=90)


def describe(visit: Visit, pin: Post, *, with_metrics: bool = False) -> dict[str, Any]:
    world, data = visit.world, pin.data
    author = world.account(PINTEREST, pin.account_id)
    answer = {
        "id": pin.id,
        "created_at": wording(world, pin.created_at),
        "link": data["link"],
        "title": data["title"],
        "description": data["description"],
        "dominant_color": data["dominant_color"],
        "alt_text": data["alt_text"],
        "board_id": data["board_id"],
        "board_section_id": data["board_section_id"],
        "board_owner": {"username": _owner_of_board(world, pin)},
        "is_owner": pin.account_id == visit.account.id,
        "is_standard": data.get("is_standard", True),
        "creative_type": data["creative_type"],
        "has_been_promoted": False,
        "parent_pin_id": data["parent_pin_id"],
        "media": _media(world, pin),
        "pin_metrics": _metrics(visit, pin) if with_metrics else None,
    }
    if author and author.id == visit.account.id:
        answer["note"] = data.get("note")
    return answer


def _owner_of_board(world: World, pin: Post) -> str:
    board = world.box(PINTEREST, "board").get(pin.data["board_id"])
    owner = world.account(PINTEREST, board["owner_id"] if board else pin.account_id)
    return owner.handle if owner else ""


def _media(world: World, pin: Post) -> dict[str, Any]:
    kind, media = pin.data["creative_type"], world.media_of(pin)
    answer: dict[str, Any] = {"media_type": MEDIA_TYPES[kind]}
    if kind == "VIDEO" and media:
        return answer | _film(world, pin, media[0])
    if kind == "CAROUSEL":
        return answer | {"items": [medium.data["slot"] | {"images": _renditions(world, medium)} for medium in media]}
    return answer | {"images": _renditions(world, media[0]) if media else {}}


def _film(world: World, pin: Post, medium: Medium) -> dict[str, Any]:
    cover = world.store.media.get(PINTEREST, pin.data.get("cover_id") or "")
    wait = timedelta(seconds=float(world.setting(PINTEREST, "transcode_seconds")))
    is_transcoded = world.now() >= pin.created_at + wait
    return {
        "cover_image_url": world.media_url(cover or medium),
        "images": _renditions(world, cover or medium),
        "duration": medium.data["seconds"] * 1000 if is_transcoded else None,
        "width": medium.width if is_transcoded else None,
        "height": medium.height if is_transcoded else None,
        "video_url": world.media_url(medium) if is_transcoded else None,
    }


def _renditions(world: World, medium: Medium) -> dict[str, Any]:
    url = world.media_url(medium)
    shape = medium.height / medium.width if medium.width else 1.0
    return {
        name: {"width": width, "height": height or round(width * shape), "url": url}
        for name, (width, height) in RENDITIONS.items()
    }


def _metrics(visit: Visit, pin: Post) -> dict[str, Any] | None:
    """For one's own pins, and never in the API Sandbox. These names are spelled otherwise than in the analytics."""
    if visit.environment != PRODUCTION or pin.account_id != visit.account.id:
        return None
    now = visit.world.now()
    names = {"impression": "IMPRESSION", "pin_click": "PIN_CLICK", "clickthrough": "OUTBOUND_CLICK", "save": "SAVE"}
    reactions = {"reaction": "TOTAL_REACTIONS", "comment": "TOTAL_COMMENTS"}

    def counted(wanted: dict[str, str]) -> dict[str, int]:
        return {shown: growth.of_pin(pin, name, now) for shown, name in wanted.items()}

    def recent(wanted: dict[str, str]) -> dict[str, int]:
        before = {shown: growth.of_pin(pin, name, now - NINETY_DAYS) for shown, name in wanted.items()}
        return {shown: value - before[shown] for shown, value in counted(wanted).items()}

    return {"90d": recent(names), "lifetime_metrics": counted(names | reactions)}
