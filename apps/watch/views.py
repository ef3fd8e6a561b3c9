"""On time: how late posts left, by day, for those who work here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.core import clock
from apps.platforms import registry
from apps.tenants.access import MemberRequest, page
from apps.watch import services
from apps.watch.charting import chart_of
from apps.watch.models import StatusPage
from apps.watch.selectors import DAYS, OnTime, Sums, on_time, sums_of_workspaces
from apps.watch.wording import share, span

SPANS: Final = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums in words."""

    posts: int
    at_once: int
    within_1s: str
    within_10s: str
    within_60s: str
    worst: str
    is_late: bool

    @classmethod
    def of(cls, sums: Sums) -> Figures:
        return cls(
            posts=sums.posts,
            at_once=sums.at_once,
            within_1s=share(sums.within_1s, sums.posts),
            within_10s=share(sums.within_10s, sums.posts),
            within_60s=share(sums.within_60s, sums.posts),
            worst="-" if sums.worst_ms is None else span(sums.worst_ms),
            is_late=(sums.worst_ms or 0) > 60_000,
        )


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    figures: Figures
    platform: str = ""


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    posts: int
    half: str
    most: str
    nearly_all: str
    worst: str


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    is_on: bool


@require_safe
@page("post.view")
def of_workspace(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    here, zone = reverse("watch:on_time"), workspace.timezone
    days = _days(request)
    found = on_time(workspace_id=workspace.pk, last_day=_today(zone), days=days)
    facts = {**_facts(found, zone), "spans": _spans(here, days), "heading": "On time", "place_name": workspace.name}
    return TemplateResponse(request, "watch/on_time.html", facts)


@require_safe
@page("organization.view")
def of_organization(request: MemberRequest) -> HttpResponse:
    member = request.member
    here, zone = reverse("watch:organization"), member.organization.timezone
    days, today = _days(request), _today(zone)
    found = on_time(workspace_id=None, last_day=today, days=days)
    sums = sums_of_workspaces(last_day=today, days=days)
    names = {row.pk: row.name for row in (*member.workspaces, *member.archived)}
    clients = [Row(name, Figures.of(sums[pk])) for pk, name in names.items() if pk in sums]
    facts = {
        **_facts(found, zone), "spans": _spans(here, days), "heading": "On time, all workspaces",
        "place_name": member.organization.name, "clients": clients, **_status_page(request),
    }  # fmt: skip
    return TemplateResponse(request, "watch/organization.html", facts)


@require_POST
@page("organization.edit")
def status_page(request: MemberRequest) -> HttpResponse:
    """Switch the public page on or off, or give it another address."""
    action, actor = request.POST.get("action"), request.member.actor
    if action == "move":
        services.give_new_address(actor=actor)
        messages.success(request, "The status page has a new address. The old one leads nowhere.")
    elif action in ("on", "off"):
        services.switch_status_page(is_on=action == "on", actor=actor)
        said = "Everybody who has the address sees the status page." if action == "on" else "The status page is off."
        messages.success(request, said)
    return redirect("watch:organization")


def _facts(found: OnTime, zone: str) -> dict[str, Any]:
    return {
        "figures": Figures.of(found.sums),
        "chart": chart_of(found.days) if found.sums.posts else None,
        "days": [_day_row(day) for day in reversed(found.days) if day.posts],
        "platforms": [Row(registry.label(one.platform), Figures.of(one.sums), one.platform) for one in found.platforms],
        "zone": zone,
        "now": clock.now(),
    }


def _day_row(day: Any) -> DayRow:
    return DayRow(day.day, day.posts, *(span(value) for value in (day.p50_ms, day.p95_ms, day.p99_ms, day.worst_ms)))


def _status_page(request: MemberRequest) -> dict[str, Any]:
    own: StatusPage = services.status_page_of()
    address = settings.PUBLIC_URL + reverse("watch:status", args=[own.slug])
    may_edit = request.member.may("organization.edit")
    return {
        "status_is_on": own.is_on,
        "status_url": address if own.is_on else "",
        "status_action_url": reverse("watch:status_page") if may_edit else "",
    }


def _days(request: MemberRequest) -> int:
    wanted = request.GET.get("days", "")
    return int(wanted) if wanted in map(str, SPANS) else DAYS


def _spans(here: str, days: int) -> list[Chip]:
    return [Chip(f"{one} days", f"{here}?days={one}", one == days) for one in SPANS]


def _today(zone: str) -> date:
    return clock.now().astimezone(ZoneInfo(zone)).date()
