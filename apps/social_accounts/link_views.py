"""Portal links as members see them: make one, hand it over, withdraw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.secrets import Secret
from apps.platforms import registry
from apps.social_accounts.forms import PortalLinkForm
from apps.social_accounts.models import PortalLink, SocialAccount
from apps.social_accounts.services import portal
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace


@dataclass(frozen=True, slots=True)
class LinkRow:
    """An open link; `revoke_url` withdraws it."""

    note: str
    platforms: list[str]
    connected: int
    max_accounts: int | None
    reconnects: str
    made_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoke_url: str


@require_http_methods(["GET", "HEAD", "POST"])
@page("account.connect")
def links(request: MemberRequest) -> HttpResponse:
    """The open links of the current workspace, and a form for another."""
    workspace = _workspace(request)
    form = PortalLinkForm(request.POST) if request.method == "POST" else PortalLinkForm()
    if form.is_valid():
        made, token = portal.make_link(member=request.member, workspace_id=workspace.pk, **form.values())
        return _hand_over(request, made, token)
    facts = {
        "form": form,
        "links": [_row(link) for link in portal.open_links(workspace.pk)],
        "zone": workspace.timezone,
        "action_url": reverse("social_accounts:portal_links"),
        "back_url": reverse("social_accounts:connect"),
    }
    return TemplateResponse(request, "social_accounts/portal_links.html", facts, status=422 if form.errors else 200)


@require_POST
@page("account.view")
def reconnect(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """A link for whoever owns the account at the platform, to connect exactly this one again."""
    account = get_object_or_404(SocialAccount.objects.select_related("workspace"), pk=account_id)
    request.member.require("account.connect", account.workspace_id)
    made, token = portal.make_reconnect_link(member=request.member, account=account)
    return _hand_over(request, made, token)


@require_POST
@page("account.view")
def revoke(request: MemberRequest, link_id: UUID) -> HttpResponse:
    link = get_object_or_404(PortalLink.objects.all(), pk=link_id)
    request.member.require("account.connect", link.workspace_id)
    portal.revoke_link(link=link, member=request.member)
    messages.success(request, "The link is withdrawn. Accounts that came by it stay connected.")
    return redirect("social_accounts:portal_links")


@never_cache
def _hand_over(request: MemberRequest, link: PortalLink, token: Secret) -> HttpResponse:
    """The one page that ever shows the link's address."""
    address = portal.address_of(token)
    subject = f"Reconnect {link.note}" if link.reconnects_id else f"Connect your accounts with {link.organization.name}"
    facts = {
        "link_url": address,
        "mail_url": f"mailto:?subject={quote(subject)}&body={quote(address)}",
        "reconnects": link.reconnects,
        "label": registry.label(link.platforms[0]) if link.reconnects_id else "",
        "expires_at": link.expires_at,
        "zone": link.workspace.timezone,
        "back_url": reverse("dashboard:account", args=[link.reconnects_id])
        if link.reconnects_id
        else reverse("social_accounts:portal_links"),
    }
    return TemplateResponse(request, "social_accounts/portal_link.html", facts)


def _row(link: PortalLink) -> LinkRow:
    return LinkRow(
        note=link.note,
        platforms=link.platforms,
        connected=link.connected,
        max_accounts=link.max_accounts,
        reconnects=f"@{link.reconnects.handle}" if link.reconnects else "",
        made_by=str(link.made_by or ""),
        expires_at=link.expires_at,
        last_used_at=link.last_used_at,
        revoke_url=reverse("social_accounts:portal_link_revoke", args=[link.pk]),
    )


def _workspace(request: MemberRequest) -> Workspace:
    if request.member.workspace is None:
        raise PermissionDenied("No workspace of this organization is open to you at the moment.")
    return request.member.workspace
