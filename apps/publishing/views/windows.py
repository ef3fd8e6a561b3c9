"""The settings page of a workspace's publishing windows. Three plain forms; `action` says which was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.publishing import services
from apps.publishing.errors import DecisionIncomplete
from apps.publishing.forms import BlackoutForm, PaceForm, QuietHoursForm
from apps.publishing.windows import Blackout, Quiet, Windows, windows_of
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace

T = TypeVar("T", Blackout, Quiet)


@dataclass(slots=True)
class WindowForms:
    """The forms of the page; those that were not sent are as the settings are."""

    blackout: BlackoutForm = field(default_factory=lambda: BlackoutForm(prefix="blackout"))
    quiet: QuietHoursForm = field(default_factory=lambda: QuietHoursForm(prefix="quiet"))
    pace: PaceForm | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@page("post.view")
def windows(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    """Blackout dates, quiet hours, spacing and the most posts of a day, for one client."""
    workspace: Workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    request.member.require("workspace.edit", workspace.pk)
    if request.method != "POST":
        return _show(request, workspace, WindowForms())
    shown, changes, done = _asked(request, windows_of(workspace))
    if changes is None:
        return _show(request, workspace, shown, status=422)
    try:
        services.set_windows(workspace=workspace, actor=request.member.actor, **changes)
    except DecisionIncomplete as error:
        _refuse(shown, error)
        return _show(request, workspace, shown, status=422)
    messages.success(request, done)
    return redirect("windows:windows", workspace.pk)


def _asked(request: MemberRequest, now: Windows) -> tuple[WindowForms, dict[str, Any] | None, str]:
    """The forms as they were sent, and what is to change; None where the form that was sent is not whole."""
    verb, _, place = request.POST.get("action", "").partition(":")
    shown = WindowForms()
    if verb == "blackout-add":
        shown.blackout = BlackoutForm(request.POST, prefix="blackout")
        if shown.blackout.is_valid():
            return shown, {"blackouts": [*now.blackouts, shown.blackout.blackout()]}, "Added the blackout."
    elif verb == "blackout-remove":
        return shown, {"blackouts": _without(now.blackouts, place)}, "Removed the blackout."
    elif verb == "quiet-add":
        shown.quiet = QuietHoursForm(request.POST, prefix="quiet")
        if shown.quiet.is_valid():
            return shown, {"quiet_hours": [*now.quiet_hours, shown.quiet.quiet()]}, "Added the quiet hours."
    elif verb == "quiet-remove":
        return shown, {"quiet_hours": _without(now.quiet_hours, place)}, "Removed the quiet hours."
    else:
        shown.pace = PaceForm(request.POST, prefix="pace")
        if shown.pace.is_valid():
            return shown, shown.pace.pace(), "Saved the limits."
    return shown, None, ""


def _without(entries: Sequence[T], key: str) -> list[T]:
    """Named by what it says, not by its place: what somebody else has changed meanwhile is left alone."""
    return [entry for entry in entries if entry.key != key]


def _refuse(shown: WindowForms, error: DecisionIncomplete) -> None:
    sent = [form for form in (shown.blackout, shown.quiet, shown.pace) if form is not None and form.is_bound]
    for form in sent:
        form.add_error(error.field if error.field in form.fields else None, error.words)


def _show(request: MemberRequest, workspace: Workspace, shown: WindowForms, *, status: int = 200) -> HttpResponse:
    now = windows_of(workspace)
    forms_of_page: dict[str, forms.Form] = {
        "blackout_form": shown.blackout,
        "quiet_form": shown.quiet,
        "pace_form": shown.pace or PaceForm.of(now),
    }
    context = {
        "workspace_name": workspace.name,
        "zone": workspace.timezone,
        "blackouts": now.blackouts,
        "quiet_hours": now.quiet_hours,
        "action_url": request.path,
        "back_url": reverse("tenants:workspace_edit", args=[workspace.pk]),
        **forms_of_page,
    }
    return render(request, "publishing/windows.html", context, status=status)
