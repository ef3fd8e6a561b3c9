"""The door where platforms ring. Its order is fixed: size, signature, one INSERT, the answer; the rest comes later."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.core import clock
from apps.core.numbers import whole
from apps.platforms.inbound import Forged, Incoming
from apps.platforms.signals import NotAccepted
from apps.tenants.access import public
from apps.webhooks import services
from apps.webhooks.errors import KeysNotKnown, NotHeard

MOST_BYTES: Final = 1024 * 1024


@csrf_exempt  # A platform has no cookie of ours: it signs what it sends.
@public
@require_http_methods(["GET", "POST"])
def inbound(request: HttpRequest, platform: str, app_id: UUID | None = None) -> HttpResponse:
    """A handshake, or a delivery, at the operator's address or at that of an organization's app. What is answered holds
    nothing of what was asked but a challenge."""
    answer = _handshake if request.method == "GET" else _delivery
    try:
        return answer(request, platform, app_id)
    except NotHeard:
        return _said(404)


def incoming_of(request: HttpRequest) -> Incoming:
    """The request as adapters read it: exactly the bytes that were signed."""
    return Incoming(
        method=request.method or "",
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.GET.dict(),
        body=request.body,
        received_at=clock.now(),
    )


def is_too_large(request: HttpRequest) -> bool:
    """By what it says of itself: without a length nothing is read."""
    length = whole(request.META.get("CONTENT_LENGTH") or "0")
    return length is None or length > MOST_BYTES


def _handshake(request: HttpRequest, platform: str, app_id: UUID | None) -> HttpResponse:
    try:
        reply = services.answer_handshake(platform=platform, incoming=incoming_of(request), app_id=app_id)
    except Forged:
        return _said(403)
    if reply is None:
        return _said(404)
    return HttpResponse(reply.body, content_type=reply.content_type, status=reply.status)


def _delivery(request: HttpRequest, platform: str, app_id: UUID | None) -> HttpResponse:
    if is_too_large(request):
        return _said(413)
    try:
        received = services.receive(platform=platform, incoming=incoming_of(request), app_id=app_id)
    except NotAccepted:
        return _said(400)
    except Forged:
        return _said(401)
    except KeysNotKnown:
        return _said(503)
    return _said(202 if received.is_signal else 200)


def _said(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
