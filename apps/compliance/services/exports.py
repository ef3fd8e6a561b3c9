"""Files for owners to take along: asked for on a page, made by a worker, kept for some days."""

from __future__ import annotations

import hashlib
import logging
import secrets
import tempfile
from datetime import datetime, timedelta
from typing import IO, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import models, transaction

from apps.audit import services as audit
from apps.compliance import exporting
from apps.compliance.estate import Estate
from apps.compliance.models import Export
from apps.compliance.states import ExportState
from apps.compliance.waking import wake_after_commit
from apps.core import clock, tenancy
from apps.events import services as events
from apps.tenants.members import Member

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(hours=2)
PAUSE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 3


@transaction.atomic
def request_export(*, member: Member, workspace_id: UUID | None) -> Export:
    """Have everything of the organization, or of one workspace, made into a file. Whoever asks again while the same is
    being made gets that one."""
    same = Export.objects.filter(workspace_id=workspace_id, state=ExportState.WAITING)
    if (known := same.first()) is not None:
        return known
    export = Export(
        organization_id=member.organization.pk, workspace_id=workspace_id, requested_by_id=member.user.pk,
        next_try_at=clock.now(),
    )  # fmt: skip
    export.save()
    audit.record("export.requested", subject=export, actor=member.actor)
    wake_after_commit()
    return export


def prepare_exports(*, now: datetime, most: int = 10) -> int:
    """Make the files that wait, one after the other; how many were tried."""
    with tenancy.across_tenants("find exports to prepare"):
        waiting = Export.across_tenants.filter(state=ExportState.WAITING, next_try_at__lte=now).order_by("next_try_at")
        rows = list(waiting[:most])
    return sum(_prepare(row, now) for row in rows)


def end_exports(*, now: datetime) -> int:
    """Delete files that were kept for long enough; how many."""
    with tenancy.across_tenants("find exports whose time is over"):
        over = list(Export.across_tenants.filter(state=ExportState.READY, kept_until__lt=now)[:200])
    for export in over:
        # First the file: a row that says it is gone while it is there would be a lie for ever.
        default_storage.delete(export.stored_name)
        _note(export, state=ExportState.ENDED, stored_name="")
    return len(over)


def _prepare(export: Export, now: datetime) -> bool:
    with tenancy.scope(organization_id=export.organization_id):
        mine = Export.objects.filter(pk=export.pk, state=ExportState.WAITING, next_try_at=export.next_try_at)
        if not mine.update(next_try_at=now + LEASE, tries=models.F("tries") + 1):
            return False
    try:
        facts = _make(export)
    except Exception as error:  # Whatever is wrong with one file, the others are made.
        logger.exception("The export %s could not be made", export.pk)
        _failed(export, error)
    else:
        facts |= {"ready_at": clock.now(), "kept_until": clock.now() + settings.EXPORT_KEPT}
        _note(export, "export.ready", state=ExportState.READY, **facts)
    return True


def _make(export: Export) -> dict[str, Any]:
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        manifest = exporting.write(Estate(export.organization_id, export.workspace_id), file)
        size, digest = file.tell(), _digest(file)
        # A name that nobody guesses; it is handed out behind the owner's sign-in alone.
        name = f"exports/{export.organization_id}/{secrets.token_urlsafe(24)}.zip"
        stored = default_storage.save(name, File(file, name=name))
    rows = sum(entry.get("rows", 0) for entry in manifest["files"])
    return {"stored_name": stored, "size": size, "sha256": digest, "rows": rows}


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(exporting.PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _failed(export: Export, error: Exception) -> None:
    problem = type(error).__name__
    if export.tries + 1 >= MOST_TRIES:
        _note(export, "export.failed", state=ExportState.FAILED, problem=problem)
    else:
        _note(export, next_try_at=clock.now() + PAUSE, problem=problem)


def _note(export: Export, event: str = "", **changes: Any) -> None:
    with tenancy.scope(organization_id=export.organization_id), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(updated_at=clock.now(), **changes)
        if event:
            events.emit(event, subject=export, data={"workspace_id": export.workspace_id})
