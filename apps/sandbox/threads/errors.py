"""How Threads words its refusals: the Graph envelope, with a type of its own for what is wrong with a parameter.

There is no official table of Threads' errors. What no documentation names is answered as Graph answers in general.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from starlette.responses import Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.meta import usage
from apps.sandbox.meta.graph import envelope, graph_error
from apps.sandbox.meta.usage import Usage

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call


def bad_parameter(message: str, *, code: int = 100) -> Refusal:
    return graph_error(code, message, type="THApiException")


def no_object(id: str, verb: str) -> Refusal:
    """Not there, or not this token's to see: Graph does not tell the two apart."""
    message = (
        f"Unsupported {verb.lower()} request. Object with ID '{id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return graph_error(100, message, subcode=33, type="THApiException")


def no_resource() -> Refusal:
    """What publishing says of a container that it cannot see, or cannot see yet."""
    return graph_error(
        24, "The requested resource does not exist", subcode=4279009, title="Media Not Found",
        words="The media with this id cannot be found.",
    )  # fmt: skip


def no_permission() -> Refusal:
    return graph_error(10, "Application does not have permission for this action", type="THApiException", status=403)


def quota_reached(call: Call, what: str, quota: int) -> Refusal:
    """Which code tells it is documented for Instagram alone, so it is a setting here."""
    return graph_error(
        call.world.setting("threads", "quota_code"),
        "Application request limit reached",
        subcode=call.world.setting("threads", "quota_subcode"),
        title="Limit reached",
        words=f"You have reached the maximum of {quota} {what} in 24 hours.",
    )


def rate_limited(call: Call, seconds: float) -> Response:
    """Throttled for this pair of application and account; the minutes are in a header if there are usage headers."""
    response = envelope(4, "Application request limit reached", None, 400, "OAuthException", "", "", True)
    tell_usage(call, response, Usage(100, math.ceil(seconds / 60)))
    return response


def tell_usage(call: Call, response: Response, used: Usage) -> None:
    """Whether Threads has the usage headers that Graph documents is not stated: the setting `usage_headers`."""
    if call.world.setting("threads", "usage_headers"):
        usage.tell_app(response, used)
        usage.tell_business(response, used, id=call.account.id if call.account else "0", type="threads")


def server_error(call: Call) -> Response:
    message = "An unexpected error has occurred. Please retry your request later."
    return envelope(2, message, None, 500, "OAuthException", "", "", True)
