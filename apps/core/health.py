"""`/healthz`: what a load balancer or a container asks, answered before host names, redirects and sessions matter.

`/healthz/workers` is for a monitor: it asks whether somebody publishes.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.core import heartbeats
from apps.core.heartbeats import Silence

PATH = "/healthz"
PATH_OF_WORKERS = "/healthz/workers"


class HealthMiddleware:
    """Says `ok`, or 503 and which of database and queue does not answer, or which lanes are silent; never why, for
    anybody may ask."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == PATH:
            return _of_this_process()
        if request.path == PATH_OF_WORKERS:
            return _of_workers()
        return self.get_response(request)


def _of_this_process() -> HttpResponse:
    broken = [name for name, ask in (("database", _ask_database), ("queue", _ask_queue)) if not _works(ask)]
    return _said(f"no answer: {', '.join(broken)}" if broken else "")


def _of_workers() -> HttpResponse:
    signs = heartbeats.current()
    if signs.unreachable_since:
        return _said("no answer: queue")
    silent = [_words(silence) for silence in signs.silences()]
    return _said(f"silent: {', '.join(silent)}" if silent else "")


def _words(silence: Silence) -> str:
    if silence.since is None:
        return f"{silence.lane} (never heard of)"
    return f"{silence.lane} since {silence.since.isoformat(timespec='seconds')}"


def _said(problem: str) -> HttpResponse:
    answer = HttpResponse(problem or "ok", status=503 if problem else 200, content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer


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
