"""The operator's page of breakers that are open, each with a button that closes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from apps.core.actors import Actor, ActorKind
from apps.governor import services as governor
from apps.platforms import registry
from apps.social_accounts.services.breakers import close_breaker
from apps.tenants.access import address_of

NAME = "social_accounts_breakers"
KINDS = {"token": "sign-in", "app": "app or server"}


def urls(site: admin.AdminSite) -> list[URLPattern]:
    def view(request: HttpRequest) -> HttpResponse:
        return breakers(request, site)

    return [path("breakers/", site.admin_view(view), name=NAME)]


def breakers(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """The list; POST closes one of it."""
    if request.method == "POST":
        _close(request)
        return redirect(f"admin:{NAME}")
    rows = [(one, registry.label(one.platform), KINDS[one.kind]) for one in governor.open_breakers()]
    context = {**site.each_context(request), "title": "Circuit breakers", "rows": rows, "health": governor.health()}
    return render(request, "admin/social_accounts/breakers.html", context)


def _close(request: HttpRequest) -> None:
    platform, kind, id = (request.POST.get(name, "") for name in ("platform", "kind", "id"))
    actor = Actor(ActorKind.OPERATOR, request.user.pk, getattr(request, "request_id", ""), address_of(request))
    try:
        is_known: Any = platform in registry.names() and kind in KINDS
        was_open = is_known and close_breaker(key=(platform, kind, id), actor=actor)
    except governor.Unreachable:
        messages.error(request, "The queue server does not answer: nothing was changed.")
        return
    if was_open:
        messages.success(request, f"Closed. The next request to {registry.label(platform)} is sent.")
    else:
        messages.info(request, "It was closed already.")
