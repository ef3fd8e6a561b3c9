"""API keys as members see them: make one, copy it once, roll it, revoke it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock
from apps.core.secrets import Secret
from apps.tenants import services
from apps.tenants.access import MemberRequest, page
from apps.tenants.errors import Refused
from apps.tenants.forms import KeyForm
from apps.tenants.models import ApiKey
from apps.tenants.scopes import in_words
from apps.tenants.services.api_keys import OVERLAP


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key in the table; `state` is "", "over" or "revoked", and its addresses are "" where there is no such step."""

    name: str
    masked: str
    is_test: bool
    workspace: str
    scopes: str
    addresses: str
    last_used_at: datetime | None
    expires_at: datetime | None
    overlaps_until: datetime | None
    state: str
    roll_url: str
    revoke_url: str


@require_safe
@page("key.view")
def keys(request: MemberRequest) -> HttpResponse:
    """Every key of the organization; those that are over come last, and are remembered."""
    now, may_edit = clock.now(), request.member.may("key.edit")
    rows = [_row(key, now, may_edit) for key in ApiKey.objects.select_related("workspace")]
    facts = {
        "keys": sorted(rows, key=lambda row: bool(row.state)),
        "open": sum(not row.state for row in rows),
        "most": settings.API_MAX_KEYS,
        "zone": request.member.organization.timezone,
        "make_url": reverse("tenants:key_make") if may_edit else "",
        "docs_url": reverse("developers:index"),
    }
    return TemplateResponse(request, "tenants/keys.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("key.edit")
def make(request: MemberRequest) -> HttpResponse:
    """A form for a new key; what it leads to is the one page that shows it."""
    member = request.member
    allowed = services.scopes_to_give(member)
    form = KeyForm(
        request.POST or None, workspaces=member.workspaces, scopes=allowed, zone=member.organization.timezone
    )
    if form.is_valid():
        try:
            key, text = services.make_key(by=member, **form.values())
        except Refused as refused:
            form.refuse(refused)
        else:
            return _show_once(request, key, text)
    facts = {"form": form, "action_url": reverse("tenants:key_make"), "back_url": reverse("tenants:keys")}
    return TemplateResponse(request, "tenants/key_form.html", facts, status=422 if form.errors else 200)


@require_POST
@page("key.edit")
def roll(request: MemberRequest, key_id: UUID) -> HttpResponse:
    key: ApiKey = get_object_or_404(ApiKey.objects, pk=key_id)
    try:
        rolled, text = services.roll_key(key=key, by=request.member)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("tenants:keys")
    return _show_once(request, rolled, text)


@require_POST
@page("key.edit")
def revoke(request: MemberRequest, key_id: UUID) -> HttpResponse:
    key: ApiKey = get_object_or_404(ApiKey.objects, pk=key_id)
    services.revoke_key(key=key, by=request.member)
    messages.success(request, f"{key.name} is revoked. Whatever used it gets no answer any more.")
    return redirect("tenants:keys")


@never_cache
def _show_once(request: MemberRequest, key: ApiKey, text: Secret) -> HttpResponse:
    facts: dict[str, Any] = {
        "key": key,
        "text": text.reveal(),
        "hours": int(OVERLAP.total_seconds() // 3600) if key.previous_lookup else 0,
        "zone": request.member.organization.timezone,
        "back_url": reverse("tenants:keys"),
    }
    return TemplateResponse(request, "tenants/key_shown_once.html", facts)


def _row(key: ApiKey, now: datetime, may_edit: bool) -> KeyRow:
    is_open = key.is_open(now)
    still = key.overlaps_until if key.overlaps_until and key.overlaps_until > now else None
    return KeyRow(
        name=key.name,
        masked=key.masked,
        is_test=key.mode == "test",
        workspace=key.workspace.name if key.workspace else "All workspaces",
        scopes=in_words(key.scopes),
        addresses=", ".join(key.allowed_addresses),
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        overlaps_until=still if is_open else None,
        state="" if is_open else "revoked" if key.revoked_at else "over",
        roll_url=reverse("tenants:key_roll", args=[key.pk]) if may_edit and is_open else "",
        revoke_url=reverse("tenants:key_revoke", args=[key.pk]) if may_edit and is_open else "",
    )
