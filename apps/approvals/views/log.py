"""The auditor's view: every decision of the organization, whether its line still holds, and the log as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from apps.approvals.log.exporting import FORMS, as_file
from apps.approvals.log.lines import Wanted, decisions, every_line, lines
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

PAGE: Final = 50


class LogForm(forms.Form):
    workspace = forms.ChoiceField(label=_("Client"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: Sequence[Workspace], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["workspace"]
        field.choices = [("", _("All clients")), *((str(place.pk), place.name) for place in places)]

    def wanted(self, zone: str) -> Wanted:
        said = self.cleaned_data if self.is_valid() else {}
        since, until = said.get("since"), said.get("until")
        return Wanted(
            workspace_id=UUID(said["workspace"]) if said.get("workspace") else None,
            since=_midnight(since, zone) if since else None,
            until=_midnight(until + timedelta(days=1), zone) if until else None,
        )


@require_safe
@page("audit.view")
def log(request: MemberRequest) -> HttpResponse:
    """The newest first, fifty at a time."""
    own = request.member.organization
    form = _form(request)
    rows = decisions(form.wanted(own.timezone)).order_by("-pk")
    before = form.cleaned_data.get("before") if form.is_bound and form.is_valid() else None
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    asked = {name: value for name, value in request.GET.items() if value and name in ("workspace", "since", "until")}
    context = {
        "rows": lines(found[:PAGE]),
        "form": form,
        "is_narrowed": bool(asked),
        "zone": own.timezone,
        "list_url": reverse("approvals:log"),
        "newest_url": f"?{urlencode(asked)}" if before else "",
        "older_url": f"?{urlencode({**asked, 'before': found[PAGE - 1].pk})}" if len(found) > PAGE else "",
        "files": [(name.upper(), f"{reverse('approvals:log_file', args=[name])}?{urlencode(asked)}") for name in FORMS],
    }
    return render(request, "approvals/log.html", context, status=422 if form.errors else 200)


@require_safe
@page("audit.view")
def log_file(request: MemberRequest, form: str) -> StreamingHttpResponse:
    """All of it, the oldest line first, as it is narrowed; sent while it is read."""
    if form not in FORMS:
        raise Http404
    wanted = _form(request).wanted(request.member.organization.timezone)
    return as_file(every_line(request.member.scope, wanted), form)


def _form(request: MemberRequest) -> LogForm:
    return LogForm(request.GET or None, places=list(Workspace.objects.order_by("name")))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))
