"""The accounts of a workspace side by side, and the board of each: all that its network tells, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.analytics.boards import audience as people
from apps.analytics.boards.account import UPLOADED, AccountBoard, account_board
from apps.analytics.boards.choosing import Choice
from apps.analytics.charting import Spark, chart_of, spark_of
from apps.analytics.metrics import LABELS, LEVELS
from apps.analytics.overview import overview
from apps.analytics.states import Missing
from apps.analytics.views.boards import audience, parts
from apps.analytics.views.boards.asked import Asked, Chip, asked_of
from apps.analytics.views.boards.filters import filters_of
from apps.analytics.views.boards.parts import Tile
from apps.analytics.views.boards.tabs import tabs_of
from apps.analytics.views.overview import board, overview_of
from apps.analytics.wording import number, percent
from apps.platforms.insights import Metric
from apps.social_accounts.models import SocialAccount
from apps.tenants.access import MemberRequest, page


@dataclass(frozen=True, slots=True)
class AccountRow:
    url: str
    name: str
    platform: str
    followers: str
    views: str
    posts: str
    interactions: str
    rate: str
    until: date | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountDay:
    """A day of an account in words; `cells` are its figures in the order of the heads."""

    day: date
    cells: tuple[str, ...]
    missing: str
    is_corrected: bool
    is_uploaded: bool
    taken_at: datetime


@require_safe
@page("analytics.view")
def listed(request: MemberRequest) -> HttpResponse:
    workspace: Any = request.member.workspace  # which the door has seen to
    asked = asked_of(request.GET, here=reverse("analytics:accounts"), zone=workspace.timezone)
    found = overview(workspace, first=asked.first, last=asked.last, choice=asked.choice)
    rows = []
    for account in found.accounts:
        told = found.row_of(account.platform, frozenset([account.pk]))
        url = asked.address(here=reverse("analytics:account", args=[account.pk]), choice=Choice())
        rows.append(
            AccountRow(
                url, f"@{account.handle}", account.platform, number(told.followers), number(told.views),
                number(told.posts), number(told.interactions), percent(told.rate), told.until, told.taken_at,
            )
        )  # fmt: skip
    context = {
        "asked": asked,
        "spans": asked.spans(),
        "tabs": tabs_of(request.member, "accounts", asked),
        "filters": filters_of(workspace, asked),
        "rows": rows,
        "zone": asked.zone,
        "until": max(found.until.values(), default=None),
        "behind": parts.behind_of(found),
        "accounts_url": reverse("dashboard:accounts"),
    }
    return render(request, "analytics/accounts.html", context)


@require_safe
@page("analytics.view")
def of_account(request: MemberRequest, account_id: UUID) -> HttpResponse:
    account: SocialAccount = get_object_or_404(SocialAccount.objects.select_related("workspace"), pk=account_id)
    request.member.require("analytics.view", account.workspace_id)
    here = reverse("analytics:account", args=[account.pk])
    asked = asked_of(request.GET, here=here, zone=account.workspace.timezone)
    own = Choice(accounts=frozenset([account.pk]))
    found = overview_of(account.workspace, asked, own)
    told = account_board(account, first=asked.first, last=asked.last)
    context = {
        **board(asked, found, of=own),
        "tiles": parts.tiles_of(found, of_posts_alone=True),
        **_trend(asked, told),
        "tabs": tabs_of(request.member, "accounts", asked),
        "filters": filters_of(account.workspace, asked, without=frozenset({"account", "network"})),
        "account_name": f"@{account.handle}",
        "platform": account.platform,
        "list_url": asked.address(here=reverse("analytics:accounts"), trend="", choice=Choice()),
        "account_url": reverse("dashboard:account", args=[account.pk]),
        "account_tiles": _tiles(told),
        "audience": audience.shown(people.audience_of(account)),
        "heads": [LABELS[metric] for metric in told.metrics],
        "account_days": [_day(told, row) for row in told.days],
    }
    return render(request, "analytics/account.html", context)


def _tiles(told: AccountBoard) -> list[Tile]:
    return [parts.tile_of(_label(one), told.number(one), "day", _spark(told, one)) for one in told.metrics]


def _spark(told: AccountBoard, metric: Metric) -> Spark | None:
    return spark_of([point.value for point in told.points(metric)])


def _label(metric: Metric) -> str:
    return gettext("People reached a day") if metric is Metric.REACH else LABELS[metric]


def _trend(asked: Asked, told: AccountBoard) -> dict[str, Any]:
    """The context of _trend.html, over all that the network tells of accounts."""
    wanted = [metric for metric in told.metrics if metric.value == asked.trend]
    known = [metric for metric in told.metrics if any(point.value is not None for point in told.points(metric))]
    metric = next(iter([*wanted, *known, *told.metrics]), Metric.FOLLOWERS)
    now, before = told.points(metric), told.points(metric, before=True)
    label = LABELS[metric]
    return {
        "chart": chart_of(now, before, label=label, from_nought=metric not in LEVELS),
        "trend": metric.value,
        "trend_label": label,
        "trends": [Chip(LABELS[one], asked.address(trend=one.value), one is metric) for one in told.metrics],
        "rows": [parts.day_row(*pair) for pair in zip(now, before, strict=True)][::-1],
    }


def _day(told: AccountBoard, row: Any) -> AccountDay:
    cells = tuple(number(getattr(row, metric.value)) for metric in told.metrics)
    missing = str(Missing(row.missing).label) if row.missing else ""
    return AccountDay(row.day, cells, missing, row.revision > 1, row.revision == UPLOADED, row.taken_at)
