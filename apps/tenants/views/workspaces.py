"""The clients of an organization."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.tenants import services
from apps.tenants.access import WORKSPACE_KEY, MemberRequest, page
from apps.tenants.errors import Refused
from apps.tenants.forms import NewWorkspaceForm, WorkspaceForm
from apps.tenants.models import Workspace


@require_safe
@page("organization.enter")
def workspaces(request: MemberRequest) -> HttpResponse:
    member = request.member
    rows = [
        {
            "id": row.pk, "name": row.name, "timezone": row.timezone, "note": row.external_ref,
            "is_current": member.workspace == row, "is_archived": row.archived_at is not None, "is_test": row.is_test,
            "edit_url": _edit_url(row) if member.may_in(row, _needed(row)) else "",
        }
        for row in (*member.workspaces, *member.archived)
    ]  # fmt: skip
    new_url = reverse("tenants:workspace_create") if member.may("workspace.create") else ""
    facts = {"workspaces": rows, "switch_url": reverse("tenants:switch"), "new_url": new_url}
    return TemplateResponse(request, "tenants/workspaces.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@page("workspace.create")
def create(request: MemberRequest) -> HttpResponse:
    own = request.member.organization
    form = NewWorkspaceForm(request.POST or None, initial={"timezone": own.timezone})
    if form.is_valid():
        try:
            made = services.create_workspace(organization=own, actor=request.member.actor, **form.values())
        except Refused as refused:
            form.refuse(refused)
        else:
            request.session[WORKSPACE_KEY] = str(made.pk)
            messages.success(request, f"{made.name} has a workspace.")
            return redirect("dashboard:home")
    lede = "Its accounts, posts and pictures stay apart from every other client's."
    facts = {"heading": "New workspace", "lede": lede, "submit_label": "Create workspace"}
    return _form(request, form, facts, action_url=reverse("tenants:workspace_create"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("organization.enter")
def edit(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    request.member.require(_needed(workspace), workspace.pk)
    form = WorkspaceForm(request.POST) if request.method == "POST" else WorkspaceForm.of(workspace)
    if form.is_valid():
        request.member.require("workspace.edit", workspace.pk)
        try:
            services.update_workspace(workspace=workspace, actor=request.member.actor, **form.values())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{form.cleaned_data['name']} was saved.")
            return redirect("tenants:workspaces")
    facts = {
        "heading": workspace.name,
        "lede": "",
        "submit_label": "Save",
        **_archiving(request, workspace),
        **_publishing(request, workspace),
    }
    return _form(request, form, facts, action_url=_edit_url(workspace))


@require_POST
@page("workspace.archive")
def archive(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    services.archive_workspace(workspace=workspace, actor=request.member.actor)
    messages.success(request, f"{workspace.name} is archived. You can take it back into use at any time.")
    return redirect("tenants:workspaces")


@require_POST
@page("workspace.archive")
def restore(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    try:
        services.restore_workspace(workspace=workspace, actor=request.member.actor)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{workspace.name} is in use again.")
    return redirect("tenants:workspaces")


def _edit_url(workspace: Workspace) -> str:
    return reverse("tenants:workspace_edit", args=[workspace.pk])


def _needed(workspace: Workspace) -> str:
    """An archived workspace is opened to be restored, one in use to be changed."""
    return "workspace.archive" if workspace.archived_at else "workspace.edit"


def _archiving(request: MemberRequest, workspace: Workspace) -> dict[str, str]:
    if not request.member.may("workspace.archive"):
        return {"archive_url": ""}
    if workspace.archived_at:
        again = "Members see it again, and posts can be planned again."
        words = ("Take back into use", again, "", "workspace_restore")
    else:
        stays = "Nothing more goes out. What it has stays, and is there when the workspace is taken back into use."
        words = ("Archive workspace", stays, f"Archive {workspace.name}?", "workspace_archive")
    label, text, question, name = words
    url = reverse(f"tenants:{name}", args=[workspace.pk])
    return {"archive_label": label, "archive_text": text, "archive_question": question, "archive_url": url}


def _publishing(request: MemberRequest, workspace: Workspace) -> dict[str, str]:
    """The pages on which it is said when its posts may go out, and that they must not."""

    def url(name: str, permission: str) -> str:
        return reverse(name, args=[workspace.pk]) if request.member.may_in(workspace, permission) else ""

    return {
        "stop_url": url("stops:workspace", "publishing.stop"),
        "windows_url": url("windows:windows", "workspace.edit"),
    }


def _form(request: MemberRequest, form: WorkspaceForm, facts: dict[str, str], *, action_url: str) -> HttpResponse:
    back = {"back_url": reverse("tenants:workspaces"), "back_label": "Workspaces"}
    context = {
        "archive_url": "",
        "stop_url": "",
        "windows_url": "",
        **facts,
        **back,
        "form": form,
        "action_url": action_url,
    }
    return TemplateResponse(request, "tenants/workspace_form.html", context, status=422 if form.errors else 200)
