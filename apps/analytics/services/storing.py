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
    before = _holding(reading, day)
    values = columns_of(told.values)
    if cell_of(taken_at, zone) > day + DAY:
        values |= {metric.value: getattr(before, metric.value, None) for metric in LEVELS}
    is_empty = all(value is None for value in values.values())
    if before is not None and (is_empty or all(getattr(before, name) == values[name] for name in COLUMNS)):
        return None
    missing = Missing.TOLD_NOTHING if is_empty else ""
    return _add_day(reading, day, before, taken_at=taken_at, missing=missing, raw=dict(told.raw), **values)


def keep_missing_day(reading: Reading, day: date, why: Missing) -> AccountSnapshot | None:
    """That there is nothing for `day`, and why; None where the day has a row."""
    before = _holding(reading, day)
    return None if before else _add_day(reading, day, None, taken_at=clock.now(), missing=why)


def _holding(reading: Reading, day: date) -> AccountSnapshot | None:
    rows = AccountSnapshot.objects.filter(account_id=reading.account_id, day=day)
    found: AccountSnapshot | None = rows.order_by("-revision").first()
    return found


def _add_day(reading: Reading, day: date, before: AccountSnapshot | None, **columns: Any) -> AccountSnapshot:
    row = AccountSnapshot(
        organization_id=reading.organization_id, workspace_id=reading.workspace_id, account_id=reading.account_id,
        day=day, revision=before.revision + 1 if before else 1, **columns,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def keep_post(reading: Reading, key: str, told: Metrics | Missing, *, taken_at: datetime) -> PublicationSnapshot:
    """A post's figures so far, or why there are none; the same `key` is written once."""
    values = columns_of({} if isinstance(told, Missing) else told.values)
    is_empty = all(value is None for value in values.values())
    missing = told if isinstance(told, Missing) else Missing.TOLD_NOTHING if is_empty else ""
    raw = {} if isinstance(told, Missing) else dict(told.raw)
    known = {"publication_id": reading.publication_id, "key": key}
    row, _ = PublicationSnapshot.objects.get_or_create(
        **known,
        defaults={
            "organization_id": reading.organization_id, "workspace_id": reading.workspace_id,
            "account_id": reading.account_id, "taken_at": taken_at, "missing": missing, "raw": raw, **values,
        },
    )  # fmt: skip
    found: PublicationSnapshot = row
    return found
