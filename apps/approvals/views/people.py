"""The groups of a client's reviewers, and the client's usual working day. Plain forms; `action` says which was sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.approvals import services
from apps.approvals.deciders import names_of, roles_in
from apps.approvals.errors import PeopleRefused
from apps.approvals.models import Group
from apps.approvals.people import selectors
from apps.approvals.people.calendars import hours_of_workspace
from apps.approvals.people.forms import GroupForm, HoursForm
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace


@require_http_methods(["GET", "HEAD", "POST"])
@page("policy.view")
def people(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    workspace: Workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    request.member.require("policy.view", workspace.pk)
    if request.method != "POST":
        return _show(request, workspace, editing=_group(workspace, request.GET.get("group", "")))
    request.member.require("policy.edit", workspace.pk)
    verb, _colon, key = request.POST.get("action", "").partition(":")
    group = _group(workspace, key)
    try:
        if verb == "delete" and group is not None:
            services.delete_group(group=group, actor=request.member.actor)
        elif verb == "hours":
            return _save_hours(request, workspace)
        elif verb == "save":
            return _save_group(request, workspace, group)
    except PeopleRefused as error:
        messages.error(request, error.words)
    return redirect("approvals:people", workspace.pk)


def _save_group(request: MemberRequest, workspace: Workspace, group: Group | None) -> HttpResponse:
    form = GroupForm(request.POST, people=_people(workspace, group))
    if not form.is_valid():
        return _show(request, workspace, form=form, editing=group, status=422)
    said: dict[str, Any] = {
        "name": form.cleaned_data["name"], "people": form.chosen(), "actor": request.member.actor,
    }  # fmt: skip
    try:
        if group is not None:
            services.change_group(group=group, **said)
        else:
            place = None if form.cleaned_data["is_shared"] else workspace.pk
            services.make_group(workspace_id=place, **said)
    except PeopleRefused as error:
        form.refuse(error)
        return _show(request, workspace, form=form, editing=group, status=422)
    messages.success(request, _("Saved. It counts also for what waits."))
    return redirect("approvals:people", workspace.pk)


def _save_hours(request: MemberRequest, workspace: Workspace) -> HttpResponse:
    form = HoursForm(request.POST, auto_id="id_hours_%s")
    if form.is_valid():
        try:
            services.set_hours(hours=form.hours(), workspace_id=workspace.pk, actor=request.member.actor)
        except PeopleRefused as error:
            form.refuse(error)
    if form.errors:
        return _show(request, workspace, hours=form, status=422)
    messages.success(request, _("Saved."))
    return redirect("approvals:people", workspace.pk)


def _show(
    request: MemberRequest,
    workspace: Workspace,
    *,
    form: GroupForm | None = None,
    editing: Group | None = None,
    hours: HoursForm | None = None,
    status: int = 200,
) -> HttpResponse:
    url = reverse("approvals:people", args=[workspace.pk])
    known = _people(workspace, editing)
    initial = {"name": editing.name, "people": [str(one.user_id) for one in editing.members.all()]} if editing else {}
    context = {
        "workspace_name": workspace.name,
        "back_url": reverse("approvals:policy", args=[workspace.pk]),
        "action_url": url,
        "groups": [
            {"id": one.pk, "name": one.name, "is_shared": one.workspace_id is None,
             "people": ", ".join(str(member.user) for member in one.members.all()),
             "edit_url": f"{url}?group={one.pk}#group"}
            for one in selectors.groups_for(workspace.pk)
        ],
        "form": form or GroupForm(people=known, initial=initial),
        "editing": editing.pk if editing else "",
        "editing_name": editing.name if editing else "",
        "hours_form": hours or HoursForm.of(hours_of_workspace(workspace)),
        "may_edit": request.member.may_in(workspace, "policy.edit"),
    }  # fmt: skip
    return render(request, "approvals/people.html", context, status=status)


def _group(workspace: Workspace, key: str) -> Group | None:
    try:
        pk = UUID(key)
    except ValueError:
        return None
    return get_object_or_404(selectors.groups_for(workspace.pk), pk=pk)


def _people(workspace: Workspace, group: Group | None) -> dict[UUID, str]:
    """The members of this client, and whoever is in the group already."""
    known = set(roles_in(workspace.pk)) | ({one.user_id for one in group.members.all()} if group else set())
    return dict(sorted(names_of(known).items(), key=lambda pair: pair[1].casefold()))
