"""A post on each of its accounts: its figures as it grew older, and against what is usual there at the same age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median
from typing import Any, Final
from uuid import UUID

from apps.analytics.ladder import LADDER, RUNGS
from apps.analytics.metrics import INTERACTIONS, interactions_of, total
from apps.analytics.models import PublicationSnapshot, Reading
from apps.analytics.selectors import PostFigures, figures_of_posts
from apps.posts.models import Post

LOOK_BACK: Final = timedelta(days=90)
ENOUGH: Final = 3  # other posts of the account that were read at an age, for there to be a usual one
MOST: Final = 20_000  # rows of other posts; a year of many of them


@dataclass(frozen=True)
class Grown:
    """A publication with all its readings, the oldest first. `usual`: by rung, the interactions of the account's other
    posts in the middle; `of` how many posts each stands on."""

    figures: PostFigures
    rows: Sequence[PublicationSnapshot]
    usual: Mapping[str, float]
    of: Mapping[str, int]

    @cached_property
    def by_rung(self) -> dict[str, PublicationSnapshot]:
        return {row.key: row for row in self.rows if row.key in RUNGS and not row.missing}

    def interactions(self, rung: str) -> int | None:
        row = self.by_rung.get(rung)
        return interactions_of(row) if row else None

    @cached_property
    def compared_at(self) -> str:
        """The last rung at which both it and enough others were read; "" where there is none."""
        both = [rung.name for rung in LADDER if self.interactions(rung.name) is not None and self.usual.get(rung.name)]
        return both[-1] if both else ""

    @property
    def times_usual(self) -> float | None:
        told = self.interactions(self.compared_at) if self.compared_at else None
        return None if told is None else told / self.usual[self.compared_at]

    @property
    def is_finished(self) -> bool:
        return self.figures.reading is not None and self.figures.reading.step_at is None


def grown(post: Post) -> list[Grown]:
    """Each publication of a post that went out; four queries, however many there are."""
    figures = figures_of_posts([post.pk]).get(post.pk, [])
    ids = [one.publication.pk for one in figures]
    rows: dict[UUID, list[PublicationSnapshot]] = defaultdict(list)
    for row in PublicationSnapshot.objects.filter(publication__in=ids).order_by("taken_at", "pk").defer("raw"):
        rows[row.publication_id].append(row)
    others = _others(figures)
    return [_grown(one, rows[one.publication.pk], others) for one in figures]


Others = Mapping[tuple[UUID, str], list[int]]


def _grown(one: PostFigures, rows: Sequence[PublicationSnapshot], others: Others) -> Grown:
    account = one.publication.account_id
    told = {rung: others.get((account, rung), []) for rung in RUNGS}
    usual = {rung: float(median(values)) for rung, values in told.items() if len(values) >= ENOUGH}
    return Grown(one, rows, usual, {rung: len(values) for rung, values in told.items()})


def _others(figures: Sequence[PostFigures]) -> Others:
    """By account and rung, the interactions of its other posts of the days around."""
    published: list[datetime] = [at for one in figures if (at := one.publication.published_at)]
    if not published:
        return {}
    around = Reading.objects.filter(
        account__in={one.publication.account_id for one in figures},
        published_at__gte=min(published) - LOOK_BACK,
        published_at__lte=max(published) + LOOK_BACK,
    ).exclude(publication__in=[one.publication.pk for one in figures])
    rows: Any = PublicationSnapshot.objects.filter(
        publication__in=around.values("publication"), key__in=RUNGS, missing=""
    )
    found: dict[tuple[UUID, str], list[int]] = defaultdict(list)
    for account, key, *values in rows.values_list("account_id", "key", *[one.value for one in INTERACTIONS])[:MOST]:
        if (done := total(values)) is not None:
            found[account, key].append(done)
    return found
