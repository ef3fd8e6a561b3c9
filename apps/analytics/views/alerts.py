"""What rules have found in a workspace, and the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.analytics import services
from apps.analytics.alert_forms import AlertRuleForm
from apps.analytics.alert_words import about, asks, sentence
from apps.analytics.errors import AlertRuleRefused
from apps.analytics.models import Alert, AlertRule
from apps.core import clock
from apps.posts.models import Campaign
from apps.social_accounts.models import SocialAccount
from apps.tenants.access import MemberRequest, page
from apps.tenants.models import Workspace
from apps.tenants.selectors import people_who_may

PER_PAGE: Final = 25
OPEN_SHOWN: Final = 3
TONES: Final = {"spike": "ok", "milestone": "ok", "drop": "bad", "anomaly": "warn"}


@dataclass(frozen=True, slots=True)
class AlertRow:
    """`acknowledge_url` is empty where somebody has seen to it, or the member may not."""

    words: str
    rule: str
    kind: str
    tone: str
    day: date
    found_at: datetime
    was_muted: bool
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledge_url: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    name: str
    asks: str
    about: str
    window: str
    people: int
    is_on: bool
    muted_until: datetime | None
    edit_url: str


@require_safe
@page("analytics.view")
def alerts(request: MemberRequest) -> HttpResponse:
    """What was found, newest first, and what is watched for."""
    workspace = _here(request)
    may_edit = request.member.may("alert.edit")
    shown = Paginator(_alerts(workspace), PER_PAGE).get_page(request.GET.get("page"))
    url = reverse("analytics:alerts")
    rules = AlertRule.objects.filter(workspace=workspace).select_related("account", "campaign")
    context = {
        "zone": workspace.timezone,
        "alerts": [_alert_row(alert, may_edit=may_edit) for alert in shown],
        "rules": [_rule_row(rule, may_edit=may_edit) for rule in rules.prefetch_related("recipients")],
        "new_url": reverse("analytics:alert_rule_new") if may_edit else "",
        "newer_url": f"{url}?page={shown.previous_page_number()}" if shown.has_previous() else "",
        "older_url": f"{url}?page={shown.next_page_number()}" if shown.has_next() else "",
        "back_url": reverse("analytics:overview"),
    }
    return render(request, "analytics/alerts.html", context)


@require_safe
@page("analytics.view")
def open_alerts(request: MemberRequest) -> HttpResponse:
    """The latest that nobody has seen to, for the page of figures."""
    workspace = _here(request)
    rows = list(_alerts(workspace).filter(acknowledged_at=None, was_muted=False)[: OPEN_SHOWN + 1])
    context = {
        "zone": workspace.timezone,
        "alerts": [_alert_row(alert, may_edit=request.member.may("alert.edit")) for alert in rows[:OPEN_SHOWN]],
        "has_more": len(rows) > OPEN_SHOWN,
        "alerts_url": reverse("analytics:alerts"),
    }
    return render(request, "analytics/_open_alerts.html", context)


@require_POST
@page("alert.edit")
def acknowledge(request: MemberRequest, alert_id: UUID) -> HttpResponse:
    alert = get_object_or_404(Alert, pk=alert_id)
    request.member.require("alert.edit", alert.workspace_id)
    services.acknowledge(alert=alert, actor=request.member.actor)
    return redirect("analytics:alerts")


@require_http_methods(["GET", "HEAD", "POST"])
@page("alert.edit")
def make_rule(request: MemberRequest) -> HttpResponse:
    workspace = _here(request)
    form = AlertRuleForm(request.POST or None, **_choices(workspace))

    def keep(said: dict[str, Any]) -> object:
        return services.make_rule(workspace=workspace, actor=request.member.actor, **said)

    done = _kept(request, form, keep) if request.method == "POST" else None
    return done or _form_page(request, form, heading=_("New rule"))


@require_http_methods(["GET", "HEAD", "POST"])
@page("alert.edit")
def change_rule(request: MemberRequest, rule_id: UUID) -> HttpResponse:
    rule = _mine(request, rule_id)
    choices = _choices(rule.workspace)
    if request.method == "POST":
        form = AlertRuleForm(request.POST, rule=rule, **choices)
        done = _kept(request, form, lambda said: services.change_rule(rule=rule, actor=request.member.actor, **said))
        if done:
            return done
    else:
        form = AlertRuleForm.of(rule, **choices)
    remove_url = reverse("analytics:alert_rule_remove", args=[rule.pk])
    return _form_page(request, form, heading=rule.name, remove_url=remove_url)


@require_POST
@page("alert.edit")
def remove_rule(request: MemberRequest, rule_id: UUID) -> HttpResponse:
    rule = _mine(request, rule_id)
    services.remove_rule(rule=rule, actor=request.member.actor)
    messages.success(request, _("%s was removed.") % rule.name)
    return redirect("analytics:alerts")


def _here(request: MemberRequest) -> Workspace:
    workspace: Any = request.member.workspace  # which the door has seen to
    found: Workspace = workspace
    return found


def _mine(request: MemberRequest, rule_id: UUID) -> AlertRule:
    rows = AlertRule.objects.select_related("workspace", "account", "campaign").prefetch_related("recipients")
    rule: AlertRule = get_object_or_404(rows, pk=rule_id)
    request.member.require("alert.edit", rule.workspace_id)
    return rule


def _choices(workspace: Workspace) -> dict[str, Any]:
    people = people_who_may("analytics.view", [workspace.pk])
    return {
        "accounts": list(SocialAccount.objects.filter(workspace=workspace).order_by("platform", "handle")),
        "campaigns": list(Campaign.objects.filter(workspace=workspace)),
        "people": sorted(people.values(), key=lambda one: str(one).casefold()),
    }


def _kept(request: MemberRequest, form: AlertRuleForm, keep: Callable[[dict[str, Any]], object]) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        keep(form.values())
    except AlertRuleRefused as refused:
        form.refuse(refused)
        return None
    messages.success(request, _("%s was saved.") % form.cleaned_data["name"])
    return redirect("analytics:alerts")


def _form_page(request: MemberRequest, form: AlertRuleForm, *, heading: str, remove_url: str = "") -> HttpResponse:
    context = {
        "heading": heading, "form": form, "back_url": reverse("analytics:alerts"), "action_url": request.path,
        "remove_url": remove_url,
    }  # fmt: skip
    return render(request, "analytics/alert_rule.html", context, status=422 if form.errors else 200)


def _alerts(workspace: Workspace) -> Any:
    rows = Alert.objects.filter(workspace=workspace)
    return rows.select_related("rule", "account", "campaign", "publication__post", "acknowledged_by")


def _alert_row(alert: Alert, *, may_edit: bool) -> AlertRow:
    is_open = alert.acknowledged_at is None
    return AlertRow(
        words=sentence(alert),
        rule=alert.rule.name,
        kind=alert.rule.get_kind_display(),
        tone=TONES.get(alert.rule.kind, ""),
        day=alert.day,
        found_at=alert.found_at,
        was_muted=alert.was_muted,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=str(alert.acknowledged_by or ""),
        acknowledge_url=reverse("analytics:alert_acknowledge", args=[alert.pk]) if may_edit and is_open else "",
    )


def _rule_row(rule: AlertRule, *, may_edit: bool) -> RuleRow:
    is_muted = rule.muted_until is not None and rule.muted_until > clock.now()
    return RuleRow(
        name=rule.name,
        asks=asks(rule),
        about=about(rule),
        window=rule.get_window_display().lower() if rule.kind != "milestone" else _("once"),
        people=len(rule.recipients.all()),
        is_on=rule.is_on,
        muted_until=rule.muted_until if is_muted else None,
        edit_url=reverse("analytics:alert_rule", args=[rule.pk]) if may_edit else "",
    )
