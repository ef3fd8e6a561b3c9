"""When to post: the map of hours of a workspace, large, with the table beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.analytics.overview import overview
from apps.analytics.views.boards import parts
from apps.analytics.views.boards.asked import asked_of
from apps.analytics.views.boards.filters import filters_of
from apps.analytics.views.boards.tabs import tabs_of
from apps.tenants.access import MemberRequest, page


@require_safe
@page("analytics.view")
def of_workspace(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    asked = asked_of(request.GET, here=reverse("analytics:times"), zone=workspace.timezone)
    found = overview(workspace, first=asked.first, last=asked.last, choice=asked.choice, with_clicks=False)
    context = {
        "asked": asked,
        "spans": asked.spans(),
        "tabs": tabs_of(request.member, "times", asked),
        "filters": filters_of(workspace, asked),
        "zone": asked.zone,
        "until": max(found.until.values(), default=None),
        "behind": [],
        "heat": parts.heat_of_times(found.times),
        "times": found.times,
        "best": parts.best_hours(found.times),
    }
    return render(request, "analytics/times.html", context)
