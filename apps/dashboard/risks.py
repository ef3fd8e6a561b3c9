"""Connections at risk: which accounts have ended or will, and how many posts of which clients hang on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.core.calendar import cell_of
from apps.dashboard.workspaces import here
from apps.platforms import registry
from apps.publishing.risks import Risk, risks
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.selectors import ENDS_SOON, health
from apps.tenants.access import MemberRequest, page
from apps.tenants.members import Member

AHEAD: Final = timedelta(days=60)
# The drawing: a column of names, then sixty days; a line takes 35.
NAMES, WIDTH, LINE = 176, 912, 35
WEEK: Final = 7
LONGEST_LABEL: Final = 26


@dataclass(frozen=True, slots=True)
class RiskRow:
    """An account in the table of risks; `posts` in words. `ask_url` is where a link for the client is made, `mend_url`
    where it is decided what becomes of posts that waited; "" where there is no such step."""

    url: str
    name: str
    platform: str
    client: str
    health: str
    health_words: str
    ends_at: datetime | None
    no_end: str
    zone: str
    posts: str
    next_at: datetime | None
    reconnect_url: str
    ask_url: str = ""
    mend_url: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the drawing: accounts that end on one day."""

    label: str
    y: int
    width: int
    tone: str
    words: str
    words_x: int
    words_tone: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    x: int
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """When sign-ins end in the next sixty days, as a drawing, and the same in words."""

    bars: list[Bar]
    ticks: list[Tick]
    height: int
    summary: str


@require_safe
@page("account.view")
def at_risk(request: MemberRequest) -> HttpResponse:
    """The accounts of every client this member sees, the most urgent first."""
    now = clock.now()
    visible = {place.pk for place in request.member.workspaces}
    found = risks(now=now, until=now + AHEAD, workspace_ids=visible)
    context = {
        "rows": [risk_row(risk, request.member, now) for risk in found],
        "posts": sum(risk.posts for risk in found),
        "clients": len({risk.account.workspace_id for risk in found if risk.posts}),
        "zone": here(request).timezone,
        "list_url": reverse("dashboard:accounts"),
    }
    return render(request, "social_accounts/risks.html", context)


def risk_row(risk: Risk, member: Member, now: datetime) -> RiskRow:
    account = risk.account
    shown = health(account, now=now)
    counted = [(risk.held, "held"), (risk.after, "planned")]
    may_connect = member.may_in(account.workspace_id, "account.connect")
    url = reverse("dashboard:account", args=[account.pk])
    return RiskRow(
        url=url,
        name=account.name or account.handle,
        platform=account.platform,
        client=account.workspace.name,
        health=shown.level,
        health_words=shown.words,
        ends_at=risk.ends_at,
        no_end="ended" if risk.is_broken else "works again" if risk.held else "renews itself",
        zone=account.workspace.timezone,
        posts=", ".join(f"{number} {what}" for number, what in counted if number),
        next_at=risk.next_at,
        reconnect_url=reverse("social_accounts:reconnect", args=[account.pk])
        if may_connect and shown.level != "ok"
        else "",
        mend_url=f"{url}#waiting" if risk.held and not risk.is_broken else "",
    )


def forecast(accounts: Iterable[SocialAccount], found: Sequence[Risk], *, zone: str, now: datetime) -> Forecast | None:
    """The drawing for one client: a line for each day on which something ends, those that are broken first. None where
    nothing does."""
    posts = {risk.account.pk: risk.posts for risk in found}
    lines: dict[tuple[int, str], list[SocialAccount]] = {}
    for account in accounts:
        lines.setdefault(_line_of(account, zone, now), []).append(account)
    if all(days > AHEAD.days for days, _ in lines):
        return None
    bars = [
        _bar(number, days, words, group, posts) for number, ((days, words), group) in enumerate(sorted(lines.items()))
    ]
    summary = " ".join(f"{bar.label}: {bar.words}." for bar in bars)
    return Forecast(bars, _ticks(zone, now), len(bars) * LINE + 28, summary)


def _line_of(account: SocialAccount, zone: str, now: datetime) -> tuple[int, str]:
    """Days that are left (-1: broken), and the words beside the bar; what renews itself stands in one line."""
    shown = health(account, now=now)
    end = account.grant.ends_at if account.grant else None
    if shown.level == "bad" or account.grant is None:
        return -1, shown.words.lower()
    if end is None or end - now >= AHEAD:
        return AHEAD.days + 1, "renew themselves"
    day = cell_of(end, zone)
    return max((day - cell_of(now, zone)).days, 0), f"ends {day:%a} {day.day} {day:%b}"


def _bar(number: int, days: int, words: str, group: Sequence[SocialAccount], posts: Mapping[UUID, int]) -> Bar:
    names = ", ".join(dict.fromkeys(registry.label(account.platform) for account in group))
    label = names if len(names) <= LONGEST_LABEL else f"{names[: LONGEST_LABEL - 1]}…"
    y = 17 + number * LINE
    if days > AHEAD.days:
        return Bar(label, y, WIDTH, "okbar", words, NAMES + 12, "on")
    hanging = sum(posts.get(account.pk, 0) for account in group)
    told = f" · {hanging} post{'s' * (hanging != 1)} {'waiting' if days < 0 else 'after'}" if hanging else ""
    tone = "bad" if days < 0 else "warn" if days < ENDS_SOON.days else "mid"
    width = max(round(WIDTH * days / AHEAD.days), 16)
    return Bar(label, y, width, tone, f"{words}{told}", NAMES + width + 8)


def _ticks(zone: str, now: datetime) -> list[Tick]:
    first = cell_of(now, zone)
    ticks = [Tick(NAMES, "Today", "start")]
    for number in range(WEEK, AHEAD.days, WEEK):
        day = first + timedelta(days=number)
        ticks.append(Tick(NAMES + round(WIDTH * number / AHEAD.days), f"{day.day} {day:%b}", "middle"))
    return ticks
