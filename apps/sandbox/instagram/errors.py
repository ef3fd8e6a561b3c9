"""How Instagram words its refusals: the Graph envelope, and the flat shape of the code exchange."""

from __future__ import annotations

import json
import math
import secrets
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call


def graph_error(
    code: int,
    message: str,
    *,
    subcode: int | None = None,
    status: int = 400,
    type: str = "OAuthException",
    title: str = "",
    words: str = "",
    is_transient: bool = False,
) -> Refusal:
    return Refusal(_envelope(code, message, subcode, status, type, title, words, is_transient))


def _envelope(
    code: int, message: str, subcode: int | None, status: int, type: str, title: str, words: str, is_transient: bool
) -> Response:
    error: dict[str, Any] = {"message": message, "type": type, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    error["is_transient"] = is_transient
    if title:
        error |= {"error_user_title": title, "error_user_msg": words}
    error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
    return JSONResponse({"error": error}, status_code=status)


def flat_error(message: str, *, status: int = 400) -> Refusal:
    body = {"error_type": "OAuthException", "code": status, "error_message": message}
    return Refusal(JSONResponse(body, status_code=status))


def no_object(id: str, verb: str) -> Refusal:
    """Not there, or not this token's to see: Graph does not tell the two apart."""
    message = (
        f"Unsupported {verb.lower()} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return graph_error(100, message, subcode=33, type="GraphMethodException")


def bad_parameter(message: str) -> Refusal:
    return graph_error(100, f"(#100) {message}")


def rate_limited(call: Call, seconds: float) -> Response:
    """Throttled by the account's bucket. The status is 400, as for nearly everything: the code is what tells."""
    response = _envelope(
        80002, "(#80002) There have been too many calls to this Instagram account.", None, 400, "OAuthException",
        "", "", True,
    )  # fmt: skip
    usage = {
        "type": "instagram",
        "call_count": 100,
        "total_cputime": 25,
        "total_time": 25,
        "estimated_time_to_regain_access": math.ceil(seconds / 60),
    }
    account = call.account.id if call.account else "0"
    response.headers["X-Business-Use-Case-Usage"] = json.dumps({account: [usage]})
    return response


def server_error(call: Call) -> Response:
    message = "An unexpected error has occurred. Please retry your request later."
    return _envelope(2, message, None, 500, "OAuthException", "", "", True)
