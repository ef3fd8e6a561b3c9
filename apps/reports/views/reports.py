"""The reports of a workspace, as members see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import clock
from apps.core.calendar import cell_of
from apps.media import services as media
from apps.reports import drawing, selectors, services, serving
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.forms import ReportForm, ShareForm
from apps.reports.freezing import freeze
from apps.reports.models import Report, ReportLink, ReportTemplate
from apps.reports.plan import PRESETS, Plan, plan_of, usual
from apps.reports.services import sharing
from apps.reports.states import UNFINISHED, FileKind, ReportState
from apps.social_accounts import languages
from apps.tenants.access import MemberRequest, page
from apps.tenants.services import branding_of

TONES = {ReportState.READY: "ok", ReportState.FAILED: "bad", ReportState.FORGOTTEN: "warn"}


@require_safe
@page("report.view")
def index(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace
    before = _uuid(request.GET.get("before", ""))
    rows, older = selectors.of_workspace(workspace.pk, before=before)
    is_waiting = any(row.state in UNFINISHED for row in rows)
    facts = {
        "reports": [{"row": row, "tone": TONES.get(ReportState(row.state), "info")} for row in rows],
        "is_waiting": is_waiting,
        "progress_url": request.get_full_path() if is_waiting else "",
        "zone": workspace.timezone,
        "may_edit": request.member.may("report.edit"),
        "newer_url": reverse("reports:index") if before else "",
        "older_url": f"{reverse('reports:index')}?before={older}" if older else "",
    }
    template = "reports/_list.html" if request.headers.get("HX-Request") else "reports/index.html"
    return TemplateResponse(request, template, facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("report.edit")
def new(request: MemberRequest) -> HttpResponse:
    """Choose the days and the sections; look at it, or have it made."""
    workspace: Any = request.member.workspace
    today = cell_of(clock.now(), workspace.timezone)
    if request.method != "POST":
        begun = {**ReportForm.days_before(today), **ReportForm.initial_of(_begin_with(request))}
        return _form(request, ReportForm(initial=begun))
    if asked := request.POST.get("move"):
        return _form(request, moved(ReportForm, request, asked))
    form = ReportForm(request.POST)
    plan = form.plan() if form.is_valid() else None
    if plan is None:
        return _form(request, form, status=422)
    if request.POST.get("do") == "preview":
        return _preview(request, workspace, plan, form)
    template = _template(request)
    try:
        made = services.ask(
            workspace=workspace, plan=plan, period=form.period(), actor=request.member.actor, template=template
        )
    except Malformed as flaw:
        form.refuse(flaw)
        return _form(request, form, status=422)
    except ReportRefused as refused:
        form.add_error(None, refused.words)
        return _form(request, form, status=422)
    messages.success(request, "The report is being made. It takes a few seconds.")
    return redirect("reports:report", made.pk)


@require_safe
@page("report.view")
def report(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """What became of it, and who can see it."""
    return _report(request, _found(report_id), ShareForm())


@require_safe
@page("report.view")
def view(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The report itself, as the client sees it."""
    found: Report = get_object_or_404(Report.objects.select_related("workspace"), pk=report_id, state=ReportState.READY)
    here = [found.pk]
    brand_url = reverse("reports:brand_sheet", args=here) if found.data["colour"] else ""
    back_url = reverse("reports:report", args=here)
    return whole(request, found.data, found.pictures, back_url=back_url, brand_url=brand_url)


