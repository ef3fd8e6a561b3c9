"""The punctuality of days, summed up from departures. A day is summed anew whenever something of it has changed, so
that a job which was not run, or was run twice, changes no figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.core import tenancy
from apps.tenants.models import Organization, Workspace
from apps.watch.models import Departure, Punctuality
from apps.watch.percentiles import percentile

# Of which workspace (None: of all), on which platform ("": on all), on which day.
Key = tuple[UUID | None, str, date]
DAY: Final = timedelta(days=1)
# Wall clocks of the world are up to 14 hours away from UTC.
WORLD: Final = timedelta(hours=14)


def sum_days(*, organization_id: UUID, days: Collection[date]) -> None:
    """Write the rows of these days, and of their neighbours, which begin at other hours elsewhere in the world.

    Whoever sums up an organization waits for whoever does so already, and reads what is there by then.
    """
    wanted = {day + DAY * step for day in days for step in (-1, 0, 1)}
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        organization = Organization.objects.select_for_update().filter(pk=organization_id).first()
        if organization is None:
            return
        groups = _groups(organization, wanted)
        Punctuality.objects.filter(day__in=wanted).delete()
        Punctuality.objects.bulk_create(_row(organization_id, key, group) for key, group in groups.items())


def _groups(organization: Organization, days: Collection[date]) -> dict[Key, list[tuple[int, bool]]]:
    """The lateness of everything that was due on these days, by what it counts for."""
    zones = {pk: ZoneInfo(name) for pk, name in Workspace.objects.values_list("pk", "timezone")}
    own = ZoneInfo(organization.timezone)
    groups: dict[Key, list[tuple[int, bool]]] = {}
    for workspace_id, platform, due_at, lateness, is_at_once in _departures(days):
        for place, zone in ((workspace_id, zones.get(workspace_id, own)), (None, own)):
            day = due_at.astimezone(zone).date()
            if day in days:
                for name in (platform, ""):
                    groups.setdefault((place, name, day), []).append((lateness, is_at_once))
    return groups


def _departures(days: Collection[date]) -> Iterable[tuple[UUID, str, datetime, int, bool]]:
    begins = datetime.combine(min(days), time(), tzinfo=UTC) - WORLD
    ends = datetime.combine(max(days) + DAY, time(), tzinfo=UTC) + WORLD
    rows = Departure.objects.filter(due_at__gte=begins, due_at__lt=ends).order_by()
    found: Iterable[tuple[UUID, str, datetime, int, bool]] = rows.values_list(
        "workspace_id", "platform", "due_at", "lateness_ms", "is_at_once"
    ).iterator(chunk_size=5000)
    return found


def _row(organization_id: UUID, key: Key, group: Collection[tuple[int, bool]]) -> Punctuality:
    workspace_id, platform, day = key
    # One that went out early was not late; how early it was is in its departure.
    late = sorted(max(0, lateness) for lateness, is_at_once in group if not is_at_once)
    return Punctuality(
        organization_id=organization_id,
        workspace_id=workspace_id,
        platform=platform,
        day=day,
        posts=len(late),
        at_once=len(group) - len(late),
        within_1s=sum(one <= 1_000 for one in late),
        within_10s=sum(one <= 10_000 for one in late),
        within_60s=sum(one <= 60_000 for one in late),
        p50_ms=percentile(late, 50),
        p95_ms=percentile(late, 95),
        p99_ms=percentile(late, 99),
        worst_ms=late[-1] if late else None,
    )
