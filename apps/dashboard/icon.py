"""The sign on the browser's tab, for whoever asks at the customary address instead of reading the page's head."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from apps.tenants.access import public


@require_safe
@public
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon's present address, which changes with its drawing."""
    return redirect(static("icons/postroom.svg"))