@require_safe
@page("report.view")
def brand_sheet(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """The agency's colour, as it was when the report was frozen."""
    rows = Report.objects.filter(pk=report_id, state=ReportState.READY)
    colours = list(rows.values_list("data__colour", flat=True))
    if not colours:
        raise Http404("There is no such report")
    return serving.sheet_of(str(colours[0] or ""))


@require_safe
@page("report.view")
def brand_sheet_now(request: MemberRequest) -> HttpResponse:
    """The agency's colour as it is, for a preview."""
    return serving.sheet_of(branding_of(request.member.organization.pk).colour)


@require_safe
@page("report.view")
def file(request: MemberRequest, report_id: UUID, file_kind: str) -> HttpResponseBase:
    found = _found(report_id)
    return serving.answer(found, serving.file_of(found, file_kind))


@never_cache
@require_POST
@page("report.view")
def share(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """A link; the page that answers is the only one that ever shows its address."""
    found = _mine(request, report_id)
    form = ShareForm(request.POST)
    if not form.is_valid():
        return _report(request, found, form, status=422)
    said = form.cleaned_data
    until = clock.now() + timedelta(days=said["days"])
    try:
        link, token = services.share(
            report=found, expires_at=until, actor=request.member.actor, passcode=said["passcode"], note=said["note"]
        )
    except Malformed as flaw:
        form.refuse(flaw)
        return _report(request, found, form, status=422)
    except ReportRefused as refused:
        form.add_error(None, refused.words)
        return _report(request, found, form, status=422)
    address = sharing.address_of(token)
    facts = {
        "link_url": address, "mail_url": f"mailto:?subject={quote(found.name)}&body={quote(address)}",
        "has_passcode": bool(link.passcode_hash), "expires_at": link.expires_at, "zone": found.workspace.timezone,
        "back_url": reverse("reports:report", args=[found.pk]),
    }  # fmt: skip
    return TemplateResponse(request, "reports/link.html", facts)


@require_POST
@page("report.view")
def revoke(request: MemberRequest, report_link_id: UUID) -> HttpResponse:
    link = get_object_or_404(ReportLink.objects.select_related("report"), pk=report_link_id)
    request.member.require("report.edit", link.workspace_id)
    services.revoke(link=link, actor=request.member.actor)
    messages.success(request, "The link is withdrawn.")
    return redirect("reports:report", link.report_id)


@require_POST
@page("report.view")
def retry(request: MemberRequest, report_id: UUID) -> HttpResponse:
    found = _mine(request, report_id)
    try:
        services.retry(report=found, actor=request.member.actor)
    except ReportRefused as refused:
        messages.error(request, refused.words)
    return redirect("reports:report", found.pk)


@require_POST
@page("report.view")
def delete(request: MemberRequest, report_id: UUID) -> HttpResponse:
    services.delete(report=_mine(request, report_id), actor=request.member.actor)
    messages.success(request, "The report is deleted. Its links lead nowhere now.")
    return redirect("reports:index")


# --- pieces -----------------------------------------------------------------------------------------------------------


def whole(request: Any, data: Any, pictures: Any, *, back_url: str = "", **more: Any) -> HttpResponse:
    """The page of a report, in its own language."""
    face, language = drawing.shown(data, pictures)
    facts = {
        "face": face, "tag": languages.tag(language), "back_url": back_url, "brand_url": "", "files": {},
        "is_preview": False, **more,
    }  # fmt: skip
    with translation.override(language):
        shown = render(request, "reports/shared.html", facts)
    shown["Content-Language"] = language
    return shown


def moved(kind: type[Any], request: MemberRequest, asked: str) -> Any:
    """The form as it was sent, with a section in another place; nothing is refused yet."""
    sent = request.POST.copy()
    sent["order"] = kind(request.POST).moved(asked)
    form = kind(sent)
    form.full_clean()
    form.errors.clear()
    return form


def _preview(request: MemberRequest, workspace: Any, plan: Plan, form: ReportForm) -> HttpResponse:
    period = form.period()
    try:
        services.require_days(period, workspace)
    except Malformed as flaw:
        form.refuse(flaw)
        return _form(request, form, status=422)
    found = freeze(workspace=workspace, plan=plan, period=period, as_of=clock.now())
    # Not carried along, as a report does: members may see the library, and a preview is gone in a minute.
    pictures = {name: media.thumbnail_url(asset) for name, asset in found.assets.items()}
    if found.logo:
        pictures["logo"] = drawing.data_address(found.logo, "image/png")
    brand_url = reverse("reports:brand_sheet_now") if found.data["colour"] else ""
    return whole(request, found.data, pictures, is_preview=True, brand_url=brand_url)


def _form(request: MemberRequest, form: ReportForm, *, status: int = 200) -> HttpResponse:
    workspace: Any = request.member.workspace
    facts = {
        "form": form,
        "heading": "New report",
        "action_url": request.get_full_path(),
        "back_url": reverse("reports:index"),
        "starts": _starts(workspace.pk),
        "may_preview": True,
        "save": "Make report",
        "remove_url": "",
        "zone": workspace.timezone,
    }
    return TemplateResponse(request, "reports/form.html", facts, status=status)


def _starts(workspace_id: UUID) -> list[tuple[str, str]]:
    """What a new report can begin with."""
    here = reverse("reports:new")
    own = [(row.name, f"{here}?template={row.pk}") for row in selectors.templates_of(workspace_id)]
    return [*own, *((words, f"{here}?preset={name}") for name, (words, _) in PRESETS.items())]


def _begin_with(request: MemberRequest) -> Plan:
    if (template := _template(request)) is not None:
        return plan_of(template.plan)
    preset = PRESETS.get(request.GET.get("preset", ""))
    return preset[1]() if preset else usual()


def _template(request: MemberRequest) -> ReportTemplate | None:
    named = _uuid(request.GET.get("template", ""))
    workspace: Any = request.member.workspace
    found: ReportTemplate | None = (
        ReportTemplate.objects.filter(pk=named, workspace=workspace).first() if named else None
    )
    return found


def _report(request: MemberRequest, found: Report, form: ShareForm, *, status: int = 200) -> HttpResponse:
    is_ready = found.state == ReportState.READY
    files = selectors.files_of(found.pk)
    facts = {
        "report": found,
        "tone": TONES.get(ReportState(found.state), "info"),
        "is_waiting": found.state in UNFINISHED,
        "is_ready": is_ready,
        "files": [
            (FileKind(kind).label, reverse("reports:file", args=[found.pk, kind]), files[kind].size)
            for kind in FileKind.values
            if kind in files
        ],
        "view_url": reverse("reports:view", args=[found.pk]) if is_ready else "",
        "links": sharing.open_links(found.pk),
        "mails": selectors.mails_of(found.pk),
        "form": form,
        "may_edit": request.member.may_in(found.workspace_id, "report.edit"),
        "zone": found.workspace.timezone,
    }
    template = "reports/_state.html" if request.headers.get("HX-Request") else "reports/report.html"
    return TemplateResponse(request, template, facts, status=status)


def _found(report_id: UUID) -> Report:
    found: Report | None = selectors.reports().filter(pk=report_id).first()
    if found is None:
        raise Http404("There is no such report")
    return found


def _mine(request: MemberRequest, report_id: UUID) -> Report:
    found = _found(report_id)
    request.member.require("report.edit", found.workspace_id)
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
