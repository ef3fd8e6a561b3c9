"""How Pinterest words its refusals: a code and a message; and how the store of uploads does, in XML."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Call, Refusal

INVALID, AUTHENTICATION, NOT_APPROVED, NOT_YOURS, RATE, DENIED = 1, 2, 3, 7, 8, 29
BOARD, PIN, SECTION = 40, 50, 2031
TRIAL_WORDS = (
    "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox "
    "https://api-sandbox.pinterest.com instead."
)
RATE_WORDS = "You have exceeded your rate limit. Try again later."
LONGEST_SHOWN = 200


def envelope(status: int, code: int, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status_code=status)


def refused(status: int, code: int, message: str) -> Refusal:
    return Refusal(envelope(status, code, message))


def invalid(message: str) -> Refusal:
    return refused(400, INVALID, f"Invalid request: {message}")


def unauthenticated() -> Refusal:
    return refused(401, AUTHENTICATION, "Authentication failed.")


def denied(message: str = "You are not permitted to access that resource.") -> Refusal:
    return refused(403, DENIED, message)


def not_yours() -> Refusal:
    return refused(403, NOT_YOURS, "Not authorized to access board or Pin.")


def no_board() -> Refusal:
    return refused(404, BOARD, "Board not found.")


def no_pin() -> Refusal:
    return refused(404, PIN, "Pin not found.")


def no_section() -> Refusal:
    return refused(404, SECTION, "Board section not found.")


def shown(value: Any) -> str:
    """A value of the request inside of a message."""
    words = f"'{value}'" if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}..."


def server_error(call: Call) -> Response:
    if call.path.startswith("/media-upload/"):
        return storage_error(500, "InternalError", "We encountered an internal error. Please try again.").response
    return envelope(500, 500, "Something went wrong on our end. Please try again.")


def storage_error(status: int, code: str, message: str) -> Refusal:
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return Refusal(Response(body, status_code=status, media_type="application/xml"))
