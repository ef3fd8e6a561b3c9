"""What Pinterest answers, in the shapes of its documentation."""

from __future__ import annotations

from typing import Any

from apps.platforms.contract import Draft
from tests.platforms.drafts import draft, picture

BOARD, PIN = "549755885175", "813744226420795884"
CREATE, BOARDS, PINS = "POST /v5/pins", "GET /v5/boards", "GET /v5/pins"
BOARD_PINS, ONE_PIN = f"GET /v5/boards/{BOARD}/pins", f"/v5/pins/{PIN}"
REGISTER, TOKEN, ME = "POST /v5/media", "POST /v5/oauth/token", "GET /v5/user_account"

Answer = tuple[int, dict[str, Any]]


def error(status: int, code: int | None, message: str = "No") -> Answer:
    return status, ({"message": message} if code is None else {"code": code, "message": message})


def listed(*items: dict[str, Any], bookmark: str | None = None) -> Answer:
    return 200, {"items": list(items), "bookmark": bookmark}


def board(**said: Any) -> dict[str, Any]:
    usual = {"id": BOARD, "name": "Bikes", "privacy": "PUBLIC", "owner": {"username": "acme"}, "is_ads_only": False}
    return {**usual, **said}


def pin(**said: Any) -> dict[str, Any]:
    usual = {
        "id": PIN,
        "created_at": "2026-11-21T10:00:03",
        "board_id": BOARD,
        "board_section_id": None,
        "title": "Bike",
        "description": "Red",
        "link": "https://acme.test/",
        "alt_text": "A red bike",
        "creative_type": "REGULAR",
        "is_owner": True,
        "media": {"media_type": "image"},
    }
    return {**usual, **said}


def bike(**changes: Any) -> Draft:
    """The draft of `pin`."""
    options = {"board": BOARD, "title": "Bike", **changes.pop("options", {})}
    media = changes.pop("media", (picture("a", alt="A red bike"),))
    return draft(changes.pop("text", "Red"), *media, link=changes.pop("link", "https://acme.test/"), options=options,
                 **changes)  # fmt: skip
