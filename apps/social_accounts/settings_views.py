"""How an organization connects: its own apps at platforms, how its portal looks, where people may be sent back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.platforms import registry
from apps.platforms.inbound import Entered
from apps.social_accounts import selectors, services
from apps.social_accounts.errors import AppRefused, AppReplaced, ReturnRefused
from apps.social_accounts.forms import AppForm, BrandingForm, ReturnOriginForm
from apps.social_accounts.models import OrganizationApp, ReturnOrigin
from apps.social_accounts.services import own_apps, returning
from apps.tenants import services as tenants
from apps.tenants.access import MemberRequest, page
from apps.tenants.errors import Refused

TABS: Final = (
    ("Apps", "connections:apps"),
    ("Look of the portal", "connections:branding"),
    ("Return addresses", "connections:return_origins"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OriginRow:
    origin: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Address:
    """Something to enter at the platform exactly as it stands."""

    id: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class AppRow:
    """Which app the organization connects with at a platform."""

    platform: str
    source: str  # "own", "operator" or ""
    client_id: str
    changed_at: datetime | None
    url: str


@require_safe
@page("app.edit")
def apps(request: MemberRequest) -> HttpResponse:
    """Every platform that takes apps, and which one is in use there."""
    own = {app.platform: app for app in OrganizationApp.objects.filter(replaced_at=None)}
    platforms = sorted(filter(own_apps.takes_apps, registry.names()), key=registry.label)
    rows = [_row(platform, own.get(platform)) for platform in platforms]
    facts = {"apps": rows, "zone": _zone(request), "tabs": _tabs("connections:apps")}
    return TemplateResponse(request, "social_accounts/apps.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("app.edit")
def app(request: MemberRequest, platform: str) -> HttpResponse:
    """Enter the organization's own app at a platform, or replace it."""
    known = _known(platform)
    current = own_apps.app_in_use(known)
    form = AppForm(request.POST) if request.method == "POST" else AppForm.of(current)
    replaces = 0
    if form.is_valid():
        try:
            own_apps.enter_app(platform=known, actor=request.member.actor, **form.values())
        except AppRefused as refused:
            form.add_error(refused.field or None, refused.words)
        except AppReplaced as replaced:
            replaces = replaced.accounts
            form.ask_to_confirm(replaces)
        else:
            label = registry.label(known)
            messages.success(request, f"New accounts at {label} are connected with your own app from now on.")
            return redirect("connections:app", known)
    facts = _facts(known, current, form)
    return TemplateResponse(request, "social_accounts/app.html", facts, status=422 if form.errors else 200)


@require_POST
@page("app.edit", transaction=False)
def test(request: MemberRequest, platform: str) -> HttpResponse:
    known = _known(platform)
    try:
        words = own_apps.test_app(organization_id=request.member.organization.pk, platform=known)
    except AppRefused as refused:
        messages.error(request, refused.words)
    else:
        messages.success(request, words)
    return redirect("connections:app", known)


@require_POST
@page("app.edit")
def remove(request: MemberRequest, platform: str) -> HttpResponse:
    known = _known(platform)
    own_apps.remove_app(platform=known, actor=request.member.actor)
    messages.success(request, f"Your {registry.label(known)} app is no longer used for new connections.")
    return redirect("connections:apps")


@require_http_methods(["GET", "HEAD", "POST"])
@page("app.edit")
def return_origins(request: MemberRequest) -> HttpResponse:
    """The list of places that people may be sent back to after a consent."""
    form = ReturnOriginForm(request.POST or None)
    if form.is_valid():
        try:
            allowed = returning.allow_origin(address=form.cleaned_data["origin"], actor=request.member.actor)
        except ReturnRefused as refused:
            form.add_error("origin", refused.words)
        else:
            messages.success(request, f"People may be sent back to {allowed.origin} from now on.")
            return redirect("connections:return_origins")
    facts = {
        "form": form,
        "origins": [
            OriginRow(row.origin, reverse("connections:return_origin_remove", args=[row.pk]))
            for row in ReturnOrigin.objects.all()
        ],
        "action_url": reverse("connections:return_origins"),
        "tabs": _tabs("connections:return_origins"),
    }
    return TemplateResponse(request, "social_accounts/return_origins.html", facts, status=422 if form.errors else 200)


