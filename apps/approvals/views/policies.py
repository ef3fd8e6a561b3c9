"""The settings page of a workspace's approval policy. Plain forms; `action` says which was sent, and every change is a
version of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.approvals import selectors, services
from apps.approvals.content_forms import ContentRuleForm
from apps.approvals.deciders import names_of, roles_in
from apps.approvals.errors import PolicyChanged, PolicyMalformed
from apps.approvals.forms import OptionsForm, StepForm
from apps.approvals.models import Policy
from apps.approvals.people.selectors import groups_for
from apps.approvals.presenting import about, whom
from apps.approvals.steps import DECIDES, Step
from apps.approvals.views import content_rules
from apps.core.numbers import whole
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace
from apps.tenants.permissions import PERMISSIONS


@require_http_methods(["GET", "HEAD", "POST"])
@page("policy.view")
def policy(request: MemberRequest, workspace_id: UUID) -> HttpResponse:
    """Who approves posts of this client before they go out."""
    workspace: Workspace = get_object_or_404(Workspace.objects, pk=workspace_id)
    request.member.require("policy.view", workspace.pk)
    now = selectors.policy_in_force(workspace.pk)
    if request.method != "POST":
        asked = request.GET.get("step", ""), request.GET.get("rule", "")
        return _show(request, workspace, now, editing=asked[0], editing_rule=asked[1])
    request.member.require("policy.edit", workspace.pk)
    return _change(request, workspace, now)


def _change(request: MemberRequest, workspace: Workspace, now: Policy | None) -> HttpResponse:
    steps = list(now.ordered_steps) if now else []
    verb, _colon, key = request.POST.get("action", "").partition(":")
    if verb == "save":
        return _save_step(request, workspace, now, steps, key)
    if verb == content_rules.SAVE:
        return _save_rule(request, workspace, now, key)
    rules = content_rules.without(now.ordered_content_rules, key) if now and verb == content_rules.REMOVE else None
    allows = bool(now and now.allows_self_approval)
    if verb == "options":
        form = OptionsForm(request.POST)
        allows = form.is_valid() and form.cleaned_data["allows_self_approval"]
    said = [step.as_json() for step in _arranged(steps, verb, key)]
    try:
        return _set(request, workspace, said, allows, rules)
    except PolicyMalformed as error:
        messages.error(request, " ".join(dict.fromkeys(flaw.words for flaw in error.flaws)))
        return redirect("approvals:policy", workspace.pk)


def _arranged(steps: Sequence[Step], verb: str, key: str) -> list[Step]:
    """Without the step, or with it one place earlier."""
    kept = list(steps)
    place = next((number for number, step in enumerate(kept) if step.key == key), None)
    if place is None:
        return kept
    moved = kept.pop(place)
    if verb == "up":
        kept.insert(max(0, place - 1), moved)
    elif verb != "remove":
        kept.insert(place, moved)
    return kept


def _save_step(
    request: MemberRequest, workspace: Workspace, now: Policy | None, steps: list[Step], key: str
) -> HttpResponse:
    rules = now.ordered_content_rules if now else ()
    form = StepForm(request.POST, people=_people(workspace), groups=_groups(workspace), rules=rules)
    if edited := next((step for step in steps if step.key == key), None):
        form.offer_spans(edited)
    if not form.is_valid():
        return _show(request, workspace, now, form, editing=key, status=422)
    before = next((step for step in steps if step.key == key), None)
    made = form.step(key if before else _key(form.cleaned_data["name"], steps), before)
    said = [made if step.key == key else step.as_json() for step in steps] + ([] if before else [made])
    try:
        return _set(request, workspace, said, bool(now and now.allows_self_approval))
    except PolicyMalformed as error:
        for flaw in error.flaws:
            form.add_flaw(flaw)
        return _show(request, workspace, now, form, editing=key, status=422)


def _save_rule(request: MemberRequest, workspace: Workspace, now: Policy | None, key: str) -> HttpResponse:
    form = ContentRuleForm(request.POST)
    if form.is_valid():
        rules = content_rules.saved(now.ordered_content_rules if now else (), key, form)
        steps = [step.as_json() for step in now.ordered_steps] if now else []
        try:
            return _set(request, workspace, steps, bool(now and now.allows_self_approval), rules)
        except PolicyMalformed as error:
            for flaw in error.flaws:
                form.add_flaw(flaw)
    return _show(request, workspace, now, rule_form=form, editing_rule=key, status=422)


def _set(
    request: MemberRequest, workspace: Workspace, steps: list[Any], allows: bool, rules: list[Any] | None = None
) -> HttpResponse:
    try:
        services.set_policy(
            workspace_id=workspace.pk,
            steps=steps,
            content_rules=rules,
            allows_self_approval=allows,
            actor=request.member.actor,
            expected_version=whole(request.POST.get("version", "")),
        )
    except PolicyChanged as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("Saved. What waits for approval goes on under the new version."))
    return redirect("approvals:policy", workspace.pk)


def _show(
    request: MemberRequest,
    workspace: Workspace,
    now: Policy | None,
    form: StepForm | None = None,
    *,
    editing: str = "",
    rule_form: ContentRuleForm | None = None,
    editing_rule: str = "",
    status: int = 200,
) -> HttpResponse:
    steps = now.ordered_steps if now else ()
    people = _people(workspace)
    edited = next((step for step in steps if step.key == editing), None)
    groups = _groups(workspace)
    known: Any = {"people": people, "groups": groups, "rules": now.ordered_content_rules if now else ()}
    names = people | groups | names_of(pk for step in steps for pk in step.people)
    url = reverse("approvals:policy", args=[workspace.pk])
    context = {
        "workspace_name": workspace.name,
        "back_url": reverse("approvals:index"),
        "action_url": url,
        "version": now.version if now else 0,
        "steps": [
            {"key": step.key, "name": step.name, "whom": whom(step, names), "about": about(step),
             "edit_url": f"{url}?step={step.key}#step", "is_first": number == 0}
            for number, step in enumerate(steps)
        ],
        "form": form or (StepForm.of(edited, **known) if edited else StepForm(**known)),
        "people_url": reverse("approvals:people", args=[workspace.pk]),
        "editing": edited.key if edited else "",
        "editing_name": edited.name if edited else "",
        "options_form": OptionsForm(initial={"allows_self_approval": bool(now and now.allows_self_approval)}),
        **content_rules.section(now, rule_form, editing_rule, url),
        "may_edit": request.member.may_in(workspace, "policy.edit"),
    }  # fmt: skip
    return render(request, "approvals/policy.html", context, status=status)


def _people(workspace: Workspace) -> dict[UUID, str]:
    """The members whose role decides there, by name."""
    able = [pk for pk, role in roles_in(workspace.pk).items() if DECIDES in PERMISSIONS[role]]
    return dict(sorted(names_of(able).items(), key=lambda pair: pair[1].casefold()))


def _groups(workspace: Workspace) -> dict[UUID, str]:
    return dict(groups_for(workspace.pk).values_list("pk", "name"))


def _key(name: str, steps: Sequence[Step]) -> str:
    """A key for a step of this name that no other has."""
    begin = slugify(name)[:30] or "step"
    taken = {step.key for step in steps}
    return next(
        key for number in range(len(taken) + 1) if (key := f"{begin}-{number}" if number else begin) not in taken
    )
