"""History by upload: a file is read whole, and refused whole; then its rows are kept, some at a time.

The place in the file moves on in the transaction that keeps the rows before it, so that a worker which is killed loses
and doubles nothing. What the platform has told holds, whatever a file says. Files of the same days are laid over each
other cell by cell (services/overlaying.py).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.analytics.errors import HistoryRefused
from apps.analytics.history.reading import read
from apps.analytics.metrics import COLUMNS
from apps.analytics.models import AccountSnapshot, HistoryUpload, UploadedDay, UploadedPost
from apps.analytics.services import overlaying
from apps.analytics.services.turns import next_of
from apps.analytics.states import UNFINISHED, ImportState
from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.social_accounts.models import SocialAccount

logger = logging.getLogger(__name__)

BATCH: Final = 500  # rows in one transaction
SECONDS: Final = 20.0  # of one worker's round
AT_MOST: Final = 50
LEASE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 5  # of one place in a file
PAUSE: Final = timedelta(minutes=1)
MOST_WAITING: Final = 20  # uploads of a workspace at a time


@transaction.atomic
def upload_history(*, account: SocialAccount, kind: str, content: bytes, name: str, actor: Actor) -> HistoryUpload:
    """Take in a file of an account's figures; raises HistoryRefused with every mistake in it, and keeps nothing
    then."""
    waiting = HistoryUpload.objects.filter(workspace_id=account.workspace_id, state__in=UNFINISHED)
    if waiting.count() >= MOST_WAITING:
        raise HistoryRefused("Other files of this workspace are still being taken in.", code="too_many")
    if len(content) > settings.ANALYTICS_HISTORY_BYTES:
        raise HistoryRefused(f"A file has up to {settings.ANALYTICS_HISTORY_BYTES:,} bytes.", code="too_large")
    yesterday = cell_of(clock.now(), account.workspace.timezone) - timedelta(days=1)
    sheet = read(content, kind, until=yesterday, most=settings.ANALYTICS_HISTORY_ROWS)
    if sheet.mistakes:
        words = f"Nothing was kept: {len(sheet.mistakes):,} cells or rows of the file are not right."
        raise HistoryRefused(words, code="invalid", mistakes=sheet.mistakes)
    made = HistoryUpload(
        organization_id=account.organization_id, workspace_id=account.workspace_id, account=account, kind=kind,
        name=name[:200], asked_by_id=actor.user_id, total=len(sheet.rows), rows=list(sheet.rows),
        next_try_at=clock.now(),
    )  # fmt: skip
    made.save(force_insert=True)
    audit.record("history.uploaded", subject=made, actor=actor, diff={"account": account.pk, "rows": made.total})
    return made


@transaction.atomic
def delete_history(*, upload_id: UUID, actor: Actor) -> None:
    """Throw an upload away with the figures that it brought; what other files say of the same days stays. One that is
    under way ends with it."""
    row: HistoryUpload = HistoryUpload.objects.locked(upload_id)
    audit.record("history.deleted", subject=row, actor=actor, diff={"account": row.account_id, "rows": row.kept})
    overlaying.take_turns(row.account_id)
    overlaying.take_away(row)
    row.delete()


@transaction.atomic
def retry_history(*, upload_id: UUID, actor: Actor) -> HistoryUpload:
    """Let one that failed go on where it stopped."""
    row: HistoryUpload = HistoryUpload.objects.locked(upload_id)
    if row.state != ImportState.FAILED:
        raise HistoryRefused("Only one that failed can be tried again.", code="not_failed")
    row.state, row.ended_at, row.tries, row.next_try_at = ImportState.WAITING, None, 0, clock.now()
    row.save()
    audit.record("history.retried", subject=row, actor=actor)
    return row


# --- what workers do --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Claim:
    organization_id: UUID
    workspace_id: UUID
    upload_id: UUID
    fence: int

    def scope(self) -> Any:
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})


def work_history(*, seconds: float = SECONDS) -> int:
    """Keep rows of uploads that are due, a batch of each in turn, for so long; how many batches."""
    until, batches = time.monotonic() + seconds, 0
    while time.monotonic() < until and (claim := _claim()):
        try:
            batches += _batch(claim)
        except Exception:  # Whatever is wrong with one upload, the others go on.
            logger.exception("Upload %s could not be carried on", claim.upload_id)
            _put_off(claim)
    return batches


def _claim() -> _Claim | None:
    now = clock.now()
    with tenancy.across_tenants("claim uploads of history"), transaction.atomic():
        for pk in next_of(HistoryUpload.across_tenants.due(now), AT_MOST):
            row = HistoryUpload.across_tenants.due(now).filter(pk=pk).defer("rows").skipping_locked().first()
            if row is not None:
                mine = HistoryUpload.across_tenants.filter(pk=pk)
                mine.update(fence=F("fence") + 1, lease_until=now + LEASE, state=ImportState.RUNNING)
                return _Claim(row.organization_id, row.workspace_id, row.pk, row.fence + 1)
    return None


def _batch(claim: _Claim) -> bool:
    """Keep the next rows, and move on in the same transaction; False where the upload was lost to another."""
    now = clock.now()
    with claim.scope(), transaction.atomic():
        row = _held(claim)
        if row is None:
            return False
        overlaying.take_turns(row.account_id)
        rows = row.rows[row.done : row.done + BATCH]
        kept = _keep_days(row, rows) if row.kind == HistoryUpload.Kind.ACCOUNTS else _keep_posts(row, rows)
        row.done, row.kept, row.told = row.done + len(rows), row.kept + kept, row.told + len(rows) - kept
        row.tries, row.lease_until, row.next_try_at = 0, None, now
        if row.done >= row.total:
            row.state, row.ended_at, row.rows = ImportState.COMPLETED, now, []
            events.emit("import.completed", subject=row, data=_told(row))
        row.save()
        return True


def _keep_days(row: HistoryUpload, rows: Sequence[Mapping[str, Any]]) -> int:
    """Those that the platform has not told."""
    days = [date.fromisoformat(one["day"]) for one in rows]
    held = AccountSnapshot.objects.filter(account_id=row.account_id, day__in=days, missing="")
    told = set(held.values_list("day", flat=True))
    fresh = [
        UploadedDay(**_own(row), day=day, **_figures(one))
        for day, one in zip(days, rows, strict=True)
        if day not in told
    ]
    overlaying.lay_over(fresh)
    return len(fresh)


def _keep_posts(row: HistoryUpload, rows: Sequence[Mapping[str, Any]]) -> int:
    fresh = [
        UploadedPost(
            **_own(row), remote_id=one["post"], day=date.fromisoformat(one["day"]), text=one.get("text", ""),
            published_on=date.fromisoformat(one["published"]) if "published" in one else None, **_figures(one),
        )
        for one in rows
    ]  # fmt: skip
    overlaying.lay_over(fresh)
    return len(fresh)


def _own(row: HistoryUpload) -> dict[str, Any]:
    return {
        "organization_id": row.organization_id, "workspace_id": row.workspace_id, "account_id": row.account_id,
        "upload": row, "taken_at": row.created_at,
    }  # fmt: skip


def _figures(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.get(name) for name in COLUMNS}


def _put_off(claim: _Claim) -> None:
    """Try this place again in a while; after so many tries the upload has failed, with what it has kept so far."""
    now = clock.now()
    with claim.scope(), transaction.atomic():
        row = _held(claim)
        if row is None:
            return
        row.tries, row.lease_until, row.next_try_at = row.tries + 1, None, now + PAUSE
        if row.tries >= MOST_TRIES:
            row.state, row.ended_at = ImportState.FAILED, now
            events.emit("import.failed", subject=row, data={**_told(row), "problem": "not_kept"})
        row.save()


def _told(row: HistoryUpload) -> dict[str, Any]:
    return {"account_id": row.account_id, "found": row.total, "kept": row.kept}


def _held(claim: _Claim) -> HistoryUpload | None:
    rows = HistoryUpload.objects.filter(pk=claim.upload_id, fence=claim.fence, state=ImportState.RUNNING)
    found: HistoryUpload | None = rows.select_for_update().first()
    return found
