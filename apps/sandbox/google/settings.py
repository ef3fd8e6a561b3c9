"""The switches of consent and tokens, for the one application that a platform knows."""

from __future__ import annotations

from typing import Any


def of(client_id: str, client_secret: str) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "client_secret": client_secret,
        "app_id": client_id,
        "app_secret": client_secret,
        "app_name": "Postroom",
        "redirect_uris": "",
        "declined_scopes": "",
        "testing": False,
        "access_days": 0,
        "most_refresh_tokens": 100,
        "rotates_refresh_tokens": False,
        "refresh_refusal": "",
        "shared_google_user": False,
        "risc_url": "",
    }
