"""The doors that platforms knock at for a person who leaves, the page where that person sees what became of it, and the
page where an owner fetches everything of theirs."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from apps.audit import services as audit
from apps.compliance import services
from apps.compliance.errors import NotConfirmed
from apps.compliance.models import Erasure, Export
from apps.compliance.selectors import erasures_of, exports_of, status_of
from apps.compliance.states import ExportState
from apps.media.serving import Stored, serve
from apps.platforms.inbound import Forged, Malformed, Notice, NoticeKind
from apps.social_accounts.models import Sender
from apps.tenants.access import MemberRequest, page, public
from apps.webhooks import services as webhooks
from apps.webhooks.errors import NotHeard
from apps.webhooks.views import incoming_of, is_too_large


@csrf_exempt  # A platform has no cookie of ours: it signs what it sends.
@public
@require_POST
def deauthorize(request: HttpRequest, platform: str, app_id: UUID | None = None) -> HttpResponse:
    """A person took our app away, or with `app_id` an organization's own: stored like every notice, and handled at once
    after the answer."""
    if is_too_large(request):
        return _said(413)
    try:
        webhooks.receive(platform=platform, incoming=replace(incoming_of(request), query={}), app_id=app_id)
    except NotHeard:
        return _said(404)
    except Forged:
        return _said(401)
    return _said(200)


@csrf_exempt
@public
@require_POST
def deletion(request: HttpRequest, platform: str, app_id: UUID | None = None) -> HttpResponse:
    """A person asked to be forgotten, with `app_id` by one organization: answered with a code, and with the page that
    says what became of it."""
    if is_too_large(request):
        return _said(413)
    incoming = replace(incoming_of(request), query={"about": "deletion"})  # as Meta's adapters tell the two apart
    try:
        heard = webhooks.read(platform=platform, incoming=incoming, app_id=app_id)
    except NotHeard:
        return _said(404)
    except Forged:
        return _said(401)
    except Malformed:
        return _said(400)
    wishes = [notice for notice in heard.notices if notice.kind is NoticeKind.DATA_DELETION]
    return _receipt(platform, wishes[0], heard.sender) if wishes else _said(400)


@public
@require_GET
@never_cache
def deletion_status(request: HttpRequest, code: str) -> HttpResponse:
    status = status_of(code)
    if status is None:
        raise Http404
    return render(request, "compliance/deletion.html", {"status": status})


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.export")
def exports(request: MemberRequest) -> HttpResponse:
    """Files with everything of the organization or a workspace: ask for one, and fetch those that are ready."""
    member = request.member
    if request.method == "POST":
        chosen = next((one for one in member.workspaces if str(one.pk) == request.POST.get("workspace")), None)
        services.request_export(member=member, workspace_id=chosen.pk if chosen else None)
        messages.success(request, "The file is being made. It appears here within minutes.")
        return redirect("compliance:exports")
    facts = {
        "exports": exports_of(member.organization), "workspaces": member.workspaces, "days": settings.EXPORT_KEPT.days,
        "zone": member.organization.timezone, "erasures": erasures_of(member.organization),
        "grace_days": settings.ERASURE_GRACE.days, "may_erase": member.may("organization.erase"),
    }  # fmt: skip
    return TemplateResponse(request, "compliance/exports.html", facts)


@require_safe
@page("organization.export")
def export_file(request: MemberRequest, export_id: UUID) -> HttpResponseBase:
    export = get_object_or_404(Export.objects.all(), pk=export_id)
    if export.state != ExportState.READY:
        raise Http404
    name = f"postroom-{export.created_at:%Y-%m-%d}-{str(export.pk)[-6:]}.zip"
    stored = Stored(export.stored_name, "application/zip", export.size, export.sha256, name)
    response = serve(request, stored, cache="private, no-store")
    audit.record("export.fetched", subject=export, actor=request.member.actor)
    return response


@require_POST
@page("organization.erase")
def erase(request: MemberRequest) -> HttpResponse:
    """Ask that the organization or a workspace be erased, with its name typed."""
    chosen = next((one for one in request.member.workspaces if str(one.pk) == request.POST.get("workspace")), None)
    typed = request.POST.get("typed", "")
    try:
        services.request_erasure(member=request.member, workspace_id=chosen.pk if chosen else None, typed=typed)
    except NotConfirmed as error:
        messages.error(request, error.words)
    return redirect("compliance:exports")


@require_POST
@page("organization.erase")
def undo_erasure(request: MemberRequest, erasure_id: UUID) -> HttpResponse:
    get_object_or_404(Erasure, pk=erasure_id, of_organization=request.member.organization.pk)
    if services.undo_erasure(member=request.member, erasure_id=erasure_id):
        messages.success(request, "It was taken back: nothing is erased.")
    else:
        messages.error(request, "It is too late: this has been carried out, or taken back already.")
    return redirect("compliance:exports")


@public
@require_GET
@never_cache
def erasure_certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What was erased and when, for whoever was given the code: nobody can sign in to what is gone."""
    erasure = get_object_or_404(Erasure, code=code.upper())
    counts = sorted((name, count) for name, count in erasure.removed.items() if count)
    return render(request, "compliance/certificate.html", {"erasure": erasure, "counts": counts})


def _receipt(platform: str, wish: Notice, sender: Sender | None) -> HttpResponse:
    made = services.open_request(platform=platform, identity=wish.remote_user_id, key=wish.dedupe_key, sender=sender)
    page = f"{settings.PUBLIC_URL}{reverse('compliance:deletion_status', args=[made.code])}"
    return JsonResponse({"url": page, "confirmation_code": made.code})


def _said(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
