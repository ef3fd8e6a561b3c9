"""The analytics of a workspace, answered from stored rows: the page calls no platform."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.analytics.boards.choosing import EVERYTHING, Choice
from apps.analytics.overview import Overview, overview
from apps.analytics.views.boards import parts
from apps.analytics.views.boards.asked import Asked, asked_of
from apps.analytics.views.boards.filters import filters_of
from apps.analytics.views.boards.tabs import tabs_of
from apps.platforms import registry
from apps.tenants.access import MemberRequest, page
from apps.tenants.members import Member
from apps.tenants.models import Workspace


@require_safe
@page("analytics.view")
def of_workspace(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    here = reverse("analytics:overview")
    return _board(request, workspace, here, tabs_of)


@require_safe
@page("analytics.view")
def of_client(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    """The board of any workspace that the member may see, for whoever comes from that of all clients."""
    workspace: Workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    request.member.require("analytics.view", workspace.pk)
    return _board(request, workspace, reverse("analytics:client", args=[workspace.pk]), None)


def _board(request: MemberRequest, workspace: Workspace, here: str, tabs: Any) -> HttpResponse:
    asked = asked_of(request.GET, here=here, zone=workspace.timezone)
    found = overview(workspace, first=asked.first, last=asked.last, choice=asked.choice)
    context = {
        **board(asked, found),
        "tabs": tabs(request.member, "overview", asked) if tabs else [],
        "client_name": "" if tabs else workspace.name,
        "all_url": _all_clients(request.member, asked),
        "filters": filters_of(workspace, asked),
        "accounts_url": reverse("dashboard:accounts"),
    }
    return render(request, "analytics/overview.html", context)


def _all_clients(member: Member, asked: Asked) -> str:
    """The board of all clients, with the same days; "" for whoever looks after some alone."""
    if not member.may("organization.view"):
        return ""
    return asked.address(here=reverse("agency:analytics"), trend="", sort="", choice=EVERYTHING)


def board(asked: Asked, found: Overview, *, of: Choice = EVERYTHING) -> dict[str, Any]:
    """What every board of a span shows. `of` is what the board is about, beside what its address chooses."""
    alone = asked.choice.is_of_posts or of.is_of_posts
    networks = set(found.platform_of.values())
    return {
        "asked": asked,
        "zone": asked.zone,
        "spans": asked.spans(),
        "tiles": parts.tiles_of(found, of_posts_alone=alone),
        "of_posts_alone": alone,
        **parts.trend_of(asked, found, of_posts_alone=alone),
        **parts.posts_of(found),
        "networks": parts.networks_of(found),
        "apart": [registry.label(platform) for platform in sorted(found.apart & networks)],
        "heat": parts.heat_of_times(found.times),
        "times": found.times,
        "until": max(found.until.values(), default=None),
        "behind": parts.behind_of(found),
        "meanings": parts.meanings_of(sorted(networks)),
        "has_accounts": bool(found.accounts),
        "has_figures": bool(found.days or found.posts),
    }


def overview_of(workspace: Workspace, asked: Asked, of: Choice) -> Overview:
    """The rows of a board that is about `of`, narrowed further by what its address chooses."""
    chosen = asked.choice
    both = Choice(
        of.accounts or chosen.accounts, of.networks or chosen.networks,
        of.labels or chosen.labels, of.campaigns or chosen.campaigns,
    )  # fmt: skip
    return overview(workspace, first=asked.first, last=asked.last, choice=both)
