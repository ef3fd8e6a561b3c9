"""The board of a post: each of its publications as it grew, side by side, and against what is usual for its account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from apps.analytics.boards.post import Grown, grown
from apps.analytics.charting import Steps, steps_of
from apps.analytics.ladder import LADDER, RUNGS
from apps.analytics.metrics import LABELS, figures_of, interactions_of
from apps.analytics.states import Missing
from apps.analytics.views.boards import parts
from apps.analytics.views.boards.tabs import tabs_of
from apps.analytics.wording import number
from apps.links.selectors import clicks_of_posts
from apps.platforms.insights import Metric
from apps.posts.models import Post
from apps.tenants.access import MemberRequest, page

AGES: Final = {
    "1h": "1 h", "6h": "6 h", "1d": "1 day", "3d": "3 days", "7d": "7 days", "30d": "30 days", "90d": "90 days",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a publication in words; `cells` are its figures in the order of the heads."""

    age: str
    taken_at: datetime
    cells: tuple[str, ...]
    missing: str
    usual: str


@dataclass(frozen=True, slots=True)
class Publication:
    name: str
    platform: str
    url: str
    published_at: datetime | None
    newest: tuple[str, ...]
    interactions: str
    times_usual: str
    usual_note: str
    taken_at: datetime | None
    next_at: datetime | None
    missing: str
    steps: Steps | None
    readings: tuple[Reading, ...]
    own_clicks: str = ""


@require_safe
@page("analytics.view")
def of_post(request: MemberRequest, post_id: UUID) -> HttpResponse:
    posts = Post.objects.select_related("workspace", "campaign").prefetch_related("parts")
    post: Any = get_object_or_404(posts, pk=post_id, deleted_at=None)
    request.member.require("analytics.view", post.workspace_id)
    found = grown(post)
    metrics = _told(found)
    clicks = clicks_of_posts([post.pk])
    rows = [_publication(one, metrics, clicks.get((post.pk, one.figures.publication.account_id))) for one in found]
    words = next((part.text for part in post.parts.all() if part.position == 0), "")
    context = {
        "tabs": tabs_of(request.member, "overview"),
        "zone": post.workspace.timezone,
        "title": post.title or words,
        "post_url": reverse("publishing:post", args=[post.pk]),
        "campaign": post.campaign,
        "campaign_url": reverse("analytics:campaign", args=[post.campaign_id]) if post.campaign_id else "",
        "heads": [LABELS[metric] for metric in metrics],
        "has_own_clicks": bool(clicks),
        "publications": rows,
        "meanings": parts.meanings_of([one.figures.publication.account.platform for one in found]),
    }
    return render(request, "analytics/post.html", context)


def _told(found: list[Grown]) -> list[Metric]:
    """The figures that any of them tells: a column that nobody fills is none."""
    known = {
        metric
        for one in found
        for row in one.rows
        for metric in Metric
        if getattr(row, metric.value) is not None and metric not in (Metric.FOLLOWERS, Metric.POSTS)
    }
    return [metric for metric in Metric if metric in known]


def _publication(one: Grown, metrics: list[Metric], own_clicks: int | None) -> Publication:
    publication, row = one.figures.publication, one.figures.row
    names = [rung.name for rung in LADDER]
    steps = steps_of(
        names, [one.interactions(name) for name in names], [one.usual.get(name) for name in names],
        label=gettext("Interactions"),
    )  # fmt: skip
    return Publication(
        name=f"@{publication.account.handle}",
        platform=publication.account.platform,
        url=publication.remote_url if publication.remote_url.startswith(("https://", "http://")) else "",
        published_at=publication.published_at,
        newest=_cells(row, metrics),
        interactions=number(interactions_of(row) if row else None),
        times_usual=parts.times_words(one.times_usual),
        usual_note=_note(one),
        taken_at=row.taken_at if row else None,
        next_at=one.figures.reading.step_at if one.figures.reading else None,
        missing=_why(one.figures.missing),
        steps=steps,
        readings=tuple(_reading(one, snapshot, metrics) for snapshot in one.rows),
        own_clicks=number(own_clicks),
    )


def _note(one: Grown) -> str:
    rung = one.compared_at
    if not rung:
        return gettext("Too few other posts to say what is usual.")
    words = gettext("%(age)s after going out; usual is %(usual)s, of %(posts)s posts.")
    return words % {"age": AGES[rung], "usual": number(one.usual[rung]), "posts": one.of[rung]}


def _reading(one: Grown, row: Any, metrics: list[Metric]) -> Reading:
    is_rung = row.key in RUNGS
    usual = one.usual.get(row.key) if is_rung else None
    age = AGES[row.key] if is_rung else gettext("on request")
    return Reading(age, row.taken_at, _cells(row, metrics), _why(row.missing), number(usual))


def _cells(row: Any, metrics: list[Metric]) -> tuple[str, ...]:
    told = figures_of(row) if row is not None else {}
    return tuple(number(told.get(metric.value)) for metric in metrics)


def _why(missing: str) -> str:
    return str(Missing(missing).label) if missing else ""
