"""How X words its refusals: problem documents, the list of bad parameters, the old numbered errors, OAuth errors.

The setting `error_dialect` "v1" words those that have a number in the old way; `problem_origin` is what the `type` of
a problem begins with, which is api.x.com or, from some servers, api.twitter.com.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

API_VERSION = "2.167"
Numbered = tuple[int, str]

NOT_PERMITTED = "You are not permitted to perform this action."
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
PARENT_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)
BAD_MEDIA = "Your media IDs are invalid."


def problem(
    call: Call, status: int, title: str, detail: str, *, kind: str = "", v1: Numbered | None = None, **more: Any
) -> Response:
    """A problem document, or the numbered error `v1` where this server speaks so."""
    if v1 and call.world.setting("x", "error_dialect") == "v1":
        return JSONResponse({"errors": [{"code": v1[0], "message": v1[1]}]}, status_code=status)
    body = {"title": title, "detail": detail, "type": problem_type(call, kind), "status": status, **more}
    return JSONResponse(body, status_code=status)


def problem_type(call: Call, kind: str) -> str:
    return f"{call.world.setting('x', 'problem_origin')}/2/problems/{kind}" if kind else "about:blank"


def unauthorized(call: Call) -> Refusal:
    return Refusal(problem(call, 401, "Unauthorized", "Unauthorized", v1=(89, "Invalid or expired token.")))


def forbidden(call: Call, detail: str, *, v1: Numbered | None = None) -> Refusal:
    return Refusal(problem(call, 403, "Forbidden", detail, v1=v1))


def wrong_kind_of_token(call: Call, *, presented: str, wanted: str) -> Refusal:
    detail = (
        f"Authenticating with {presented} is forbidden for this endpoint.  "
        f"Supported authentication types are [{wanted}]."
    )
    return Refusal(problem(call, 403, "Unsupported Authentication", detail, kind="unsupported-authentication"))


def not_enrolled(call: Call) -> Refusal:
    detail = "When authenticating requests, you must use keys and tokens from a developer App that is enrolled."
    return Refusal(
        problem(call, 403, "Client Forbidden", detail, kind="client-forbidden", reason="client-not-enrolled")
    )


def invalid(call: Call, parameter: str, value: Any, message: str, *, v1: Numbered | None = None) -> Refusal:
    """400: one parameter of the query or the body is not what it has to be."""
    if v1 and call.world.setting("x", "error_dialect") == "v1":
        return Refusal(JSONResponse({"errors": [{"code": v1[0], "message": v1[1]}]}, status_code=400))
    values = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    body = {
        "errors": [{"parameters": {parameter: values}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": problem_type(call, "invalid-request"),
    }
    return Refusal(JSONResponse(body, status_code=400))


def bad_media(call: Call, ids: list[str]) -> Refusal:
    return invalid(call, "media.media_ids", ids, BAD_MEDIA, v1=(324, "The validation of media ids failed."))


def missing(call: Call, resource: str, parameter: str, id: str) -> dict[str, Any]:
    """One line of `errors[]` beside the `data` of what was found."""
    return {
        "value": id,
        "detail": f"Could not find {resource} with {parameter}: [{id}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": id,
        "type": problem_type(call, "resource-not-found"),
    }


def not_found(call: Call, resource: str, id: str) -> Refusal:
    detail = f"Could not find {resource} with id: [{id}]."
    return Refusal(problem(call, 404, "Not Found Error", detail, kind="resource-not-found"))


def no_credits(call: Call) -> Refusal:
    return Refusal(problem(call, 402, "Payment Required", "credits depleted", kind="credits-depleted"))


def capped(call: Call) -> Refusal:
    detail = "Usage cap exceeded: Monthly product cap"
    kind = "usage-capped"
    return Refusal(problem(call, 429, "UsageCapExceeded", detail, kind=kind, period="Monthly", scope="Product"))


def too_many(call: Call) -> Response:
    return problem(call, 429, "Too Many Requests", "Too Many Requests", v1=(88, "Rate limit exceeded"))


def oauth_refused(error: str, words: str, *, status: int = 400) -> Refusal:
    return Refusal(JSONResponse({"error": error, "error_description": words}, status_code=status))


def rate_limited(call: Call, seconds: float) -> Response:
    response = too_many(call)
    response.headers["x-rate-limit-limit"] = "100"
    response.headers["x-rate-limit-remaining"] = "0"
    response.headers["x-rate-limit-reset"] = str(math.ceil(call.world.now().timestamp() + seconds))
    response.headers["api-version"] = API_VERSION
    return response


def server_error(call: Call) -> Response:
    return problem(call, 503, "Service Unavailable", "Service Unavailable", v1=(130, "Over capacity"))
