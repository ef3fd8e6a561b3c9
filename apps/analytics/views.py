"""The analytics of a workspace, and the imports of an account. Pages answer from stored rows: none calls a platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.analytics import services
from apps.analytics.charting import chart_of
from apps.analytics.definitions import BOOKS, NOTHING
from apps.analytics.errors import ImportRefused
from apps.analytics.metrics import LABELS, interactions_of
from apps.analytics.models import Import, ImportedPost
from apps.analytics.overview import Number, Overview, PlatformRow, Point, Trend, overview, titles_of
from apps.analytics.selectors import span_of
from apps.analytics.wording import change, compact, number, percent
from apps.core import clock
from apps.core.calendar import cell_of
from apps.platforms import registry
from apps.social_accounts.models import SocialAccount
from apps.social_accounts.states import PUBLISHES
from apps.tenants.access import MemberRequest, page
from apps.usage.errors import LimitReached

DAY: Final = timedelta(days=1)
SPANS: Final = (7, 28, 90)
USUAL: Final = 28
MOST_DAYS: Final = 400
MOST_POSTS: Final = 50
MOST_IMPORTS: Final = 10
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


# --- the dashboard ----------------------------------------------------------------------------------------------------


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


# --- imports ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImportRow:
    state: str
    words: str
    tone: str
    found: int
    kept: int
    most: int
    problem: str
    next_try_at: datetime | None
    begun_at: datetime
    ended_at: datetime | None
    retry_url: str
    delete_url: str
    name: str  # on the page


@dataclass(frozen=True, slots=True)
class ImportedRow:
    text: str
    url: str
    published_at: datetime | None
    views: str
    interactions: str
    missing: str


@require_safe
@page("analytics.view")
def imports(request: MemberRequest, account_id: UUID) -> HttpResponse:
    """The posts that an account had, and how far their import has come. htmx asks for the progress alone."""
    account = get_object_or_404(SocialAccount.objects.select_related("workspace"), pk=account_id)
    request.member.require("analytics.view", account.workspace_id)
    may_start = request.member.may_in(account.workspace_id, "import.start")
    rows = list(Import.objects.filter(account=account)[:MOST_IMPORTS])
    is_running = any(row.is_unfinished for row in rows)
    context = {
        "account_name": account.name or account.handle,
        "platform": account.platform,
        "zone": account.workspace.timezone,
        "accounts_url": reverse("dashboard:accounts"),
        "account_url": reverse("dashboard:account", args=[account.pk]),
        "imports": [_import_row(row, may_change=may_start) for row in rows],
        "is_running": is_running,
        "progress_url": reverse("analytics:imports", args=[account.pk]),
        "start_url": (
            reverse("analytics:start_import", args=[account.pk])
            if may_start and not is_running and account.state in PUBLISHES
            else ""
        ),
        "posts": [_imported(post) for post in ImportedPost.objects.filter(account=account).defer("raw")[:MOST_POSTS]],
        "most_posts": MOST_POSTS,
    }
    template = "analytics/_imports.html" if getattr(request, "htmx", None) else "analytics/imports.html"
    return render(request, template, context)


@require_POST
@page("import.start")
def start_import(request: MemberRequest, account_id: UUID) -> HttpResponse:
    account = get_object_or_404(SocialAccount, pk=account_id)
    request.member.require("import.start", account.workspace_id)
    try:
        services.start_import(account=account, actor=request.member.actor)
    except (ImportRefused, LimitReached) as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "The import has begun. You may leave this page.")
    return redirect("analytics:imports", account.pk)


@require_POST
@page("import.start")
def retry_import(request: MemberRequest, import_id: UUID) -> HttpResponse:
    row = get_object_or_404(Import, pk=import_id)
    request.member.require("import.start", row.workspace_id)
    try:
        services.retry_import(import_id=row.pk, actor=request.member.actor)
    except ImportRefused as error:
        messages.error(request, error.words)
    else:
        messages.success(request, "The import goes on where it stopped.")
    return redirect("analytics:imports", row.account_id)


@require_POST
@page("import.start")
def delete_import(request: MemberRequest, import_id: UUID) -> HttpResponse:
    row = get_object_or_404(Import, pk=import_id)
    request.member.require("import.start", row.workspace_id)
    services.delete_import(import_id=row.pk, actor=request.member.actor)
    messages.success(request, "The import and its posts are deleted here. On the network nothing changed.")
    return redirect("analytics:imports", row.account_id)


TONES: Final = {"waiting": "accent", "running": "accent", "completed": "ok", "failed": "bad"}


def _import_row(row: Import, *, may_change: bool) -> ImportRow:
    return ImportRow(
        state=row.state,
        words=row.get_state_display(),
        tone=TONES[row.state],
        found=row.found,
        kept=row.kept,
        most=row.most,
        problem=row.problem_words,
        next_try_at=row.next_try_at if row.is_unfinished and row.problem else None,
        begun_at=row.created_at,
        ended_at=row.ended_at,
        retry_url=reverse("analytics:retry_import", args=[row.pk]) if may_change and row.state == "failed" else "",
        delete_url=reverse("analytics:delete_import", args=[row.pk]) if may_change else "",
        name=row.pk.hex,
    )


def _imported(post: ImportedPost) -> ImportedRow:
    return ImportedRow(
        text=post.text,
        url=post.url if post.url.startswith(("https://", "http://")) else "",
        published_at=post.published_at,
        views=number(post.views),
        interactions=number(interactions_of(post)),
        missing=post.get_missing_display() if post.missing else "",
    )
