"""The organization itself: make the first one, change it, switch between several."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.tenants import services
from apps.tenants.access import ORGANIZATION_KEY, WORKSPACE_KEY, MemberRequest, actor_of, page, signed_in
from apps.tenants.errors import Refused
from apps.tenants.forms import OrganizationForm
from apps.tenants.members import Member, member_of


@require_safe
@page("organization.enter")
def index(request: MemberRequest) -> HttpResponse:
    """The first of the settings pages that this member may open."""
    return redirect("tenants:organization" if request.member.may("organization.edit") else "tenants:workspaces")


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.edit")
def organization(request: MemberRequest) -> HttpResponse:
    own = request.member.organization
    form = OrganizationForm(request.POST) if request.method == "POST" else OrganizationForm.of(own)
    if form.is_valid():
        services.update_organization(organization=own, actor=request.member.actor, **form.cleaned_data)
        messages.success(request, "The organization was saved.")
        return redirect("tenants:organization")
    facts = {
        "form": form, "heading": "Organization", "lede": "Your agency, as all of its workspaces share it.",
        "submit_label": "Save", "back_url": "", "archive_url": "", "action_url": reverse("tenants:organization"),
        "windows_url": "", "stop_url": reverse("stops:organization") if request.member.may("organization.stop") else "",
    }  # fmt: skip
    return TemplateResponse(request, "tenants/organization.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def create(request: HttpRequest) -> HttpResponse:
    """Open an organization: the first page of a person who has none."""
    if not (settings.SIGNUP_OPEN or request.user.is_staff):
        return redirect("tenants:switch")
    form = OrganizationForm(request.POST) if request.method == "POST" else OrganizationForm.blank()
    if form.is_valid():
        made = services.create_organization(owner=request.user, actor=actor_of(request), **form.cleaned_data)  # type: ignore[arg-type]
        request.session[ORGANIZATION_KEY] = str(made.pk)
        request.session.pop(WORKSPACE_KEY, None)
        return redirect("tenants:workspace_create")
    return render(request, "tenants/create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def switch(request: HttpRequest) -> HttpResponse:
    """Choose an organization or a workspace; what one may not see is treated like what is not there."""
    if request.method == "POST":
        _choose(request)
        return redirect(settings.LOGIN_REDIRECT_URL)
    member = member_of(request.user, None)  # type: ignore[arg-type]
    facts = {
        "organizations": _places(request, member) if member else [],
        "switch_url": reverse("tenants:switch"),
        "sign_out_url": reverse("account_logout"),
    }
    return render(request, "tenants/switch.html", facts)


@require_POST
@page("organization.enter")
def leave(request: MemberRequest) -> HttpResponse:
    try:
        services.remove_member(membership=request.member.membership, by=request.member)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("tenants:profile")
    request.session.pop(ORGANIZATION_KEY, None)
    request.session.pop(WORKSPACE_KEY, None)
    messages.success(request, f"You have left {request.member.organization}.")
    return redirect(settings.LOGIN_REDIRECT_URL)


def _choose(request: HttpRequest) -> None:
    session = request.session
    wanted = request.POST.get("organization") or session.get(ORGANIZATION_KEY)
    member = member_of(request.user, wanted, workspace_id=request.POST.get("workspace"))  # type: ignore[arg-type]
    if member is None:
        return
    session[ORGANIZATION_KEY] = str(member.organization.pk)
    session[WORKSPACE_KEY] = str(member.workspace.pk) if member.workspace else None


def _places(request: HttpRequest, member: Member) -> list[dict[str, str]]:
    seats = [member_of(request.user, known.pk) for known in member.organizations]  # type: ignore[arg-type]
    return [_place(seat) for seat in seats if seat]


def _place(seat: Member) -> dict[str, str]:
    count = len(seat.workspaces)
    role = f", {seat.role.label.lower()}" if seat.role else ""
    note = f"{count} workspace{'' if count == 1 else 's'}{role}"
    return {"id": str(seat.organization.pk), "name": seat.organization.name, "note": note}
