"""The analytics of a workspace, answered from stored rows: the page calls no platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.analytics.charting import chart_of
from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.metrics import LABELS
from apps.analytics.overview import Number, Overview, PlatformRow, Point, Trend, overview, titles_of
from apps.analytics.selectors import span_of
from apps.analytics.wording import change, compact, number, percent
from apps.core import clock
from apps.core.calendar import cell_of
from apps.platforms import registry
from apps.tenants.access import MemberRequest, page

DAY: Final = timedelta(days=1)
SPANS: Final = (7, 28, 90)
USUAL: Final = 28
MOST_DAYS: Final = 400
TRENDS: Final = {
    Trend.VIEWS: "Views",
    Trend.FOLLOWERS: "Followers",
    Trend.INTERACTIONS: "Interactions",
}


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the page. `note` says how much of what it is about is known, `taken_at` when it was last read."""

    label: str
    value: str
    change: str
    direction: str  # "up", "down" or ""
    note: str
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class NetworkRow:
    platform: str
    posts: str
    followers: str
    views: str
    post_views: str
    interactions: str
    rate: str
    until: date | None
    taken_at: datetime | None
    stands_apart: bool


@dataclass(frozen=True, slots=True)
class TopRow:
    url: str
    words: str
    platform: str
    published_at: datetime
    interactions: str
    views: str


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    value: str
    before: str
    known: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a network calls a figure, and what it counts."""

    of: str
    label: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Meanings:
    platform: str
    days_in: str
    rows: tuple[Meaning, ...]


@require_safe
@page("analytics.view")
def of_workspace(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    zone = workspace.timezone
    yesterday = cell_of(clock.now(), zone) - DAY
    first, last = _span(request.GET, yesterday)
    found = overview(workspace, first=first, last=last)
    trend = _trend(request.GET, found)
    now, before = found.trend(trend), found.trend(trend, before=True)
    label = TRENDS[trend]
    context = {
        "zone": zone,
        "first": first,
        "last": last,
        "days": span_of(first, last),
        "latest_day": yesterday,
        "spans": _spans(first, last, yesterday, trend),
        "tiles": _tiles(found),
        "chart": chart_of(now, before, label=label, from_nought=trend is not Trend.FOLLOWERS),
        "trend": trend.value,
        "trend_label": label,
        "trends": [Chip(words, _address(first, last, one), one is trend) for one, words in TRENDS.items()],
        "rows": [_day_row(*pair) for pair in zip(now, before, strict=True)][::-1],
        "networks": [_network(row, found) for row in found.platforms],
        "apart": [registry.label(platform) for platform in sorted(found.apart & set(found.platform_of.values()))],
        "top": _top(found),
        "until": max(found.until.values(), default=None),
        "behind": _behind(found),
        "meanings": [_meanings(name) for name in sorted(set(found.platform_of.values()))],
        "has_accounts": bool(found.accounts),
        "has_figures": bool(found.days or found.posts),
        "page_url": reverse("analytics:overview"),
        "accounts_url": reverse("dashboard:accounts"),
    }
    return render(request, "analytics/overview.html", context)


def _span(asked: Any, yesterday: date) -> tuple[date, date]:
    """The days that the address names; what makes no sense there is the usual span."""
    last = _day(asked.get("to", "")) or yesterday
    usual = asked.get("days", "")
    length = int(usual) if usual in map(str, SPANS) else USUAL
    first = _day(asked.get("from", "")) or last - DAY * (length - 1)
    if 1 <= span_of(first, last) <= MOST_DAYS:
        return first, last
    return yesterday - DAY * (USUAL - 1), yesterday


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _trend(asked: Any, found: Overview) -> Trend:
    """What is asked for, or the first that anything is known of."""
    wanted = asked.get("trend", "")
    if wanted in TRENDS:
        return Trend(wanted)
    told = (one for one in Trend if any(point.value for point in found.trend(one)))
    return next(told, Trend.FOLLOWERS)


def _address(first: date, last: date, trend: Trend) -> str:
    query = urlencode({"from": first.isoformat(), "to": last.isoformat(), "trend": trend.value})
    return f"{reverse('analytics:overview')}?{query}"


def _spans(first: date, last: date, yesterday: date, trend: Trend) -> list[Chip]:
    here = reverse("analytics:overview")
    return [
        Chip(
            f"{days} days",
            f"{here}?{urlencode({'days': days, 'trend': trend.value})}",
            (first, last) == (yesterday - DAY * (days - 1), yesterday),
        )
        for days in SPANS
    ]


def _tiles(found: Overview) -> list[Tile]:
    return [
        _tile("Followers", found.followers, "account"),
        _tile("Views of accounts", found.views, "day"),
        _tile("Posts published", found.published, ""),
        _tile("Views of these posts", found.post_views, "post"),
        _tile("Interactions", found.interactions, "post"),
    ]


def _tile(label: str, figure: Number, about: str) -> Tile:
    more = figure.change or 0
    # Where nothing can be known there is no share of it to tell.
    partly = about and figure.of and figure.known < figure.of
    known = f"{figure.known:,} of {figure.of:,} {about}s known" if partly else ""
    return Tile(
        label=label,
        value=compact(figure.value),
        change=change(figure.now, figure.before),
        direction="up" if more > 0 else "down" if more < 0 else "",
        note=known or ("" if figure.value is not None else "no network here tells it"),
        taken_at=figure.taken_at,
    )


def _network(row: PlatformRow, found: Overview) -> NetworkRow:
    return NetworkRow(
        platform=row.platform,
        posts=number(row.posts),
        followers=number(row.followers),
        views=number(row.views),
        post_views=number(row.post_views),
        interactions=number(row.interactions),
        rate=percent(row.rate),
        until=row.until,
        taken_at=row.taken_at,
        stands_apart=row.platform in found.apart,
    )


def _top(found: Overview) -> list[TopRow]:
    titles = titles_of(found.top)
    return [
        TopRow(
            url=reverse("publishing:post", args=[titles[post.publication_id][0]]),
            words=titles[post.publication_id][1],
            platform=found.platform_of.get(post.account_id, ""),
            published_at=post.published_at,
            interactions=number(post.interactions),
            views=number(post.views),
        )
        for post in found.top
        if post.publication_id in titles
    ]


def _day_row(point: Point, before: Point) -> DayRow:
    known = f"{point.known} of {point.of}" if point.of and point.known < point.of else ""
    value = point.value if point.value is not None else point.part
    return DayRow(point.day, number(value), number(before.value), known)


def _behind(found: Overview) -> list[tuple[str, date]]:
    """Accounts whose last day that was told is before that of the others."""
    latest = max(found.until.values(), default=None)
    if latest is None:
        return []
    names = {account.pk: f"{registry.label(account.platform)} @{account.handle}" for account in found.accounts}
    return sorted((names[pk], day) for pk, day in found.until.items() if day < latest and pk in names)


def _meanings(platform: str) -> Meanings:
    book = BOOKS.get(platform, NOTHING)
    rows = [
        Meaning(of, LABELS[metric], one.name, one.words)
        for of, told in (("an account", book.accounts), ("a post", book.posts))
        for metric, one in told.items()
    ]
    return Meanings(platform, book.days_in, tuple(rows))
