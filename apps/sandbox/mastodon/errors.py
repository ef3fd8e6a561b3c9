"""How Mastodon words its refusals, and its rate limit headers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.core.limits import Window

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call


def refused(status: int, words: str) -> Refusal:
    return Refusal(JSONResponse({"error": words}, status_code=status))


def invalid(words: str) -> Refusal:
    return refused(422, f"Validation failed: {words}")


def not_found() -> Refusal:
    return refused(404, "Record not found")


def oauth_refused(status: int, error: str, words: str) -> Refusal:
    return Refusal(JSONResponse({"error": error, "error_description": words}, status_code=status))


def instant(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


def too_many(window: Window) -> Response:
    response = JSONResponse({"error": "Too many requests"}, status_code=429)
    mark(response, window)
    return response


def mark(response: Response, window: Window) -> None:
    """The headers tell the reset as a time, not as a number, and there is no Retry-After."""
    response.headers["X-RateLimit-Limit"] = str(window.limit)
    response.headers["X-RateLimit-Remaining"] = str(window.remaining)
    response.headers["X-RateLimit-Reset"] = f"{window.reset_at:%Y-%m-%dT%H:%M:%S.%f}Z"


def rate_limited(call: Call, seconds: float) -> Response:
    limit = int(call.world.setting("mastodon", "api_limit")) or 300
    return too_many(Window(limit, limit, call.world.now() + timedelta(seconds=seconds)))


def server_error(call: Call) -> Response:
    return JSONResponse(
        {"error": "500 Internal Server Error. If reporting this error, please include your request id."},
        status_code=500,
    )
