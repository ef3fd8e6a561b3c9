"""The signed record of what was approved, to be kept: of one request, or of a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from apps.approvals.errors import ApprovalRefused
from apps.approvals.models import Request
from apps.approvals.records import Record, gathered, printed
from apps.approvals.states import RequestState
from apps.core.calendar import Month
from apps.tenants.access import MemberRequest, page

PDF: Final = "application/pdf"


@require_safe
@page("approval.view", transaction=False)
def of_request(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Of one version, if it was approved; also when another version has taken its place since."""

    def wanted() -> QuerySet[Request]:
        found = get_object_or_404(Request.objects, pk=request_id)
        request.member.require("approval.view", found.workspace_id)
        rows: QuerySet[Request] = Request.objects.filter(pk=found.pk)
        return rows

    return _answer(request, wanted, reverse("approvals:review", args=[request_id]))


@require_safe
@page("approval.view", transaction=False)
def of_month(request: MemberRequest, period: Month) -> HttpResponse:
    """Of all that is approved for a month of the client at hand, in its zone."""
    place = request.member.workspace
    assert place is not None, "page() lets nobody in without one"  # noqa: S101
    first, after = (datetime.combine(month.first, time.min, ZoneInfo(place.timezone)) for month in (period, period + 1))

    def wanted() -> QuerySet[Request]:
        rows: QuerySet[Request] = Request.objects.filter(workspace=place, state=RequestState.APPROVED)
        return rows.filter(due_at__gte=first, due_at__lt=after, post__deleted_at=None)

    return _answer(request, wanted, reverse("approvals:index"))


def _answer(request: MemberRequest, wanted: Callable[[], QuerySet[Request]], back: str) -> HttpResponse:
    """The document; where there is none, back to the page with the reason."""
    try:
        with request.member.scope():
            record = gathered(wanted())
        return as_file(record, printed(record))
    except ApprovalRefused as error:
        messages.error(request, error.words)
    return redirect(back)


def as_file(record: Record, pdf: bytes) -> HttpResponse:
    name = slugify(f"approved {record.client} {record.made_at:%Y-%m-%d}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type=PDF, headers=headers)
