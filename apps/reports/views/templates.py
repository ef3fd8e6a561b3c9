"""Templates of reports: what is made again and again."""

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
from apps.reports.forms import TemplateForm
from apps.reports.models import ReportTemplate
from apps.reports.plan import plan_of, usual
from apps.reports.views.reports import moved
from apps.tenants.access import MemberRequest, page


@require_safe
@page("report.view")
def index(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace
    rows = [(row, plan_of(row.plan)) for row in selectors.templates_of(workspace.pk)]
    facts = {"templates": rows, "may_edit": request.member.may("report.edit")}
    return TemplateResponse(request, "reports/templates.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("report.edit")
def new(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace
    if request.method != "POST":
        return _form(request, TemplateForm(initial=TemplateForm.initial_of(usual())))
    return _saved(request, lambda **said: services.add_template(workspace=workspace, **said))


@require_http_methods(["GET", "HEAD", "POST"])
@page("report.edit")
def template(request: MemberRequest, report_template_id: UUID) -> HttpResponse:
    found = _mine(request, report_template_id)
    if request.method != "POST":
        return _form(request, TemplateForm.of(found), found)
    return _saved(request, lambda **said: services.change_template(template=found, **said), found)


@require_POST
@page("report.edit")
def remove(request: MemberRequest, report_template_id: UUID) -> HttpResponse:
    services.remove_template(template=_mine(request, report_template_id), actor=request.member.actor)
    messages.success(request, "The template is removed, and its schedules with it. Its reports stay.")
    return redirect("reports:templates")


def _saved(request: MemberRequest, save: Any, found: ReportTemplate | None = None) -> HttpResponse:
    if asked := request.POST.get("move"):
        return _form(request, moved(TemplateForm, request, asked), found)
    form = TemplateForm(request.POST)
    plan = form.plan() if form.is_valid() else None
    if plan is None:
        return _form(request, form, found, status=422)
    try:
        save(name=form.cleaned_data["name"], plan=plan, actor=request.member.actor)
    except Malformed as flaw:
        form.refuse(flaw)
        return _form(request, form, found, status=422)
    messages.success(request, "The template is saved.")
    return redirect("reports:templates")


def _form(
    request: MemberRequest, form: TemplateForm, found: ReportTemplate | None = None, *, status: int = 200
) -> HttpResponse:
    workspace: Any = request.member.workspace
    facts = {
        "form": form,
        "heading": found.name if found else "New template",
        "action_url": request.path,
        "back_url": reverse("reports:templates"),
        "starts": [],
        "may_preview": False,
        "save": "Save template",
        "remove_url": reverse("reports:template_remove", args=[found.pk]) if found else "",
        "zone": workspace.timezone,
    }
    return TemplateResponse(request, "reports/form.html", facts, status=status)


def _mine(request: MemberRequest, template_id: UUID) -> ReportTemplate:
    found: ReportTemplate = get_object_or_404(ReportTemplate.objects.select_related("workspace"), pk=template_id)
    request.member.require("report.edit", found.workspace_id)
    return found
