"""Uploads laid over each other: of each cell of a day the newest file that fills it holds.

An empty cell says nothing, so a file of followers leaves the views that another had brought. A row knows of each cell
whose it is; when an upload is thrown away its cells are emptied, and a row goes once no figure is left in it. What a
later file has overwritten does not come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.analytics.metrics import COLUMNS
from apps.analytics.models import HistoryUpload, UploadedDay, UploadedPost
from apps.core import clock
from apps.social_accounts.models import SocialAccount

BATCH: Final = 500
# What names a row, and what its cells are.
KEYS: Final[Mapping[Any, tuple[str, ...]]] = {UploadedDay: ("day",), UploadedPost: ("remote_id", "day")}
CELLS: Final[Mapping[Any, tuple[str, ...]]] = {UploadedDay: COLUMNS, UploadedPost: (*COLUMNS, "text", "published_on")}
NOTHING: Final[Mapping[str, Any]] = {"text": ""}  # Everything else is NULL where nobody has said it.
Row = UploadedDay | UploadedPost


def take_turns(account_id: UUID) -> None:
    """Until the transaction ends nobody else lays files over each other for this account. Whoever asks holds the row of
    their upload already, always in this order."""
    SocialAccount.objects.select_for_update(no_key=True).filter(pk=account_id).first()


def lay_over(rows: Sequence[Row]) -> None:
    """Keep these rows of one upload. Whoever asks has taken their turn."""
    if not rows:
        return
    model = type(rows[0])
    days = {row.day for row in rows}
    known = model.objects.filter(account_id=rows[0].account_id, day__in=days).defer("raw")
    before = {_key(row): row for row in known}
    for row in rows:
        if (earlier := before.get(_key(row))) is not None:
            _fill(row, earlier)
    _keep(model, rows)


def take_away(upload: HistoryUpload) -> None:
    """Empty the cells that an upload has brought. Rows that are of it alone go with the upload itself."""
    model: Any = UploadedDay if upload.kind == HistoryUpload.Kind.ACCOUNTS else UploadedPost
    shared = model.objects.filter(account_id=upload.account_id).exclude(earlier={}).defer("raw")
    touched = [row for row in shared.iterator() if str(upload.pk) in _owners(row).values()]
    taken_at = dict(HistoryUpload.objects.filter(account_id=upload.account_id).values_list("pk", "created_at"))
    left = [row for row in touched if _emptied(row, upload.pk, taken_at)]
    gone = {row.pk for row in touched} - {row.pk for row in left}
    model.objects.filter(pk__in=gone).delete()
    _keep(model, left)


def _emptied(row: Row, gone: UUID, taken_at: Mapping[UUID, datetime]) -> bool:
    """Take the cells of one upload out of a row; False where no figure is left."""
    owners = _owners(row)
    for name, owner in owners.items():
        if owner == str(gone):
            setattr(row, name, NOTHING.get(name))
    owners = {name: owner for name, owner in owners.items() if owner != str(gone)}
    if not any(name in owners for name in COLUMNS):
        return False
    # Their ids are in the order in which they came.
    row.upload_id = UUID(max(owners.values()))
    row.taken_at, row.updated_at = taken_at[row.upload_id], clock.now()
    row.earlier = _apart_from(str(row.upload_id), owners)
    return True


def _fill(row: Row, earlier: Row) -> None:
    """Give a row what an earlier one says and it does not."""
    owners = _owners(row)
    for name, owner in _owners(earlier).items():
        if name not in owners:
            setattr(row, name, getattr(earlier, name))
            owners[name] = owner
    row.earlier = _apart_from(str(row.upload_id), owners)


def _owners(row: Row) -> dict[str, str]:
    """Of each cell that says something whose it is."""
    filled = (name for name in CELLS[type(row)] if getattr(row, name) != NOTHING.get(name))
    return {name: row.earlier.get(name, str(row.upload_id)) for name in filled}


def _apart_from(own: str, owners: Mapping[str, str]) -> dict[str, str]:
    return {name: owner for name, owner in owners.items() if owner != own}


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in KEYS[type(row)])


def _keep(model: Any, rows: Iterable[Row]) -> None:
    changed = ["upload", "taken_at", "updated_at", "earlier", *CELLS[model]]
    unique = ["account", *KEYS[model]]
    model.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=changed, batch_size=BATCH
    )
