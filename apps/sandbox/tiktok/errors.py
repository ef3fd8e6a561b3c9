"""How TikTok answers: an envelope whose `error.code` is "ok" or not, and flat errors at the OAuth endpoints."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Refusal
from apps.sandbox.core.world import World
from apps.sandbox.tiktok.names import NAME

UNAUTHORIZED = {
    "access_token_invalid": "The access token is invalid or not found in the request.",
    "scope_not_authorized": "The user did not authorize the scope required for completing this request.",
}
FORBIDDEN = {
    "spam_risk_too_many_posts": "The daily post cap from the API is reached for the current user.",
    "spam_risk_user_banned_from_posting": "The user is banned from making new posts.",
    "spam_risk_too_many_pending_share": "There are already 5 pending shares within 24 hours.",
    "reached_active_user_cap": "The daily quota for active publishing users from your client is reached.",
    "unaudited_client_can_only_post_to_private_accounts": "Unaudited clients can only post to a private account.",
    "url_ownership_unverified": "Verify the ownership of the domain or the prefix of the URL.",
    "privacy_level_option_mismatch": "privacy_level is not one of the options of the creator.",
}
REJECTED = {
    "invalid_file_upload": "The uploaded file does not meet the API specifications.",
    "app_version_check_failed": "The user's TikTok app is older than 31.8.",
    "invalid_publish_id": "The publish_id does not exist.",
    "token_not_authorized_for_specified_publish_id": "The publish_id was made for another user.",
    "publish_not_cancellable": "The publish cannot be cancelled any more.",
}
STATUSES = {**dict.fromkeys(UNAUTHORIZED, 401), **dict.fromkeys(FORBIDDEN, 403), **dict.fromkeys(REJECTED, 400)}
WORDS = {**UNAUTHORIZED, **FORBIDDEN, **REJECTED}


def log_id(world: World) -> str:
    return f"{world.now():%Y%m%d%H%M%S}{secrets.token_hex(9).upper()}"


def ok(call: Call, data: dict[str, Any]) -> Response:
    return envelope(call, data, "ok")


def envelope(call: Call, data: dict[str, Any], code: str, message: str = "", *, status: int = 200) -> Response:
    error = {"code": code, "message": message, "log_id": log_id(call.world)}
    return JSONResponse({"data": data, "error": error}, status_code=status)


def refused(call: Call, code: str, message: str = "", *, status: int = 0) -> Refusal:
    """A refusal with the status that belongs to this code, unless told otherwise."""
    return Refusal(envelope(call, {}, code, message or WORDS.get(code, ""), status=status or STATUSES[code]))


def invalid(call: Call, message: str) -> Refusal:
    """Something in the request makes no sense; both spellings of the code are documented."""
    return refused(call, str(call.world.setting(NAME, "invalid_param_code")), message, status=400)


def oauth_refused(call: Call, error: str, description: str) -> Refusal:
    body = {"error": error, "error_description": description, "log_id": log_id(call.world)}
    return Refusal(JSONResponse(body, status_code=int(call.world.setting(NAME, "oauth_error_status"))))


def rate_limited(call: Call, seconds: float) -> Response:
    """No header tells how long."""
    return envelope(call, {}, "rate_limit_exceeded", "The API rate limit was exceeded.", status=429)


def server_error(call: Call) -> Response:
    return envelope(call, {}, "internal_error", "Something is wrong. Please try again later.", status=500)
