"""The pages for integrators at /developers/: public, from our own origin, readable without scripts."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.api import guides
from apps.tenants.access import public


@require_safe
@public
def index(request: HttpRequest) -> HttpResponse:
    """All guides, and where the reference is."""
    return render(request, "api/developers.html", {"parts": guides.parts()})


@require_safe
@public
def guide(request: HttpRequest, guide_name: str) -> HttpResponse:
    found = guides.GUIDES.get(guide_name)
    if found is None:
        raise Http404
    before, after = guides.neighbours(found)
    context = {
        "guide": found,
        "page": guides.rendered(found),
        "parts": guides.parts(),
        "before": before,
        "after": after,
    }
    return render(request, "api/guide.html", context)
