"""How LinkedIn words its refusals: one envelope for the API, another for tokens, and inputErrors for bad content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

ACCESS_DENIED = 100
THROTTLED = 101
INVALID_TOKEN, REVOKED_TOKEN, EXPIRED_TOKEN = 65600, 65601, 65602
# Longer than this, and a throttle is the one of the day; a shorter one is the infrastructure's own.
SHORT_THROTTLE_SECONDS = 3600


def envelope(status: int, code: str, message: str, service_code: int | None = None) -> Response:
    body: dict[str, Any] = {"message": message, "status": status}
    if code:
        body["code"] = code
    if service_code is not None:
        body["serviceErrorCode"] = service_code
    return JSONResponse(body, status_code=status)


def refused(status: int, code: str, message: str, service_code: int | None = None) -> Refusal:
    return Refusal(envelope(status, code, message, service_code))


def denied(message: str) -> Refusal:
    return refused(403, "ACCESS_DENIED", message, ACCESS_DENIED)


def unpermitted(where: str, field: str) -> Refusal:
    """A field or parameter that this call does not have."""
    return denied(f"Unpermitted fields present in {where} [/{field}]")


def not_found(message: str = "Entity not found") -> Refusal:
    return refused(404, "RESOURCE_NOT_FOUND", message)


def illegal(message: str) -> Refusal:
    return refused(400, "ILLEGAL_ARGUMENT", message)


def invalid(code: str, field: str, description: str, *, status: int = 400) -> Refusal:
    """The content is at fault; `field` is its path, such as content/media/id."""
    wrong = {"code": code, "description": description, "input": {"inputPath": {"fieldPath": field}}}
    body = {
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": description,
        "errorDetails": {"inputErrors": [wrong]},
        "code": code,
        "status": status,
    }
    return Refusal(JSONResponse(body, status_code=status))


def missing(field: str) -> Refusal:
    words = f"ERROR :: /{field} :: field is required but not found and has no default value"
    return invalid("MISSING_FIELD", field, words, status=422)


def too_long(field: str, most: int) -> Refusal:
    return invalid("FIELD_LENGTH_TOO_LONG", field, f"/{field} :: length is greater than the maximum {most}")


def duplicate(urn: str) -> Refusal:
    message = f"com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of {urn}"
    wrong = {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
    body = {
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "message": message,
        "errorDetails": {"inputErrors": [wrong]},
        "status": 422,
    }
    return Refusal(JSONResponse(body, status_code=422))


def token_error(error: str, description: str, *, status: int = 400) -> Refusal:
    """What the addresses under /oauth/v2 answer."""
    return Refusal(JSONResponse({"error": error, "error_description": description}, status_code=status))


def day_is_used_up(whose: str) -> Response:
    """`whose` is APPLICATION or MEMBER. No header says when it will be better: at midnight UTC."""
    message = f"Resource level throttle {whose} DAY limit for calls to this resource is reached."
    return envelope(429, "", message, THROTTLED)


def rate_limited(call: Call, seconds: float) -> Response:
    if seconds >= SHORT_THROTTLE_SECONDS:
        return day_is_used_up("APPLICATION")
    return envelope(429, "TOO_MANY_REQUESTS", "Too many requests")


def server_error(call: Call) -> Response:
    return envelope(500, "INTERNAL_SERVER_ERROR", "Internal Server Error")
