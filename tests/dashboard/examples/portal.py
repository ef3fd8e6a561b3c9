"""The portal: pages for people without a seat."""

from __future__ import annotations

from types import SimpleNamespace as It
from typing import Any

from tests.dashboard.examples.frame import NOW

LANGUAGES = [("en", "English"), ("pl", "Polski"), ("zh-hans", "简体中文")]


def frame(**more: Any) -> dict[str, Any]:
    return {
        "language": "pl",
        "tag": "pl",
        "languages": LANGUAGES,
        "agency": "Northlight Agency",
        "client": "Alder & Rye",
        "brand": It(back_url="https://northlight.example", back_label="", names_product=True),
        "home_url": "/connect/t/",
        "brand_url": "/connect/t/brand.css",
        "logo_url": "/connect/t/logo.png",
        **more,
    }


def offer(platform: str, **more: Any) -> It:
    known = {"asks_for": "", "is_ready": True, "accounts": (), "error": "", "value": "", "method": "oauth"}
    return It(platform=platform, **{**known, **more})


def home() -> dict[str, Any]:
    return frame(
        offers=[
            offer("instagram", accounts=("alderandrye",)),
            offer("linkedin", error="access_denied"),
            offer("pinterest", is_ready=False),
            offer("mastodon", asks_for="instance", error="bad_address", value="masto.example"),
            offer("bluesky", asks_for="bluesky", error="bad_password", method="app_password"),
        ],
        is_open=True,
        left=2,
        start_url="/connect/t/start/",
        expires_at=NOW,
        reconnects=None,
        error="limit_reached",
    )


def leaving() -> dict[str, Any]:
    return frame(platform="tiktok", next_url="https://tiktok.example/authorize?state=s")


def channels() -> dict[str, Any]:
    offered = [It(remote_id=str(n), name=f"Page {n}", handle=f"page{n}", is_chosen=n == 1) for n in (1, 2)]
    return frame(platform="facebook", channels=offered, error="nothing_chosen", action_url="/connect/t/channels/1/")


def done() -> dict[str, Any]:
    account = It(name="Alder & Rye", handle="alderandrye", platform="facebook")
    return frame(accounts=[account, account], is_lacking=True, platform="facebook", more_url="/connect/t/")


def problem() -> dict[str, Any]:
    account = It(handle="alderandrye", platform="x")
    return frame(reason="wrong_account", platform="x", again_url="/connect/t/", reconnects=account)
