"""How these APIs refuse: the status by its name, and ErrorDetails for what is wrong with a post.

The numbers of an ErrorDetail are not published but for the families they belong to (1 to 199 general, 1000 to 1099
photos): here they count from the start of the family, and the message begins with the name where no wording is known.
The setting `names_codes` puts the name in the number's place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from apps.sandbox.core.calls import Refusal
from apps.sandbox.google.refusals import SCOPE_DETAIL, SCOPE_MISSING, is_login, login_failed, login_throttled
from apps.sandbox.google_business.names import NAME

if TYPE_CHECKING:
    from apps.sandbox.core.calls import Call

INVALID = "Request contains an invalid argument."
STATUSES: dict[str, tuple[int, str]] = {
    "INVALID_ARGUMENT": (400, INVALID),
    "FAILED_PRECONDITION": (400, "Precondition check failed."),
    "UNAUTHENTICATED": (401, "Request had invalid authentication credentials."),
    "PERMISSION_DENIED": (403, "The caller does not have permission"),
    "NOT_FOUND": (404, "Requested entity was not found."),
    "ABORTED": (409, "The operation was aborted."),
    "RESOURCE_EXHAUSTED": (429, "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'"),
    "INTERNAL": (500, "Internal error encountered."),
    "UNAVAILABLE": (503, "The service is currently unavailable."),
    "DEADLINE_EXCEEDED": (504, "Deadline expired before operation could complete."),
}
GENERAL = (
    "MISSING_VALUE", "INVALID_VALUE", "VALUE_OUTSIDE_ALLOWED_RANGE", "INVALID_CHARACTERS", "TOO_MANY_ITEMS",
    "READ_ONLY", "OVERLAPPING_RANGES", "INVERTED_RANGE", "MISSING_DEPENDENT_FIELD", "FIELD_HAS_DEPENDENCIES",
    "UNSUPPORTED_VALUE", "EXPIRED_VALUE", "LOCATION_DISABLED_FOR_LOCAL_POST_API",
)  # fmt: skip
CODES = {name: number for number, name in enumerate(GENERAL, start=1)}
CODES |= {"PHOTO_FETCH_FAILED": 1000, "PHOTO_UPLOAD_FAILED": 1001}
FETCHING_FAILED = "Fetching image failed."


def envelope(status: str, message: str = "", *, details: list[dict[str, Any]] | None = None) -> Response:
    code, usual = STATUSES[status]
    error: dict[str, Any] = {"code": code, "message": message or usual, "status": status}
    if details:
        error["details"] = details
    return JSONResponse({"error": error}, status_code=code)


def refused(status: str, message: str = "") -> Refusal:
    return Refusal(envelope(status, message))


def invalid(call: Call, name: str, field: str = "", message: str = "", *, value: str = "") -> Refusal:
    """Something is wrong with a post: an ErrorDetail of v4."""
    code = name if call.world.setting(NAME, "names_codes") else CODES[name]
    detail: dict[str, Any] = {"code": code, "message": message or f"{name}: the request is refused for this reason."}
    detail |= ({"field": field} if field else {}) | ({"value": value} if value else {})
    kind = "type.googleapis.com/google.mybusiness.v4.ValidationError"
    return Refusal(envelope("INVALID_ARGUMENT", details=[{"@type": kind, "errorDetails": [detail]}]))


def bad_request(field: str, description: str, *, message: str = "") -> Refusal:
    """Something is wrong with a request as such: the violation that all of Google's APIs tell alike."""
    violation = {"field": field, "description": description}
    kind = "type.googleapis.com/google.rpc.BadRequest"
    return Refusal(envelope("INVALID_ARGUMENT", message, details=[{"@type": kind, "fieldViolations": [violation]}]))


def unknown_name(name: str, *, within: str = "") -> Refusal:
    place = f" at '{within}'" if within else ""
    words = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
    return bad_request(within, words, message=words)


def insufficient_scope() -> Refusal:
    return Refusal(envelope("PERMISSION_DENIED", SCOPE_MISSING, details=[SCOPE_DETAIL]))


def as_set(call: Call, name: str) -> Refusal:
    """What the setting `refusal` asks for: a status, or a detail of an invalid request."""
    if name in STATUSES:
        return refused(name)
    return invalid(call, name, message=FETCHING_FAILED if name == "PHOTO_FETCH_FAILED" else "")


def rate_limited(call: Call, seconds: float) -> Response:
    """Throttled; nothing says for how long."""
    return login_throttled() if is_login(call) else envelope("RESOURCE_EXHAUSTED")


def server_error(call: Call) -> Response:
    return login_failed() if is_login(call) else envelope("INTERNAL")
