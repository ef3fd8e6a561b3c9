"""What the posts of a workspace are made of, beside the plan; and the page on which the plan is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from apps.analytics import services
from apps.analytics.boards.mix import Line, mix_of
from apps.analytics.charting import Share, bars_of, donut_of
from apps.analytics.errors import PlanRefused
from apps.analytics.forms import MixForm
from apps.analytics.overview import overview
from apps.analytics.views.boards import parts
from apps.analytics.views.boards.asked import asked_of
from apps.analytics.views.boards.filters import filters_of
from apps.analytics.views.boards.tabs import tabs_of
from apps.analytics.wording import number
from apps.tenants.access import MemberRequest, page


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    colour: str
    posts: str
    share: str
    plan: str
    off_by: str
    usual: str
    compared: int


@require_safe
@page("analytics.view")
def of_workspace(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    asked = asked_of(request.GET, here=reverse("analytics:mix"), zone=workspace.timezone)
    found = overview(workspace, first=asked.first, last=asked.last, choice=asked.choice, with_clicks=False)
    mix = mix_of(workspace, found)
    context = {
        "asked": asked,
        "spans": asked.spans(),
        "tabs": tabs_of(request.member, "mix", asked),
        "filters": filters_of(workspace, asked),
        "zone": asked.zone,
        "until": max(found.until.values(), default=None),
        "behind": [],
        "mix": mix,
        "ring": donut_of([(line.label, line.posts) for line in mix.formats], label=gettext("Formats")),
        "format_bars": bars_of([_share(line) for line in mix.formats], label=gettext("Formats")),
        "format_rows": [_row(line) for line in mix.formats],
        "label_bars": bars_of([_share(line) for line in mix.labels], label=gettext("Labels")),
        "label_rows": [_row(line) for line in mix.labels],
        "plan_url": reverse("analytics:mix_plan") if request.member.may("analytics.plan") else "",
    }
    return render(request, "analytics/mix.html", context)


@page("analytics.plan")
def plan(request: MemberRequest) -> HttpResponse:
    """The shares that are meant: a form of all formats and labels."""
    workspace: Any = request.member.workspace  # which the door has seen to
    form = MixForm(request.POST, workspace=workspace) if request.method == "POST" else MixForm(workspace=workspace)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                services.set_mix(workspace=workspace, **form.said(), actor=request.member.actor)
            except PlanRefused as refused:
                form.add_error(None, refused.words)
            else:
                messages.success(request, gettext("The mix was planned."))
                return redirect("analytics:mix")
        status = 422
    context = {"form": form, "mix_url": reverse("analytics:mix"), "tabs": tabs_of(request.member, "mix")}
    return render(request, "analytics/mix_plan.html", context, status=status)


def _share(line: Line) -> Share:
    goal = None if line.percent is None else line.percent / 100
    words = gettext("plan %(percent)s %%") % {"percent": line.percent} if line.percent is not None else ""
    return Share(line.label, line.share, _percent(line.share), goal, words)


def _row(line: Line) -> Row:
    return Row(
        label=line.label,
        colour=line.colour,
        posts=number(line.posts),
        share=_percent(line.share),
        plan="" if line.percent is None else f"{line.percent} %",
        off_by=_points(line.off_by),
        usual=parts.times_words(line.ratio) or number(None),
        compared=line.compared,
    )


def _percent(share: float | None) -> str:
    return number(None) if share is None else f"{share * 100:.0f} %"


def _points(points: float | None) -> str:
    """ "12 points more": what a share differs from its plan."""
    if points is None:
        return ""
    whole = round(points)
    if not whole:
        return gettext("as planned")
    more = ngettext("%(points)s point more", "%(points)s points more", abs(whole))
    fewer = ngettext("%(points)s point fewer", "%(points)s points fewer", abs(whole))
    return (more if whole > 0 else fewer) % {"points": abs(whole)}
