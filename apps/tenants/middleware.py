"""A name for each request, so that a log line, a diary entry and a person's report can be brought together."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from apps.core.ids import new_id

_SHAPE: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


class TenantMiddleware:
    """Sets `request.request_id`, taking the proxy's X-Request-ID where it is well formed; who is asking is resolved by
    the doors (`apps.tenants.access`), not here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _SHAPE.fullmatch(given) else str(new_id())  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response
