"""How a refusal looks: application/problem+json with a stable code, whatever went wrong and wherever."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from apps.social_accounts.errors import NoSandbox
from apps.tenants.callers import OnlyTesting, WorkspaceArchived
from apps.tenants.rest import problems
from apps.tenants.rest.problems import Fault, Problem

logger = logging.getLogger(__name__)

TITLES: Final = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "The key may not do this",
    404: "There is nothing here",
    405: "This cannot be done here",
    409: "It does not go together with what is there",
    411: "The length is needed",
    412: "It has changed meanwhile",
    413: "The request is too large",
    415: "The body is of another kind than this takes",
    422: "The request is not valid",
    429: "Too many requests",
    500: "Something went wrong on our side",
    502: "The platform did not help",
    503: "It cannot be done at the moment",
}
WRONG_KIND: Final = "Send application/json; a file goes to POST /media as multipart/form-data."
NOTHING: Final = "There is nothing here, or nothing that this key may see."


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """The handler that Django REST framework is told of. Nothing gets past it."""
    request = context["request"]
    problem = _problem(error)
    if problem.status >= 500 and not isinstance(error, Problem):
        logger.exception("An operation of the API failed", exc_info=error)
    kind = "application/problem+json"
    data = as_data(problem, request_id=getattr(request._request, "request_id", ""))
    return Response(data, status=problem.status, headers=problem.headers, content_type=kind)


def as_data(problem: Problem, *, request_id: str) -> dict[str, Any]:
    return {
        "type": f"urn:postroom:problem:{problem.code}",
        "title": TITLES.get(problem.status, "The request was refused"),
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "errors": [fault.as_data() for fault in problem.faults],
        "request_id": request_id,
        # Where clients of other services look for words.
        "error": problem.detail,
        "message": problem.detail,
    }


def _problem(error: Exception) -> Problem:
    if known := problems.told(error):
        return known
    if isinstance(error, exceptions.ValidationError):
        faults = list(_faults(error.get_full_details(), ""))
        return Problem(422, "invalid", "The request is not valid; errors says where.", faults=faults)
    for kind, make in _MAKERS:
        if isinstance(error, kind):
            return make(error)
    return Problem(500, "internal_error", "Something went wrong on our side. It is written down under the request id.")


def _faults(details: Any, pointer: str) -> Iterator[Fault]:
    """Every fault of a serializer with the place in the body that it is about."""
    if isinstance(details, dict) and set(details) == {"message", "code"} and isinstance(details["code"], str):
        yield Fault(pointer, details["code"], str(details["message"]))
    elif isinstance(details, dict):
        for name, inner in details.items():
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from _faults(inner, pointer if name == "non_field_errors" else f"{pointer}/{escaped}")
    else:
        # A list of faults of one place, or one of entries that are faulty each in its own way.
        for number, inner in enumerate(details):
            is_entry = isinstance(inner, dict) and set(inner) != {"message", "code"}
            yield from _faults(inner, f"{pointer}/{number}" if is_entry else pointer)


def _throttled(error: Any) -> Problem:
    seconds = max(math.ceil(error.wait or 1), 1)
    detail = f"Too many requests with this key. Try again in {seconds} s."
    return Problem(429, "rate_limited", detail, headers={"Retry-After": str(seconds)})


def _unauthenticated(error: Any) -> Problem:
    headers = {"WWW-Authenticate": getattr(error, "auth_header", "Bearer")}
    is_missing = isinstance(error, exceptions.NotAuthenticated)
    detail = "Show a key: Authorization: Bearer pr_live_…" if is_missing else str(error.detail)
    return Problem(401, "unauthenticated", detail, headers=headers)


_MAKERS: Final[tuple[tuple[Any, Any], ...]] = (
    (exceptions.Throttled, _throttled),
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), _unauthenticated),
    ((Http404, ObjectDoesNotExist, exceptions.NotFound), lambda _: Problem(404, "not_found", NOTHING)),
    (OnlyTesting, lambda error: Problem(403, "test_key", str(error))),
    (NoSandbox, lambda error: Problem(409, "no_sandbox", error.words)),
    (WorkspaceArchived, lambda error: Problem(409, "workspace_archived", str(error))),
    (
        (PermissionDenied, exceptions.PermissionDenied),
        lambda error: Problem(403, "forbidden", str(error) or "This key may not do that."),
    ),
    (exceptions.MethodNotAllowed, lambda error: Problem(405, "method_not_allowed", str(error.detail))),
    (exceptions.ParseError, lambda error: Problem(400, "unreadable", str(error.detail))),
    (exceptions.UnsupportedMediaType, lambda _: Problem(415, "unsupported_media_type", WRONG_KIND)),
    (RequestDataTooBig, lambda _: Problem(413, "too_large", "The request is too large.")),
    (SuspiciousOperation, lambda _: Problem(400, "unreadable", "The request cannot be read.")),
)
