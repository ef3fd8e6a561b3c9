"""What everybody may see: whether publishing is paused, and the status page of an organization that shows one.

Neither reads a session nor sets a cookie. The status page says how things are and how late days were; it names no
client and no number that would tell how much is sent, and answers the same for a page that is off as for one that never
was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from apps.core import clock, heartbeats, tenancy
from apps.publishing.moments import moment
from apps.tenants.access import public
from apps.watch.alarm import alarm_now
from apps.watch.lanes import pause_of
from apps.watch.memory import Memory
from apps.watch.models import StatusPage
from apps.watch.selectors import DAYS, Day, on_time, public_page
from apps.watch.wording import share, span

SECONDS: Final = 15  # for which an answer is good, here and on its way
ON_TIME_MS, LATE_MS = 10_000, 60_000
_pages = Memory[str](seconds=SECONDS, most=256)


class NotShown(LookupError):
    """There is no status page at the address, or it is off: nobody learns which."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the strip: `level` is none, ok, slow or late, drawn as a height and said in `words`."""

    x: int
    y: int
    height: int
    level: str
    day: date
    words: str
    half: str
    nearly_all: str


@require_safe
@public
def pause(request: HttpRequest) -> HttpResponse:
    """The red bar of an open page, or nothing; asked for every half minute, so without a query."""
    try:
        alarm = alarm_now(str(ZoneInfo(request.GET.get("zone", "UTC"))))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return HttpResponse(status=400)
    answer = HttpResponse(render_to_string("watch/_alarm.html", {"alarm": alarm}))
    patch_cache_control(answer, private=True, max_age=5)
    return answer


@require_safe
@public
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """The status page of an organization, the same for everybody."""
    try:
        answer = HttpResponse(_pages.get(slug, lambda: _drawn(slug)))
    except NotShown:
        # Without the request, so that not even the cookie of forms is set.
        answer = HttpResponse(render_to_string("404.html"), status=404)
    patch_cache_control(answer, public=True, max_age=SECONDS)
    return answer


def forget_pages() -> None:
    """Let each page be drawn anew. For tests, and when one has just been switched."""
    _pages.clear()


def _drawn(slug: str) -> str:
    page = public_page(slug)
    if page is None:
        raise NotShown(slug)
    return render_to_string("watch/status.html", _facts(page))


def _facts(page: StatusPage) -> dict[str, Any]:
    zone, now = ZoneInfo(page.organization.timezone), clock.now()
    with tenancy.scope(organization_id=page.organization_id):
        found = on_time(workspace_id=None, last_day=now.astimezone(zone).date())
    paused = pause_of(heartbeats.current())
    return {
        "name": page.organization.name,
        "zone": page.organization.timezone,
        "now": now,
        "paused": paused,
        "since": moment(paused.since, zone) if paused and paused.since else "",
        "cells": [_cell(place, day) for place, day in enumerate(found.days)],
        "share": share(found.sums.within_10s, found.sums.posts) if found.sums.posts else "",
        "days": DAYS,
    }


def _cell(place: int, day: Day) -> Cell:
    level, height, said = _level(day.p99_ms)
    return Cell(
        x=place * 20,
        y=48 - height,
        height=height,
        level=level,
        day=day.day,
        words=f"{day.day:%-d %B}: {said}",
        half=span(day.p50_ms) if day.p50_ms is not None else "",
        nearly_all=span(day.p99_ms) if day.p99_ms is not None else "",
    )


def _level(p99_ms: int | None) -> tuple[str, int, str]:
    """Taller is later, so that no colour speaks alone."""
    if p99_ms is None:
        return "none", 6, "nothing was due"
    if p99_ms <= ON_TIME_MS:
        return "ok", 20, f"on time, 99 of 100 within {span(p99_ms)}"
    if p99_ms <= LATE_MS:
        return "slow", 32, f"a little late, 99 of 100 within {span(p99_ms)}"
    return "late", 48, f"late, 99 of 100 within {span(p99_ms)}"
