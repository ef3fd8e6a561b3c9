"""How long approvals take at each client and step, and who has how many before them."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.approvals.figures import SPAN, WHOLE, loads, paces
from apps.core import clock
from apps.tenants.access import MemberRequest, page

SPANS: Final = (30, SPAN.days, 365)


@require_safe
@page("approval.view")
def figures(request: MemberRequest) -> HttpResponse:
    """Of the last 90 days, or as many as `?days=` says; of every client that the reader may see."""
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, SPANS) else SPAN.days
    now = clock.now()
    since, places = now - timedelta(days=days), request.member.workspaces
    found = paces(since=since, workspaces=places)
    url = reverse("approvals:figures")
    context = {
        "days": days,
        "spans": [(span, f"{url}?days={span}", span == days) for span in SPANS],
        "clients": [(name, list(own)) for name, own in groupby(found, key=lambda pace: pace.client)],
        "whole": WHOLE,
        "loads": loads(now=now, since=since, workspaces=places),
    }
    return render(request, "approvals/figures.html", context)
