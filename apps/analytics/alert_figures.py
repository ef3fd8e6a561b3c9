"""The stored figures that rules are held against; no platform is asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import chain
from operator import add
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from apps.analytics.alerts.findings import Series
from apps.analytics.alerts.kinds import INTERACTIONS, OWN_CLICKS
from apps.analytics.ladder import LADDER
from apps.analytics.metrics import INTERACTIONS as ALL_INTERACTIONS
from apps.analytics.metrics import interactions_of, total
from apps.analytics.models import AccountDay, Alert, AlertRule, PublicationSnapshot, UploadedDay
from apps.analytics.retention import kept_apart
from apps.analytics.selectors import figures_of_posts
from apps.core.calendar import cell_of, reach
from apps.links.selectors import clicks_of_posts
from apps.posts.models import Campaign, Post
from apps.tenants.models import Workspace

FIRST_RUNG: Final = LADDER[0].name


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


def has_reached(account_id: UUID, metric: str, goal: float, *, before: date) -> bool:
    """Whether the account has had so much on any day before this one, as far back as anything is kept."""
    reached = {"account_id": account_id, "day__lt": before, f"{metric}__gte": goal}
    return any(model.objects.filter(**reached).exists() for model in (AccountDay, UploadedDay))


@dataclass(frozen=True, slots=True)
class PostReached:
    publication_id: UUID
    account_id: UUID
    day: date
    value: float


def posts_that_reached(rule: AlertRule, *, first: date) -> list[PostReached]:
    """Posts whose figures came to what the rule asks for on this day or later, of which it has not told: the earliest
    reading that says so, for each. Two queries. Where the first that is kept of an older post says so already, that it
    came to it is no news: it may have been told before what there was had to be forgotten."""
    workspace, figure = rule.workspace, _column(rule.metric)
    rows = PublicationSnapshot.objects.filter(workspace=workspace, missing="").annotate(figure=figure)
    rows = rows.filter(figure__gte=rule.threshold)
    earlier = PublicationSnapshot.objects.filter(publication=OuterRef("publication"), taken_at__lt=OuterRef("taken_at"))
    below = earlier.annotate(figure=figure).exclude(missing="", figure__gte=rule.threshold)
    rows = rows.filter(Q(key=FIRST_RUNG) | Exists(below))
    if rule.account_id is not None:
        rows = rows.filter(account_id=rule.account_id)
    begin, _ = reach(first, first, workspace.timezone)
    told = Alert.objects.filter(rule=rule, version=rule.version, publication__isnull=False).values("publication")
    lately = rows.filter(taken_at__gte=begin).exclude(publication__in=told).values("publication")
    earliest: dict[UUID, PostReached] = {}
    columns = ("publication_id", "account_id", "taken_at", "figure")
    for publication_id, account_id, taken_at, value in (
        rows.filter(publication__in=lately).order_by("taken_at", "pk").values_list(*columns)
    ):
        day = cell_of(taken_at, workspace.timezone)
        earliest.setdefault(publication_id, PostReached(publication_id, account_id, day, value))
    return [one for one in earliest.values() if one.day >= first]


def _column(metric: str) -> Any:
    if metric != INTERACTIONS:
        return F(metric)
    return reduce(add, (Coalesce(F(one.value), 0) for one in ALL_INTERACTIONS))


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
