"""Schedules of reports: who gets which, and when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.reports import selectors, services
from apps.reports.errors import Malformed
from apps.reports.forms import ScheduleForm
from apps.reports.models import Schedule
from apps.tenants.access import MemberRequest, page


@require_safe
@page("report.view")
def index(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace
    facts = {
        "schedules": selectors.schedules_of(workspace.pk),
        "has_templates": bool(selectors.templates_of(workspace.pk)),
        "may_edit": request.member.may("report.edit"),
        "zone": workspace.timezone,
    }
    return TemplateResponse(request, "reports/schedules.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("report.edit")
def new(request: MemberRequest) -> HttpResponse:
    form = ScheduleForm(request.POST) if request.method == "POST" else ScheduleForm()
    workspace: Any = request.member.workspace
    form.fields["template"].queryset = form.fields["template"].queryset.filter(workspace=workspace)  # type: ignore[attr-defined]
    if form.is_valid() and _tried(form, lambda: services.add_schedule(actor=request.member.actor, **form.values())):
        messages.success(request, "The schedule is on.")
        return redirect("reports:schedules")
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@page("report.edit")
def schedule(request: MemberRequest, report_schedule_id: UUID) -> HttpResponse:
    found = _mine(request, report_schedule_id)
    form = ScheduleForm(request.POST, schedule=found) if request.method == "POST" else ScheduleForm.of(found)

    def change() -> None:
        services.change_schedule(schedule=found, actor=request.member.actor, **form.values())

    if form.is_valid() and _tried(form, change):
        messages.success(request, "The schedule is saved.")
        return redirect("reports:schedules")
    return _form(request, form, found)


@require_POST
@page("report.edit")
def pause(request: MemberRequest, report_schedule_id: UUID) -> HttpResponse:
    found = _mine(request, report_schedule_id)
    services.pause_schedule(schedule=found, is_paused=request.POST.get("do") != "resume", actor=request.member.actor)
    return redirect("reports:schedules")


@require_POST
@page("report.edit")
def remove(request: MemberRequest, report_schedule_id: UUID) -> HttpResponse:
    services.remove_schedule(schedule=_mine(request, report_schedule_id), actor=request.member.actor)
    messages.success(request, "The schedule is removed. Reports that came of it stay.")
    return redirect("reports:schedules")


def _tried(form: ScheduleForm, save: Any) -> bool:
    try:
        save()
    except Malformed as flaw:
        form.refuse(flaw)
        return False
    return True


def _form(request: MemberRequest, form: ScheduleForm, found: Schedule | None) -> HttpResponse:
    workspace: Any = request.member.workspace
    facts = {
        "form": form,
        "heading": f"{found.get_cadence_display()}: {found.template}" if found else "New schedule",
        "action_url": request.path,
        "back_url": reverse("reports:schedules"),
        "remove_url": reverse("reports:schedule_remove", args=[found.pk]) if found else "",
        "zone": workspace.timezone,
    }
    return TemplateResponse(request, "reports/schedule.html", facts, status=422 if form.errors else 200)


def _mine(request: MemberRequest, schedule_id: UUID) -> Schedule:
    rows = Schedule.objects.select_related("template", "workspace")
    found: Schedule = get_object_or_404(rows, pk=schedule_id)
    request.member.require("report.edit", found.workspace_id)
    return found
