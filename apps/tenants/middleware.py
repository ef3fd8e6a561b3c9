"""A name for each request, so that a log line, a diary entry and a person's report can be brought together."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Final

import redis
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.ids import new_id

logger = logging.getLogger(__name__)
_SHAPE: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


class TenantMiddleware:
    """Sets `request.request_id`, taking the proxy's X-Request-ID where it is well formed.

    Who is asking is resolved by the doors (`apps.tenants.access`), not here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _SHAPE.fullmatch(given) else str(new_id())  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Sign-in counts its attempts in the cache; without it nobody is let in uncounted, and the page says so."""
        if not isinstance(exception, (redis.ConnectionError, redis.TimeoutError)):
            return None
        logger.error("The cache cannot be reached: %s", type(exception).__name__)
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "30"
        return response
