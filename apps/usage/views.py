"""What was used, for those who answer for the organization."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.core.calendar import Month
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace
from apps.usage import selectors, services
from apps.usage.exporting import as_csv
from apps.usage.forms import OwnLimitForm
from apps.usage.meters import Meter


@require_safe
@page("usage.view")
def usage(request: MemberRequest) -> HttpResponse:
    own = request.member.organization
    months = [
        {"label": f"{month.first:%B %Y}", "url": reverse("usage:invoice", args=[month.year, month.month])}
        for month in selectors.months_used(own)
    ]
    found = selectors.usage_of(own)
    may_limit = request.member.may("organization.edit")
    rows = [
        {"use": one, "url": reverse("usage:own_limit", args=[one.id]) if may_limit else ""} for one in found.workspaces
    ]
    return TemplateResponse(request, "usage/usage.html", {"usage": found, "rows": rows, "months": months})


@require_safe
@page("usage.view")
def invoice(request: MemberRequest, year: int, month: int) -> HttpResponse:
    """A month by workspace and meter, for whoever writes invoices."""
    if not (2000 <= year < 3000 and 1 <= month <= 12):
        raise Http404
    wanted = Month(year, month)
    return as_csv(wanted, selectors.invoiced(wanted))


@require_POST
@page("organization.edit")
def own_limit(request: MemberRequest, workspace_id: object) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    form = OwnLimitForm(request.POST)
    if form.is_valid():
        monthly = form.cleaned_data["monthly"]
        services.set_own_limit(
            workspace=workspace, meter=Meter.PUBLICATIONS, monthly=monthly, actor=request.member.actor
        )
        messages.success(request, f"The limit of {workspace} was saved.")
    else:
        messages.error(request, "A limit is a whole number, or empty for none.")
    return redirect("usage:usage")
