"""Campaigns and labels: all of them side by side, and the board of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.analytics.boards.choosing import Choice
from apps.analytics.boards.sorts import SortRow, sorts_of
from apps.analytics.overview import overview
from apps.analytics.views.boards import parts
from apps.analytics.views.boards.asked import DAY, MOST_DAYS, Chip, asked_of
from apps.analytics.views.boards.filters import filters_of
from apps.analytics.views.boards.tabs import tabs_of
from apps.analytics.views.overview import board, overview_of
from apps.analytics.wording import number, percent
from apps.posts.models import Campaign, Label
from apps.tenants.access import MemberRequest, page

CAMPAIGN, LABEL = "campaign", "label"
NAMES: Final = {CAMPAIGN: "analytics:campaign", LABEL: "analytics:label"}


@dataclass(frozen=True, slots=True)
class Line:
    url: str
    name: str
    colour: str
    posts: str
    views: str
    interactions: str
    known: str
    rate: str
    usual: str


@require_safe
@page("analytics.view")
def listed(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    asked = asked_of(request.GET, here=reverse("analytics:sorts"), zone=workspace.timezone)
    found = overview(workspace, first=asked.first, last=asked.last, choice=asked.choice, with_clicks=False)
    sorts = sorts_of(workspace, found)

    def line(kind: str, row: SortRow) -> Line:
        url = asked.address(here=reverse(NAMES[kind], args=[row.id]), choice=Choice())
        known = f"{row.known} of {row.publications}" if row.known < row.publications else ""
        return Line(
            url, row.name, row.colour, number(row.posts), number(row.views), number(row.interactions), known,
            percent(row.rate), parts.times_words(row.ratio) or number(None),
        )  # fmt: skip

    context = {
        "asked": asked,
        "spans": asked.spans(),
        "tabs": tabs_of(request.member, "sorts", asked),
        "filters": filters_of(workspace, asked, without=frozenset({"label", "campaign"})),
        "zone": asked.zone,
        "until": max(found.until.values(), default=None),
        "behind": parts.behind_of(found),
        "campaigns": [line(CAMPAIGN, row) for row in sorts.campaigns],
        "labels": [line(LABEL, row) for row in sorts.labels],
        "apart": sorted(found.apart & set(found.platform_of.values())),
        "manage_url": reverse("posts:campaigns"),
    }
    return render(request, "analytics/sorts.html", context)


@require_safe
@page("analytics.view")
def of_campaign(request: MemberRequest, campaign_id: UUID) -> HttpResponse:
    campaign: Campaign = get_object_or_404(Campaign.objects.select_related("workspace"), pk=campaign_id)
    own = Choice(campaigns=frozenset([campaign.pk]))
    days = _days(campaign.starts_on, campaign.ends_on)
    return _board(request, campaign, own, kind=CAMPAIGN, goal=campaign.goal, own_days=days)


@require_safe
@page("analytics.view")
def of_label(request: MemberRequest, label_id: UUID) -> HttpResponse:
    label: Label = get_object_or_404(Label.objects.select_related("workspace"), pk=label_id)
    return _board(request, label, Choice(labels=frozenset([label.pk])), kind=LABEL)


def _board(
    request: MemberRequest, row: Any, own: Choice, *, kind: str, goal: str = "",
    own_days: tuple[date, date] | None = None,
) -> HttpResponse:  # fmt: skip
    request.member.require("analytics.view", row.workspace_id)
    asked = asked_of(request.GET, here=reverse(NAMES[kind], args=[row.pk]), zone=row.workspace.timezone)
    found = overview_of(row.workspace, asked, own)
    context = {
        **board(asked, found, of=own),
        "tabs": tabs_of(request.member, "sorts", asked),
        "filters": filters_of(row.workspace, asked, without=frozenset({kind})),
        "name": row.name,
        "colour": row.colour,
        "goal": goal,
        "list_url": asked.address(here=reverse("analytics:sorts"), trend="", choice=Choice()),
        "accounts_url": reverse("dashboard:accounts"),
    }
    if own_days and own_days[0] <= asked.yesterday:
        first, last = own_days[0], min(own_days[1], asked.yesterday)
        url = asked.address(span=[("from", first.isoformat()), ("to", last.isoformat())])
        is_on = (first, last) == (asked.first, asked.last)
        context["spans"] = [Chip(gettext("The whole campaign"), url, is_on), *asked.spans()]
    return render(request, "analytics/sort.html", context)


def _days(first: date | None, last: date | None) -> tuple[date, date] | None:
    """The days of a campaign that has both ends, as far as a board shows."""
    if first is None or last is None:
        return None
    return first, min(last, first + DAY * (MOST_DAYS - 1))
