"""How punctual a workspace or an organization was, for pages and the API; one query each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from apps.core import tenancy
from apps.watch.models import Departure, Punctuality, StatusPage

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Day:
    """One day; of a day on which nothing was promised for an hour the percentiles are None, never nought."""

    day: date
    posts: int = 0
    at_once: int = 0
    within_1s: int = 0
    within_10s: int = 0
    within_60s: int = 0
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    worst_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """What can be added up over days and is still exact. Percentiles cannot, so there are none here."""

    posts: int = 0
    at_once: int = 0
    within_1s: int = 0
    within_10s: int = 0
    within_60s: int = 0
    worst_ms: int | None = None

    @classmethod
    def of(cls, rows: Iterable[Day | Punctuality]) -> Sums:
        known = list(rows)
        return cls(
            posts=sum(row.posts for row in known),
            at_once=sum(row.at_once for row in known),
            within_1s=sum(row.within_1s for row in known),
            within_10s=sum(row.within_10s for row in known),
            within_60s=sum(row.within_60s for row in known),
            worst_ms=max((row.worst_ms for row in known if row.worst_ms is not None), default=None),
        )


@dataclass(frozen=True, slots=True)
class PlatformSums:
    platform: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class OnTime:
    """Every day of the span in order, whether or not anything was due on it; `platforms` are those that were posted to,
    the busiest first."""

    days: tuple[Day, ...]
    sums: Sums
    platforms: tuple[PlatformSums, ...]


def on_time(*, workspace_id: UUID | None, last_day: date, days: int = DAYS, platform: str = "") -> OnTime:
    """The `days` up to `last_day` of a workspace, or (None) of the organization in context, on one platform or all."""
    first_day = last_day - timedelta(days=days - 1)
    rows = list(
        Punctuality.objects.filter(workspace_id=workspace_id, day__gte=first_day, day__lte=last_day).order_by("day")
    )
    by_day = {row.day: _day(row) for row in rows if row.platform == platform}
    found = tuple(by_day.get(day, Day(day)) for day in (first_day + timedelta(days=step) for step in range(days)))
    return OnTime(found, Sums.of(found), _by_platform(rows))


def sums_of_workspaces(*, last_day: date, days: int = DAYS) -> dict[UUID, Sums]:
    """The same sums for each workspace that the tenant in context may see and that posted anything."""
    visible = tenancy.required().workspace_ids
    rows = Punctuality.objects.filter(
        workspace__isnull=False, platform="", day__gt=last_day - timedelta(days=days), day__lte=last_day
    )
    if not isinstance(visible, tenancy.Everywhere):
        rows = rows.filter(workspace_id__in=visible)
    groups: dict[UUID, list[Punctuality]] = {}
    for row in rows:
        groups.setdefault(row.workspace_id, []).append(row)
    return {workspace_id: Sums.of(group) for workspace_id, group in groups.items()}


def departure_of(publication_id: UUID) -> Departure | None:
    """When this publication should have gone out and when it did; None until it is written down."""
    found: Departure | None = Departure.objects.filter(publication_id=publication_id).first()
    return found


def public_page(slug: str) -> StatusPage | None:
    """The status page at this address, with its organization; one that is off is not there."""
    with tenancy.across_tenants("open the status page that was asked for"):
        shown = StatusPage.across_tenants.filter(slug=slug, is_on=True).select_related("organization")
        found: StatusPage | None = shown.first()
        return found


def _by_platform(rows: Sequence[Punctuality]) -> tuple[PlatformSums, ...]:
    groups: dict[str, list[Punctuality]] = {}
    for row in rows:
        if row.platform:
            groups.setdefault(row.platform, []).append(row)
    found = [PlatformSums(name, Sums.of(group)) for name, group in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.sums.posts, one.platform)))


def _day(row: Punctuality) -> Day:
    return Day(
        row.day, row.posts, row.at_once, row.within_1s, row.within_10s, row.within_60s,
        row.p50_ms, row.p95_ms, row.p99_ms, row.worst_ms,
    )  # fmt: skip