@require_POST
@page("app.edit")
def remove_return_origin(request: MemberRequest, origin_id: UUID) -> HttpResponse:
    origin = get_object_or_404(ReturnOrigin.objects.all(), pk=origin_id)
    returning.forbid_origin(origin=origin, actor=request.member.actor)
    messages.success(request, f"Nobody is sent back to {origin.origin} any more.")
    return redirect("connections:return_origins")


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.edit")
def branding(request: MemberRequest) -> HttpResponse:
    """How the portal looks."""
    organization_id = request.member.organization.pk
    current = tenants.branding_of(organization_id)
    form = BrandingForm.of(current, request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            tenants.update_branding(organization_id=organization_id, actor=request.member.actor, **form.values())
        except Refused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, "Pages for clients look like this from now on.")
            return redirect("connections:branding")
    facts = {
        "form": form,
        "has_logo": bool(current.logo),
        "action_url": reverse("connections:branding"),
        "tabs": _tabs("connections:branding"),
    }
    return TemplateResponse(request, "social_accounts/branding.html", facts, status=422 if form.errors else 200)


def _tabs(current: str) -> list[Tab]:
    return [Tab(label, reverse(name), name == current) for label, name in TABS]


def _known(platform: str) -> str:
    if platform not in registry.names() or not own_apps.takes_apps(platform):
        raise Http404("No app is registered by hand there")
    return platform


def _row(platform: str, own: OrganizationApp | None) -> AppRow:
    source = "own" if own else "operator" if selectors.is_set_up(platform) else ""
    url = reverse("connections:app", args=[platform])
    return AppRow(platform, source, own.client_id if own else "", own.updated_at if own else None, url)


def _facts(platform: str, current: OrganizationApp | None, form: AppForm) -> dict[str, Any]:
    setup = registry.adapter_class(platform).setup
    return {
        "platform": platform,
        "form": form,
        "client_id": current.client_id if current else "",
        "secret_hint": current.secret_hint if current else "",
        "accounts": own_apps.accounts_on(current) if current else 0,
        "has_operators": selectors.is_set_up(platform),
        "redirect_uri": services.redirect_uri(platform),
        **_ringing(platform, current),
        "portal": setup.portal,
        "steps": setup.steps,
        "action_url": reverse("connections:app", args=[platform]),
        "test_url": reverse("connections:app_test", args=[platform]) if current else "",
        "remove_url": reverse("connections:app_remove", args=[platform]) if current else "",
        "back_url": reverse("connections:apps"),
    }


def _ringing(platform: str, current: OrganizationApp | None) -> dict[str, Any]:
    """How the platform tells of accounts that hang on the app: addresses to enter, or why there are none."""
    adapter = registry.adapter_class(platform)
    unproven = adapter.inbound.entered.unproven if adapter.inbound else ""
    entered = adapter.inbound.entered if adapter.inbound and not unproven else None
    addresses = _addresses(current, entered) if current and entered else []
    if current and adapter.signals:
        label = f"Address for {adapter.signals.name}"
        addresses.append(Address("signals-address", label, _own_address("webhooks:inbound_of_app", current)))
    rings = entered is not None or adapter.signals is not None
    return {"rings": rings, "unproven": unproven, "addresses": addresses}


def _addresses(app: OrganizationApp, entered: Entered) -> list[Address]:
    found = [Address("notices-address", "Address for notices", _own_address("webhooks:inbound_of_app", app))]
    if entered.verify_token:
        token = services.verify_token_of(app.pk).reveal()
        found.append(Address("verify-token", "Verify token, beside that address", token))
    if entered.callbacks:
        leave, forget = "compliance:deauthorize_of_app", "compliance:deletion_of_app"
        found.append(Address("leave-address", "Deauthorize or uninstall callback", _own_address(leave, app)))
        found.append(Address("forget-address", "Data deletion request address", _own_address(forget, app)))
    return found


def _own_address(name: str, app: OrganizationApp) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=[app.platform, app.pk])}"


def _zone(request: MemberRequest) -> str:
    return request.member.workspace.timezone if request.member.workspace else request.member.organization.timezone
