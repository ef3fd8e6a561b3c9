"""The goals of a workspace: how far each is, and whether it goes fast enough; and the pages that set them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from apps.analytics import services
from apps.analytics.boards.goals import Pace, Progress, progress_of_all
from apps.analytics.errors import PlanRefused
from apps.analytics.forms import GoalForm
from apps.analytics.models import Goal
from apps.analytics.states import Aim
from apps.analytics.views.boards.tabs import tabs_of
from apps.analytics.wording import number
from apps.core import clock
from apps.core.calendar import cell_of
from apps.tenants.access import MemberRequest, page

# How it goes, in words, as a tone and as an icon: colour never speaks alone.
PACES: Final = {
    Pace.REACHED: (gettext_noop("Reached"), "ok", "published"),
    Pace.ON_PACE: (gettext_noop("On pace"), "ok", "up"),
    Pace.BEHIND: (gettext_noop("Behind"), "warn", "attention"),
    Pace.MISSED: (gettext_noop("Missed"), "bad", "failed"),
    Pace.NOT_BEGUN: (gettext_noop("Not begun"), "", "scheduled"),
    Pace.UNKNOWN: (gettext_noop("Not known"), "", "info"),
}


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    where: str
    platform: str
    begins_on: date
    ends_on: date
    value: str
    target: str
    percent: int | None  # of the way
    time_percent: int
    expected: str
    forecast: str
    pace: str
    tone: str
    icon: str
    until: date
    edit_url: str
    remove_url: str


@require_safe
@page("analytics.view")
def listed(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    may_plan = request.member.may("analytics.plan")
    goals = list(Goal.objects.filter(workspace=workspace).select_related("account", "workspace"))
    yesterday = cell_of(clock.now(), workspace.timezone) - timedelta(days=1)
    rows = [_row(one, may_plan) for one in progress_of_all(workspace, goals, yesterday=yesterday)]
    context = {
        "tabs": tabs_of(request.member, "goals"),
        "zone": workspace.timezone,
        "goals": [row for row in rows if row.ends_on >= yesterday],
        "past": [row for row in rows if row.ends_on < yesterday][::-1],
        "new_url": reverse("analytics:goal_new") if may_plan else "",
    }
    return render(request, "analytics/goals.html", context)


@page("analytics.plan")
def make(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    form = GoalForm(request.POST, workspace=workspace) if request.method == "POST" else GoalForm(workspace=workspace)
    own: dict[str, Any] = {"workspace": workspace, "actor": request.member.actor}
    done = _kept(request, form, lambda said: services.set_goal(**own, **said), gettext("The goal was set."))
    return done or _form_page(request, form, heading=gettext("New goal"))


@page("analytics.plan")
def change(request: MemberRequest, goal_id: UUID) -> HttpResponse:
    goal = _mine(request, goal_id)
    data = request.POST if request.method == "POST" else None
    form = GoalForm(data, workspace=goal.workspace, goal=goal)
    own: dict[str, Any] = {"goal": goal, "actor": request.member.actor}
    done = _kept(request, form, lambda said: services.change_goal(**own, **said), gettext("The goal was changed."))
    return done or _form_page(request, form, heading=_title(goal))


@require_POST
@page("analytics.plan")
def remove(request: MemberRequest, goal_id: UUID) -> HttpResponse:
    services.remove_goal(goal=_mine(request, goal_id), actor=request.member.actor)
    messages.success(request, gettext("The goal was removed."))
    return redirect("analytics:goals")


def _mine(request: MemberRequest, goal_id: UUID) -> Goal:
    goal: Goal = get_object_or_404(Goal.objects.select_related("workspace", "account"), pk=goal_id)
    request.member.require("analytics.plan", goal.workspace_id)
    return goal


def _kept(request: MemberRequest, form: GoalForm, deed: Any, words: str) -> HttpResponse | None:
    """Back to the goals once it is done; None where there is something to mend, or nothing was sent."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        deed(form.said())
    except PlanRefused as refused:
        form.add_error(None, refused.words)
        return None
    messages.success(request, words)
    return redirect("analytics:goals")


def _form_page(request: MemberRequest, form: GoalForm, *, heading: str) -> HttpResponse:
    context = {"form": form, "heading": heading, "goals_url": reverse("analytics:goals")}
    return render(request, "analytics/goal.html", context, status=422 if form.is_bound else 200)


def _title(goal: Goal) -> str:
    return f"{number(goal.target)} {str(Aim(goal.aim).label).lower()}"


def _row(one: Progress, may_plan: bool) -> Row:
    goal = one.goal
    words, tone, icon = PACES[one.pace]
    account = goal.account
    return Row(
        title=_title(goal),
        where=f"@{account.handle}" if account else gettext("All accounts"),
        platform=account.platform if account else "",
        begins_on=goal.begins_on,
        ends_on=goal.ends_on,
        value=number(one.value),
        target=number(goal.target),
        percent=None if one.share is None else int(one.share * 100),
        time_percent=round(one.time * 100),
        expected=number(one.expected),
        forecast=number(one.forecast) if one.pace in (Pace.ON_PACE, Pace.BEHIND) else "",
        pace=gettext(words),
        tone=tone,
        icon=icon,
        until=one.until,
        edit_url=reverse("analytics:goal", args=[goal.pk]) if may_plan else "",
        remove_url=reverse("analytics:goal_remove", args=[goal.pk]) if may_plan else "",
    )
