"""Following a short link: look it up, count, send on. No session, no cookie, and nothing kept of who it was."""

from __future__ import annotations

import logging
from typing import Final

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from apps.core import clock, tenancy
from apps.core.calendar import cell_of
from apps.links import services
from apps.links.addresses import link_host_of
from apps.links.proving import answer_for
from apps.links.selectors import Target, is_token_of, target_of
from apps.links.tagging import SCHEMES
from apps.links.visitors import is_counted
from apps.social_accounts.languages import DEFAULT, known, tag
from apps.tenants.access import public

logger = logging.getLogger(__name__)
WHY: Final = "follow a short link"


@csrf_exempt
@require_safe
@public
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Send a visitor where the link leads; a workspace has made it, so this leads nowhere that nobody chose. On a
    domain for links only links of that domain are followed."""
    with tenancy.across_tenants(WHY):
        target = target_of(code)
    if target is None or target.host != link_host_of(request):
        return _page(request, "gone", 404)
    if target.is_paused:
        return _page(request, "paused", 410)
    if target.expires_at is not None and target.expires_at <= clock.now():
        return _page(request, "expired", 410)
    if not target.destination.lower().startswith(SCHEMES):
        return _page(request, "gone", 404)  # The database holds none; and this is the last to look.
    if is_counted(request.method or "", request.headers):
        _count(target)
    return _kept_by_nobody(HttpResponseRedirect(target.destination))


@csrf_exempt
@require_safe
@public
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """That a client's domain leads here, told to whoever knows its token: a worker of ours that asks over the
    internet."""
    with tenancy.across_tenants(WHY):
        is_known = is_token_of(link_host_of(request), token)
    if not is_known:
        return _page(request, "gone", 404)
    return _kept_by_nobody(HttpResponse(answer_for(token), content_type="text/plain"))


def _count(target: Target) -> None:
    """A visitor is sent on, whatever becomes of the count."""
    day = cell_of(clock.now(), target.zone)
    own = {"organization_id": target.organization_id, "workspace_id": target.workspace_id, "link_id": target.link_id}
    try:
        with tenancy.across_tenants(WHY), transaction.atomic():
            services.count(**own, day=day)
    except DatabaseError:
        logger.exception("A click on %s could not be counted", target.link_id)


def _page(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    """Why it leads nowhere, in the language that the browser asks for."""
    language = known(translation.get_language_from_request(request)) or DEFAULT
    with translation.override(language):
        body = render_to_string("links/nowhere.html", {"reason": reason, "tag": tag(language)})
    return _kept_by_nobody(HttpResponse(body, status=status))


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
