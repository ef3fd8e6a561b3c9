"""`/healthz`: what a load balancer or a container asks, answered before host names, redirects and sessions matter."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

PATH = "/healthz"


class HealthMiddleware:
    """Says `ok`, or 503 and which of database and queue does not answer; never why, for anybody may ask."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != PATH:
            return self.get_response(request)
        broken = [name for name, ask in (("database", _ask_database), ("queue", _ask_queue)) if not _works(ask)]
        if broken:
            return HttpResponse(f"no answer: {', '.join(broken)}", status=503, content_type="text/plain")
        return HttpResponse("ok", content_type="text/plain")


def _works(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:  # Whatever is wrong with it, it does not work.
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_queue() -> None:
    # The cache lives in the queue's server.
    cache.get(PATH)
