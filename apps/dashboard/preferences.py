"""How this browser shows Postroom: theme and single-key shortcuts, kept in cookies of a year."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.dashboard.context import KEYS_COOKIE, THEME_COOKIE, THEMES
from apps.tenants.access import signed_in

A_YEAR = timedelta(days=365)


@require_POST
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen and go back to where it was chosen."""
    back = request.POST.get("next", "/")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if here else "/")
    if "theme" in request.POST:
        theme = request.POST["theme"]
        _keep(response, THEME_COOKIE, theme if theme in THEMES else "")
    if "single_keys" in request.POST:
        _keep(response, KEYS_COOKIE, "off" if request.POST["single_keys"] == "off" else "")
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    if value:
        response.set_cookie(
            name, value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie(name, samesite="Lax")
