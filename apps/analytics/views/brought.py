"""One post that was there before, as the network listed it or a file had it. It is looked at and never sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.analytics.boards.days import DAY
from apps.analytics.charting import Chart, Point, chart_of
from apps.analytics.definitions import POST, definition
from apps.analytics.metrics import LABELS, interactions_of
from apps.analytics.models import ImportedPost, UploadedPost
from apps.analytics.selectors import span_of
from apps.analytics.states import Missing
from apps.analytics.wording import number
from apps.platforms.insights import Metric
from apps.social_accounts.models import SocialAccount
from apps.tenants.access import MemberRequest, page

MOST_ROWS: Final = 400
LONGEST: Final = 400  # days that are drawn


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was told. `name` and `words` are the network's own; "" where it tells none of the kind today."""

    label: str
    value: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    cells: tuple[str, ...]
    interactions: str


@require_safe
@page("analytics.view")
def imported(request: MemberRequest, imported_id: UUID) -> HttpResponse:
    """A post that an import has found."""
    rows = ImportedPost.objects.select_related("account__workspace").defer("raw")
    post: ImportedPost = get_object_or_404(rows, pk=imported_id)
    context = {
        "published_at": post.published_at,
        "url": safe_address(post.url),
        "kind": post.kind,
        "pictures": len(post.media_urls),
        "taken_at": post.taken_at,
        "missing": str(Missing(post.missing).label) if post.missing else "",
        "list_url": reverse("analytics:imports", args=[post.account_id]),
    }
    return _page(request, post, [post], context)


@require_safe
@page("analytics.view")
def uploaded(request: MemberRequest, uploaded_id: UUID) -> HttpResponse:
    """A post as files had it, on each of their days."""
    found: UploadedPost = get_object_or_404(UploadedPost.objects.select_related("account__workspace"), pk=uploaded_id)
    mine = UploadedPost.objects.filter(account=found.account_id, remote_id=found.remote_id)
    rows = list(mine.select_related("upload").defer("raw", "upload__rows").order_by("-day")[:MOST_ROWS])
    newest = rows[0]
    metrics = _told(rows)
    context = {
        "published_on": next((row.published_on for row in rows if row.published_on), None),
        "url": safe_address(found.remote_id),
        "file_name": newest.upload.name,
        "counted_on": newest.day,
        "taken_at": newest.taken_at,
        "heads": [LABELS[metric] for metric in metrics],
        "days": [_day(row, metrics) for row in rows],
        "chart": _drawn(rows),
        "list_url": reverse("analytics:history", args=[found.account_id]),
    }
    return _page(request, newest, rows, context)


def safe_address(text: str) -> str:
    """An address of the web that a link may lead to; "" for anything else."""
    return text if urlsplit(text).scheme in ("https", "http") else ""


def of_account(account: SocialAccount, most: int) -> list[UploadedPost]:
    """The newest row of each post that files have brought, the latest first."""
    rows: QuerySet[UploadedPost] = UploadedPost.objects.filter(account=account).defer("raw")
    newest: dict[str, UploadedPost] = {}
    for row in rows.order_by("-day", "remote_id")[: most * 4]:
        newest.setdefault(row.remote_id, row)
    return list(newest.values())[:most]


def _page(request: MemberRequest, post: Any, rows: Sequence[Any], context: dict[str, Any]) -> HttpResponse:
    account: SocialAccount = post.account
    request.member.require("analytics.view", account.workspace_id)
    usual: dict[str, Any] = {
        "text": next((row.text for row in rows if row.text), ""),
        "platform": account.platform,
        "account_name": f"@{account.handle}",
        "account_url": reverse("analytics:account", args=[account.pk]),
        "zone": account.workspace.timezone,
        "figures": [_figure(account.platform, metric, getattr(post, metric.value)) for metric in _told([post])],
        "interactions": number(interactions_of(post)),
        # Of an import, and of a file: the other has none of it.
        "published_at": None, "kind": "", "pictures": 0, "missing": "",
        "published_on": None, "file_name": "", "counted_on": None, "heads": [], "days": [], "chart": None,
    }  # fmt: skip
    return render(request, "analytics/brought_post.html", {**usual, **context})


def _told(rows: Sequence[Any]) -> list[Metric]:
    """What any of them tells: a column that nobody fills is none."""
    return [metric for metric in Metric if any(getattr(row, metric.value) is not None for row in rows)]


def _figure(platform: str, metric: Metric, value: float) -> Figure:
    known = definition(platform, POST, metric)
    return Figure(LABELS[metric], number(value), known.name if known else "", known.words if known else "")


def _day(row: UploadedPost, metrics: Sequence[Metric]) -> DayRow:
    cells = tuple(number(getattr(row, metric.value)) for metric in metrics)
    return DayRow(row.day, cells, number(interactions_of(row)))


def _drawn(newest_first: Sequence[UploadedPost]) -> Chart | None:
    """Interactions day by day; days that no file has are breaks. None for a single day, or for too many."""
    first, last = newest_first[-1].day, newest_first[0].day
    days = span_of(first, last)
    if not 2 <= days <= LONGEST:
        return None
    told: dict[date, int | None] = {row.day: interactions_of(row) for row in newest_first}
    points = [Point(day, told.get(day)) for day in (first + DAY * step for step in range(days))]
    return chart_of(points, [], label=gettext("Interactions"))
