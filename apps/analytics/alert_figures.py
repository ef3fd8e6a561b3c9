"""The stored figures that rules are held against; no platform is asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

from apps.analytics.alerts.findings import Series
from apps.analytics.alerts.kinds import INTERACTIONS, OWN_CLICKS
from apps.analytics.metrics import interactions_of, total
from apps.analytics.models import AccountDay, UploadedDay
from apps.analytics.retention import kept_apart
from apps.analytics.selectors import figures_of_posts
from apps.links.selectors import clicks_of_posts
from apps.posts.models import Campaign, Post
from apps.tenants.models import Workspace


def series_of(
    workspace: Workspace, metrics: Collection[str], *, first: date, last: date
) -> dict[tuple[UUID, str], Series]:
    """What each account was told of, by account and metric; a day without a figure is not in it. Two
    queries; what was uploaded counts where the platform told nothing."""
    names = sorted(metrics)
    rows = AccountDay.objects.filter(workspace=workspace, day__gte=first, day__lte=last)
    found: dict[tuple[UUID, str], dict[date, float]] = {}
    brought = UploadedDay.objects.filter(workspace=workspace, day__gte=first, day__lte=last)
    told = [one.values_list("account_id", "day", *names) for one in (rows, brought)]
    for account_id, day, *values in chain(*told):
        for name, value in zip(names, values, strict=True):
            if value is not None and day not in found.get((account_id, name), ()):
                found.setdefault((account_id, name), {})[day] = value
    return dict(found)


def total_of(campaign: Campaign, metric: str) -> int | None:
    """What the posts of a campaign come to by their newest figures; None where nothing was told. Platforms whose rules
    forbid it are in no sum with others."""
    posts = list(Post.objects.filter(campaign=campaign, deleted_at=None).values_list("pk", flat=True))
    if metric == OWN_CLICKS:
        return total(list(clicks_of_posts(posts).values()))
    told = [one for many in figures_of_posts(posts).values() for one in many]
    platforms = {one.publication.account.platform for one in told}
    apart = kept_apart() if platforms - kept_apart() else frozenset()
    rows = [one.row for one in told if one.row is not None and one.publication.account.platform not in apart]
    return total([_figure(row, metric) for row in rows])


def _figure(row: Any, metric: str) -> int | None:
    told: int | None = interactions_of(row) if metric == INTERACTIONS else getattr(row, metric)
    return told
