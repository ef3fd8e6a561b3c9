"""The gate of plans: a publication over a limit is held, with the reason and what to do.

Planning refuses what has no room, so this is for limits that were set or lowered since. Of what is planned in a month
or on a day, the first that fit go out, by their hour, whoever asks and however many workers there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, F, IntegerField, Q, Value, When, Window
from django.db.models.functions import RowNumber

from apps.core.querysets import within_reach
from apps.publishing.counting import COUNTED, is_simulated
from apps.publishing.gates import Obstacle, Row
from apps.publishing.models import Publication
from apps.usage.errors import ASK
from apps.usage.meters import COUNTERS, Counter, Meter, Whose
from apps.usage.selectors import totals_of
from apps.usage.terms import Terms, in_words, terms_of

PROBLEM: Final = "over_plan"
COLUMNS: Final = {
    Whose.ORGANIZATION: "organization_id",
    Whose.WORKSPACE: "workspace_id",
    Whose.ACCOUNT: "account_id",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of one organization, workspace or account, in one month or on one day."""

    counter: Counter
    scope_id: UUID
    day: date  # the first of it
    cap: int
    terms: Terms
    platform: str

    @property
    def key(self) -> tuple[UUID, str]:
        return self.scope_id, self.counter.span.period(self.day)

    def condition(self) -> Q:
        column = COLUMNS[self.counter.whose]
        begin, end = (self._midnight(day) for day in (self.day, self.counter.span.resets_on(self.day)))
        return Q(**{column: self.scope_id, "due_at__gte": begin, "due_at__lt": end})

    def words(self) -> str:
        span, resets_on = self.counter.span, self.counter.span.resets_on(self.day)
        allowed = self.terms.allowance(Meter.PUBLICATIONS, self.counter, self.cap, platform=self.platform)
        return (
            f"{allowed} This post is over that for {in_words(span, self.day)}, so it was held. Move it to "
            f"{resets_on.day} {resets_on:%B} or later, or {ASK} and then resume it."
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.terms.zone)).astimezone(UTC)


def over_plan(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
    """The publications that are over a limit; two queries where there is none, at most six. Comments do not count."""
    publications = [
        row for row in rows
        if isinstance(row, Publication) and not is_simulated(row.account.platform, is_test=row.account.is_test)
    ]  # fmt: skip
    organizations = {row.organization_id for row in publications}
    if not organizations:
        return {}
    terms = terms_of(organizations, workspace_ids={row.workspace_id for row in publications})
    bounds = {row.pk: list(_bounds(row, terms[row.organization_id])) for row in publications}
    exceeded = _exceeded({bound.key: bound for found in bounds.values() for bound in found})
    if not exceeded:
        return {}
    firsts = _first_over(exceeded.values())
    over = {
        row.pk: next((one for one in bounds[row.pk] if one.key in firsts and _is_past(row, firsts[one.key])), None)
        for row in publications
    }
    return {pk: Obstacle(PROBLEM, bound.words()) for pk, bound in over.items() if bound is not None}


def _bounds(row: Publication, terms: Terms) -> Iterator[Bound]:
    if terms.limits_nothing:
        return
    platform, day = row.account.platform, terms.day_of(row.due_at)
    for counter in COUNTERS[Meter.PUBLICATIONS]:
        cap = terms.cap(Meter.PUBLICATIONS, counter, workspace_id=row.workspace_id, platform=platform)
        if cap is not None:
            scope_id = getattr(row, COLUMNS[counter.whose])
            yield Bound(counter, scope_id, counter.span.first(day), cap, terms, platform)


def _exceeded(bounds: Mapping[tuple[UUID, str], Bound]) -> dict[tuple[UUID, str], Bound]:
    """Those of which more is planned than they allow."""
    if not bounds:
        return {}
    totals = totals_of(Meter.PUBLICATIONS, bounds)
    return {key: bound for key, bound in bounds.items() if totals.get(key, 0) > bound.cap}


def _first_over(bounds: Collection[Bound]) -> dict[tuple[UUID, str], tuple[datetime, UUID]]:
    """Of each, the first publication by its hour that has no room any more; a query for each kind."""
    found: dict[tuple[UUID, str], tuple[datetime, UUID]] = {}
    for whose in Whose:
        mine = [bound for bound in bounds if bound.counter.whose is whose]
        if mine:
            found |= {mine[number].key: place for number, place in _places_after(mine).items()}
    return found


def _places_after(bounds: Sequence[Bound]) -> dict[int, tuple[datetime, UUID]]:
    arms = [(bound.condition(), number) for number, bound in enumerate(bounds)]
    number_of = Case(*[When(arm, then=Value(number)) for arm, number in arms], output_field=IntegerField())
    cap_of = Case(*[When(arm, then=Value(bounds[number].cap)) for arm, number in arms], output_field=IntegerField())
    counted = within_reach(Publication).filter(state__in=sorted(COUNTED))
    real = counted.exclude(account__platform__in=list(settings.PLATFORM_SANDBOXES)).filter(account__is_test=False)
    planned = real.alias(arm=number_of)
    in_order = Window(RowNumber(), partition_by=[F("arm")], order_by=["due_at", "id"])
    ranked = planned.filter(arm__isnull=False).annotate(number=number_of, cap=cap_of, place=in_order)
    firsts = ranked.filter(place=F("cap") + 1).values_list("number", "due_at", "id")
    return {number: (due_at, pk) for number, due_at, pk in firsts}


def _is_past(row: Publication, first_over: tuple[datetime, UUID]) -> bool:
    return (row.due_at, row.pk) >= first_over
