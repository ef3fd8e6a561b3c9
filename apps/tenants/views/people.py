"""A person's own pages: their profile, and the invitation that a mail has brought them to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.core import tenancy
from apps.tenants import selectors, services
from apps.tenants.access import (
    ORGANIZATION_KEY,
    WORKSPACE_KEY,
    MemberRequest,
    actor_of,
    address_of,
    page,
    public,
    signed_in,
)
from apps.tenants.errors import InvitationClosed, Refused
from apps.tenants.forms import JoinForm, ProfileForm
from apps.tenants.models import Invitation, Membership, Workspace
from apps.tenants.permissions import Role


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.enter")
def profile(request: MemberRequest) -> HttpResponse:
    user = request.member.user
    form = ProfileForm(request.POST or None, initial={"name": user.name})
    if form.is_valid():
        user.name = form.cleaned_data["name"]
        user.save(update_fields=["name"])
        messages.success(request, "Your profile was saved.")
        return redirect("tenants:profile")
    facts = {
        "form": form, "action_url": reverse("tenants:profile"), "email": user.email, "sessions_note": "",
        "email_url": reverse("account_email"), "password_url": reverse("account_change_password"),
        "mfa_url": reverse("mfa_index"), "has_mfa": selectors.has_second_factor(user),
        "leave_url": reverse("tenants:leave"), "organization_name": request.member.organization.name,
    }  # fmt: skip
    return TemplateResponse(request, "tenants/profile.html", facts, status=422 if form.errors else 200)


@never_cache
@require_safe
@public
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of an invitation shows: who invites whom, and the way in."""
    try:
        found = services.find(token)
    except InvitationClosed as closed:
        return render(request, "tenants/invitation.html", {"problem": str(closed)}, status=410)
    return render(request, "tenants/invitation.html", _facts(request, found, token))


@never_cache
@require_POST
@signed_in
def accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        membership = services.accept(token=token, user=request.user, actor=actor_of(request))  # type: ignore[arg-type]
    except Refused as refused:
        return render(request, "tenants/invitation.html", {"problem": str(refused)}, status=409)
    return _welcome(request, membership)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Make a sign-in and accept, in one step: the token has shown that the address is theirs."""
    try:
        found = services.find(token)
        if services.has_account(found.email) or request.user.is_authenticated:
            return redirect("tenants:invitation", token)
        form = JoinForm(request.POST or None, email=found.email)
        if form.is_valid():
            membership = services.join(
                token=token,
                address=address_of(request),
                request_id=getattr(request, "request_id", ""),
                **form.cleaned_data,
            )
            login(request, membership.user, backend="django.contrib.auth.backends.ModelBackend")
            return _welcome(request, membership)
    except Refused as refused:
        return render(request, "tenants/invitation.html", {"problem": str(refused)}, status=410)
    facts = {"form": form, "email": found.email, "organization_name": found.organization.name}
    return render(request, "tenants/join.html", facts, status=422 if form.errors else 200)


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[ORGANIZATION_KEY] = str(membership.organization_id)
    request.session.pop(WORKSPACE_KEY, None)
    return redirect(settings.LOGIN_REDIRECT_URL)


def _facts(request: HttpRequest, found: Invitation, token: str) -> dict[str, Any]:
    with tenancy.scope(organization_id=found.organization_id):
        names = {str(row.pk): row.name for row in Workspace.objects.all()}
    here = reverse("tenants:invitation", args=[token])
    signed_in_as = request.user.email if request.user.is_authenticated else ""
    return {
        "organization_name": found.organization.name,
        "invited_by": str(found.invited_by or ""),
        "email": found.email,
        "role": Role(found.role).label.lower(),
        "workspaces": selectors.invited_to(found, names).replace("All", "all", 1),
        "problem": "",
        "is_signed_in": request.user.is_authenticated,
        "signed_in_as": signed_in_as,
        "accept_url": reverse("tenants:invitation_accept", args=[token]),
        "sign_in_url": f"{reverse('account_login')}?next={here}",
        "sign_up_url": "" if services.has_account(found.email) else reverse("tenants:join", args=[token]),
    }
