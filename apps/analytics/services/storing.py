"""Writing down what was read. A row is written once; what holds is the newest of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from apps.analytics.metrics import COLUMNS, LEVELS, columns_of
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.analytics.nights import DAY
from apps.analytics.states import Missing
from apps.core import clock
from apps.core.calendar import cell_of
from apps.platforms.insights import Metrics
from apps.social_accounts.models import SocialAccount


def keep_day(reading: Reading, day: date, told: Metrics, *, taken_at: datetime, zone: str) -> AccountSnapshot | None:
    """The account's figures of `day`; a correction where there are others already, None where nothing is new.

    How many follow is told as of now. So it belongs to the day that has just ended, and to no earlier one.
    """
    row = next_day(reading, day, told, _holding(reading, day), taken_at=taken_at, zone=zone)
    return None if row is None else _added(row)


def keep_missing_day(reading: Reading, day: date, why: Missing) -> AccountSnapshot | None:
    """That there is nothing for `day`, and why; None where the day has a row."""
    before = _holding(reading, day)
    return None if before else _added(_day(reading, day, None, taken_at=clock.now(), missing=why))


def keep_missing_days(account: SocialAccount, first: date, last: date, why: Missing) -> None:
    """The same for each day of a span at once."""
    days = [first + DAY * step for step in range((last - first).days + 1)]
    kept = AccountSnapshot.objects.filter(account=account, day__range=(first, last))
    known, now = set(kept.values_list("day", flat=True)), clock.now()
    own = {"organization_id": account.organization_id, "workspace_id": account.workspace_id, "account": account}
    AccountSnapshot.objects.bulk_create(
        AccountSnapshot(**own, day=day, revision=1, taken_at=now, missing=why) for day in days if day not in known
    )


def next_day(
    reading: Reading, day: date, told: Metrics | Missing, before: AccountSnapshot | None, *, taken_at: datetime,
    zone: str,
) -> AccountSnapshot | None:  # fmt: skip
    """The row that follows `before`, which holds so far; None where nothing is new. It is not stored yet."""
    if isinstance(told, Missing):
        return None if before else _day(reading, day, None, taken_at=taken_at, missing=told)
    values = columns_of(told.values)
    if cell_of(taken_at, zone) > day + DAY:
        values |= {metric.value: getattr(before, metric.value, None) for metric in LEVELS}
    is_empty = all(value is None for value in values.values())
    if before is not None and (is_empty or all(getattr(before, name) == values[name] for name in COLUMNS)):
        return None
    missing = Missing.TOLD_NOTHING if is_empty else ""
    return _day(reading, day, before, taken_at=taken_at, missing=missing, raw=dict(told.raw), **values)


def _holding(reading: Reading, day: date) -> AccountSnapshot | None:
    rows = AccountSnapshot.objects.filter(account_id=reading.account_id, day=day)
    found: AccountSnapshot | None = rows.order_by("-revision").first()
    return found


def _day(reading: Reading, day: date, before: AccountSnapshot | None, **columns: Any) -> AccountSnapshot:
    return AccountSnapshot(
        organization_id=reading.organization_id, workspace_id=reading.workspace_id, account_id=reading.account_id,
        day=day, revision=before.revision + 1 if before else 1, **columns,
    )  # fmt: skip


def _added(row: AccountSnapshot) -> AccountSnapshot:
    row.save(force_insert=True)
    return row


@dataclass(frozen=True, slots=True)
class Rung:
    """What was told of a post, or why nothing was, under a key that is written once."""

    reading: Reading
    key: str
    told: Metrics | Missing


def keep_posts(rungs: Sequence[Rung], *, taken_at: datetime) -> dict[UUID, PublicationSnapshot]:
    """The figures of posts so far, by their readings; what is there already under the same key stays as it is."""
    if not rungs:
        return {}
    readings = {rung.reading.publication_id: rung.reading.pk for rung in rungs}
    keys = {(rung.reading.publication_id, rung.key) for rung in rungs}
    times = {rung.reading.published_at for rung in rungs}
    rows = PublicationSnapshot.objects.filter(publication__in=readings, published_at__in=times).defer("raw")
    known = {row.publication_id: row for row in rows if (row.publication_id, row.key) in keys}
    fresh = [_row(rung, taken_at) for rung in rungs if rung.reading.publication_id not in known]
    PublicationSnapshot.objects.bulk_create(fresh)
    return {readings[row.publication_id]: row for row in (*known.values(), *fresh)}


def _row(rung: Rung, taken_at: datetime) -> PublicationSnapshot:
    reading: Any = rung.reading  # of a post, which is known
    values = post_columns(reading, rung.told, taken_at=taken_at)
    return PublicationSnapshot(publication_id=reading.publication_id, key=rung.key, **values)


def post_columns(reading: Reading, told: Metrics | Missing, *, taken_at: datetime) -> dict[str, Any]:
    """What a row says beside which post it is of, and at which age."""
    values = columns_of({} if isinstance(told, Missing) else told.values)
    is_empty = all(value is None for value in values.values())
    return {
        "organization_id": reading.organization_id, "workspace_id": reading.workspace_id,
        "account_id": reading.account_id, "published_at": reading.published_at, "taken_at": taken_at,
        "missing": told if isinstance(told, Missing) else Missing.TOLD_NOTHING if is_empty else "",
        "raw": {} if isinstance(told, Missing) else dict(told.raw), **values,
    }  # fmt: skip
