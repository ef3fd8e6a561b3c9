"""`debug_token`: what a token is good for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.sandbox.core.rows import Token

DATA_ACCESS_LIVES = timedelta(days=90)


def seconds(instant: datetime | None) -> int:
    """Unix time; 0 for never."""
    return int(instant.timestamp()) if instant else 0


def describe(
    token: Token,
    *,
    application: str,
    user_id: str,
    type: str,
    now: datetime,
    error: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The answer about a token that we know; `error` (code, message, subcode) says why it is no longer valid."""
    data: dict[str, Any] = {
        "app_id": token.client_id,
        "type": type,
        "application": application,
        "data_access_expires_at": seconds(token.data.get("authorized_at") and _authorized(token) + DATA_ACCESS_LIVES),
        "expires_at": seconds(token.expires_at),
        "is_valid": token.is_valid(now),
        "issued_at": seconds(token.issued_at),
        "scopes": list(token.scopes) if token.is_valid(now) else [],
        "user_id": user_id,
        **more,
    }
    if error and not data["is_valid"]:
        data["error"] = dict(error)
    return {"data": data}


def _authorized(token: Token) -> datetime:
    """When the person last logged in: derived tokens carry it along in `data["authorized_at"]` (Unix time)."""
    return datetime.fromtimestamp(token.data["authorized_at"], token.issued_at.tzinfo)


def unknown() -> dict[str, Any]:
    """The answer about something that is no token of ours."""
    error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
    return {"data": {"error": error, "is_valid": False, "scopes": []}}
