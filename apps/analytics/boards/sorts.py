"""What posts of each campaign and with each label did, from the rows of the workspace's own board."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any
from uuid import UUID

from apps.analytics.boards.figures import PostRow
from apps.analytics.boards.mix import posts_of
from apps.analytics.boards.usual import times_usual
from apps.analytics.metrics import total
from apps.analytics.overview import Overview, readings_between
from apps.posts.models import Campaign, Label
from apps.tenants.models import Workspace


@dataclass(frozen=True, slots=True)
class SortRow:
    """`posts` counts each once; `known` of `publications` tell interactions. What stands apart is in no sum."""

    id: UUID
    name: str
    colour: str
    posts: int
    publications: int
    known: int
    views: int | None
    interactions: int | None
    rate: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Sorts:
    campaigns: tuple[SortRow, ...]
    labels: tuple[SortRow, ...]


def sorts_of(workspace: Workspace, found: Overview) -> Sorts:
    """Those that posts of the span have; four queries, however many there are."""
    now = [post for post in found.posts if found.is_now(post.day) and post.account_id in found.summed]
    went_out = readings_between(workspace, found.first, found.last)
    post_of, labels_of = posts_of(went_out, {row.publication_id for row in now})
    campaign_of = dict(went_out.values_list("publication_id", "publication__post__campaign_id"))
    by_campaign: dict[UUID, list[PostRow]] = defaultdict(list)
    by_label: dict[UUID, list[PostRow]] = defaultdict(list)
    for row in now:
        if campaign := campaign_of.get(row.publication_id):
            by_campaign[campaign].append(row)
        for label in labels_of[post_of[row.publication_id]]:
            by_label[label].append(row)
    return Sorts(
        tuple(_rows(Campaign.objects.filter(workspace=workspace), by_campaign, post_of, found)),
        tuple(_rows(Label.objects.filter(workspace=workspace), by_label, post_of, found)),
    )


def _rows(
    sorts: Any, rows: Mapping[UUID, Sequence[PostRow]], post_of: Mapping[UUID, UUID], found: Overview
) -> Iterable[SortRow]:
    made = [_row(one, rows[one.pk], post_of, found) for one in sorts.only("name", "colour") if one.pk in rows]
    return sorted(made, key=lambda row: (-(row.interactions or 0), row.name.casefold()))


def _row(sort: Any, rows: Sequence[PostRow], post_of: Mapping[UUID, UUID], found: Overview) -> SortRow:
    both = [row for row in rows if row.views and row.interactions is not None]
    seen, done = total([row.views for row in both]), total([row.interactions for row in both])
    ratios = [ratio for row in rows if (ratio := times_usual(row, found.usual)) is not None]
    return SortRow(
        id=sort.pk,
        name=sort.name,
        colour=sort.colour,
        posts=len({post_of[row.publication_id] for row in rows}),
        publications=len(rows),
        known=sum(row.interactions is not None for row in rows),
        views=total([row.views for row in rows]),
        interactions=total([row.interactions for row in rows]),
        rate=done / seen if seen and done is not None else None,
        ratio=fmean(ratios) if ratios else None,
    )
