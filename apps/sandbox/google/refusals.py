"""How Google refuses where people log in, and how it names its statuses everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

SCOPE_MISSING = "Request had insufficient authentication scopes."
# What the newer `details` say of a token that lacks the scope.
SCOPE_DETAIL = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "domain": "googleapis.com",
}


def flat(error: str, description: str = "", *, status: int = 400, **more: str) -> Refusal:
    """As the token endpoint refuses."""
    body = {"error": error} | ({"error_description": description} if description else {}) | more
    return Refusal(JSONResponse(body, status_code=status))


def is_login(call: Call) -> bool:
    return call.operation in {"consent", "token", "refresh", "revoke"}


def login_throttled() -> Response:
    return JSONResponse({"error": "temporarily_unavailable"}, status_code=429)


def login_failed() -> Response:
    return JSONResponse({"error": "internal_failure"}, status_code=500)
