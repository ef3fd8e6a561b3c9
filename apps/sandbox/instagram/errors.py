"""How Instagram words its refusals: the Graph envelope, and the flat shape of the code exchange."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.meta.graph import envelope, graph_error

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call


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
    response = envelope(
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
    return envelope(2, message, None, 500, "OAuthException", "", "", True)
