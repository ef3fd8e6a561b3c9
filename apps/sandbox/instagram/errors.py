"""How Instagram words its refusals: the Graph envelope, and the flat shape of the code exchange."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.meta import usage
from apps.sandbox.meta.graph import envelope, graph_error

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call


MOST_TAGS = 20


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


def too_many_tags() -> Refusal:
    return graph_error(100, f"Cannot use more than {MOST_TAGS} tags.", subcode=2207040, title="Too many tags")


def throttled(call: Call, used: usage.Usage) -> Response:
    """By the account's bucket. The status is 400, as for nearly everything: the code is what tells."""
    message = "(#80002) There have been too many calls to this Instagram account."
    response = envelope(80002, message, None, 400, "OAuthException", "", "", True)
    usage.tell_business(response, used, id=call.account.id if call.account else "0", type="instagram")
    return response


def rate_limited(call: Call, seconds: float) -> Response:
    return throttled(call, usage.Usage(100, math.ceil(seconds / 60)))


def server_error(call: Call) -> Response:
    message = "An unexpected error has occurred. Please retry your request later."
    return envelope(2, message, None, 500, "OAuthException", "", "", True)
