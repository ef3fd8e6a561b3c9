"""The figures of a workspace as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.analytics.exporting import BATCHES, DAYS, TYPES, Span, download
from apps.analytics.selectors import span_of
from apps.tenants.access import MemberRequest, page

MOST_DAYS = 400


@require_safe
@page("analytics.view")
def export(request: MemberRequest) -> HttpResponseBase:
    """What the page's button names; an address that was made up is not there."""
    what, form = request.GET.get("what", DAYS), request.GET.get("format", "csv")
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("from", "to"))
    except ValueError:
        raise Http404 from None
    is_sane = 2000 <= first.year <= 2200 and 2000 <= last.year <= 2200 and 1 <= span_of(first, last) <= MOST_DAYS
    if what not in BATCHES or form not in TYPES or not is_sane:
        raise Http404
    workspace: Any = request.member.workspace  # which the door has seen to
    return download(Span.of(workspace, first, last), what=what, form=form)
