"""Who is in the organization, and who is invited."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.tenants import selectors, services
from apps.tenants.access import MemberRequest, page
from apps.tenants.errors import Refused
from apps.tenants.forms import ROLE_NOTES, InvitationForm, RoleForm
from apps.tenants.models import Invitation, Membership

# The end of a day is the beginning of the next one; a moment before it is the day that was chosen.
_A_MOMENT: Final = timedelta(seconds=1)


@require_safe
@page("member.view")
def members(request: MemberRequest) -> HttpResponse:
    member = request.member
    may_invite = member.may("member.invite")
    people = [
        {**asdict(row), "url": reverse("tenants:member", args=[row.id]) if row.changeable else ""}
        for row in selectors.people(seen_by=member)
    ]
    invitations = [
        {**asdict(row), **_invitation_urls(row.id, may_invite and row.changeable)}
        for row in selectors.open_invitations(seen_by=member)
    ]
    facts = {
        "members": people, "invitations": invitations, "zone": member.organization.timezone,
        "invite_url": reverse("tenants:invite") if may_invite else "",
    }  # fmt: skip
    return TemplateResponse(request, "tenants/members.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("member.invite")
def invite(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, **_options(request))
    if form.is_valid():
        try:
            services.invite(email=form.cleaned_data["email"], by=request.member, **form.chosen())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"An invitation is on its way to {form.cleaned_data['email']}.")
            return redirect("tenants:members")
    facts = {
        "heading": "Invite a member", "lede": "They get an email with a link that works once, for seven days.",
        "submit_label": "Send invitation", "action_url": reverse("tenants:invite"), "remove_url": "",
    }  # fmt: skip
    return _form(request, form, facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("member.edit")
def member(request: MemberRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    form = RoleForm(request.POST or None, initial=_initial(request, membership), **_options(request))
    if form.is_valid():
        try:
            services.change_member(membership=membership, by=request.member, access_until=form.until(), **form.chosen())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"What {membership.user} may do was changed.")
            return redirect("tenants:members")
    may_remove = request.member.may("member.remove")
    facts = {
        "heading": str(membership.user), "lede": membership.user.email, "submit_label": "Save",
        "action_url": reverse("tenants:member", args=[membership.pk]), "member_name": str(membership.user),
        "remove_url": reverse("tenants:member_remove", args=[membership.pk]) if may_remove else "",
    }  # fmt: skip
    return _form(request, form, facts)


@require_POST
@page("member.remove")
def remove(request: MemberRequest, membership_id: UUID) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    try:
        services.remove_member(membership=membership, by=request.member)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{membership.user} is no longer a member.")
    return redirect("tenants:members")


@require_POST
@page("member.invite")
def send_again(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    invitation: Invitation = get_object_or_404(Invitation.objects, pk=invitation_id)
    try:
        services.send_again(invitation=invitation, by=request.member)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"A new link is on its way to {invitation.email}. The old one no longer works.")
    return redirect("tenants:members")


@require_POST
@page("member.invite")
def revoke(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    invitation: Invitation = get_object_or_404(Invitation.objects, pk=invitation_id)
    try:
        services.revoke(invitation=invitation, by=request.member)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The invitation of {invitation.email} was withdrawn.")
    return redirect("tenants:members")


def _invitation_urls(invitation_id: UUID, changeable: bool) -> dict[str, str]:
    names = {"resend_url": "tenants:invitation_send_again", "revoke_url": "tenants:invitation_revoke"}
    return {key: reverse(name, args=[invitation_id]) if changeable else "" for key, name in names.items()}


def _options(request: MemberRequest) -> dict[str, Any]:
    own = request.member
    zone = own.organization.timezone
    return {"workspaces": own.workspaces, "owners_too": own.may("owner.appoint"), "zone": zone}


def _initial(request: MemberRequest, membership: Membership) -> dict[str, Any]:
    access = selectors.access_of(membership)
    until = access.access_until
    zone = ZoneInfo(request.member.organization.timezone)
    return {
        "role": access.role.value,
        "workspaces": [str(workspace_id) for workspace_id in access.workspace_ids],
        "access_until": (until - _A_MOMENT).astimezone(zone).date() if until else None,
    }


def _form(request: MemberRequest, form: RoleForm, facts: dict[str, str]) -> HttpResponse:
    notes = [{"name": role.label, "text": text} for role, text in ROLE_NOTES.items()]
    context = {**facts, "form": form, "role_notes": notes, "back_url": reverse("tenants:members")}
    return TemplateResponse(request, "tenants/member_form.html", context, status=422 if form.errors else 200)
