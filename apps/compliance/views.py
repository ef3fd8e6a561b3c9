"""The doors that platforms knock at for a person who leaves, and the page where that person sees what became of it."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from apps.compliance import services
from apps.compliance.selectors import status_of
from apps.platforms.inbound import Forged, Malformed, Notice, NoticeKind
from apps.tenants.access import public
from apps.webhooks import services as webhooks
from apps.webhooks.errors import NotHeard
from apps.webhooks.views import incoming_of, is_too_large


@csrf_exempt  # A platform has no cookie of ours: it signs what it sends.
@public
@require_POST
def deauthorize(request: HttpRequest, platform: str) -> HttpResponse:
    """A person took our app away: stored like every notice, and handled at once after the answer."""
    if is_too_large(request):
        return _said(413)
    try:
        webhooks.receive(platform=platform, incoming=replace(incoming_of(request), query={}))
    except NotHeard:
        return _said(404)
    except Forged:
        return _said(401)
    return _said(200)


@csrf_exempt
@public
@require_POST
def deletion(request: HttpRequest, platform: str) -> HttpResponse:
    """A person asked to be forgotten: answered with a code, and with the page that says what became of it."""
    if is_too_large(request):
        return _said(413)
    incoming = replace(incoming_of(request), query={"about": "deletion"})  # as Meta's adapters tell the two apart
    try:
        notices = webhooks.read(platform=platform, incoming=incoming)
    except NotHeard:
        return _said(404)
    except Forged:
        return _said(401)
    except Malformed:
        return _said(400)
    wishes = [notice for notice in notices if notice.kind is NoticeKind.DATA_DELETION]
    return _receipt(platform, wishes[0]) if wishes else _said(400)


@public
@require_GET
@never_cache
def deletion_status(request: HttpRequest, code: str) -> HttpResponse:
    status = status_of(code)
    if status is None:
        raise Http404
    return render(request, "compliance/deletion.html", {"status": status})


def _receipt(platform: str, wish: Notice) -> HttpResponse:
    made = services.open_request(platform=platform, identity=wish.remote_user_id, key=wish.dedupe_key)
    page = f"{settings.PUBLIC_URL}{reverse('compliance:deletion_status', args=[made.code])}"
    return JsonResponse({"url": page, "confirmation_code": made.code})


def _said(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
