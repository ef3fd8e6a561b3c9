"""Writing down what was read. A row is written once; what holds is the newest of its kind."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from apps.analytics.metrics import COLUMNS, LEVELS, columns_of
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, Reading
from apps.analytics.nights import DAY
from apps.analytics.states import Missing
from apps.core import clock
from apps.core.calendar import cell_of
from apps.platforms.insights import Metrics


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


def keep_post(reading: Reading, key: str, told: Metrics | Missing, *, taken_at: datetime) -> PublicationSnapshot:
    """A post's figures so far, or why there are none; the same `key` is written once."""
    row, _ = PublicationSnapshot.objects.get_or_create(
        publication_id=reading.publication_id, key=key, defaults=post_columns(reading, told, taken_at=taken_at)
    )
    found: PublicationSnapshot = row
    return found


def post_columns(reading: Reading, told: Metrics | Missing, *, taken_at: datetime) -> dict[str, Any]:
    """What a row says beside which post it is of, and at which age."""
    values = columns_of({} if isinstance(told, Missing) else told.values)
    is_empty = all(value is None for value in values.values())
    missing = told if isinstance(told, Missing) else Missing.TOLD_NOTHING if is_empty else ""
    raw = {} if isinstance(told, Missing) else dict(told.raw)
    return {
        "organization_id": reading.organization_id, "workspace_id": reading.workspace_id,
        "account_id": reading.account_id, "taken_at": taken_at, "missing": missing, "raw": raw, **values,
    }  # fmt: skip
