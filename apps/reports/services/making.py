"""Making a report: freeze what is known, then draw it.

What was frozen is never computed again. A worker that is killed leaves a lease behind; whoever comes after it goes on
from there. Nothing waits for a file store or a printer inside a transaction.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F

from apps.core import clock, tenancy
from apps.core.printing import PrinterMissing
from apps.events import services as events
from apps.media import storage
from apps.publishing.engine.fairness import in_turn
from apps.reports import drawing, sheets
from apps.reports.files import delete
from apps.reports.freezing import Frozen, digest_of, freeze
from apps.reports.models import Report, ReportFile, ReportMail
from apps.reports.periods import Period
from apps.reports.plan import plan_of
from apps.reports.states import FileKind, ReportState
from apps.reports.waking import SEND, wake_after_commit

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=10))
AT_MOST: Final = 20  # of one round
LARGEST_PICTURE: Final = 400 * 1024
NO_PRINTER: Final = (
    "The report is ready, but no PDF could be made: this server lacks what prints it. Tell its operator."
)
FAILED: Final = "The report could not be made. Try it again; if it fails once more, tell your operator."


@dataclass(frozen=True, slots=True)
class Claim:
    organization_id: UUID
    workspace_id: UUID
    report_id: UUID
    lease_until: datetime

    def scope(self) -> Any:
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})

    def rows(self) -> Any:
        """The report, as long as the lease is ours."""
        return Report.objects.filter(pk=self.report_id, state=ReportState.MAKING, next_try_at=self.lease_until)


class LostClaim(Exception):
    """Another worker has it, or it is gone."""


def make_due(*, now: datetime) -> int:
    """Make what waits, clients in turn; how many were tried."""
    made = 0
    while made < AT_MOST and (claim := _claim(clock.now())):
        _make(claim)
        made += 1
    return made


def _claim(now: datetime) -> Claim | None:
    with tenancy.across_tenants("claim a report to make"), transaction.atomic():
        due = Report.across_tenants.due(now).order_by("next_try_at", "id")
        ids = in_turn(due.values_list("organization_id", "workspace_id", "pk")[:50])
        rows = Report.across_tenants.due(now).only("organization_id", "workspace_id")
        # One that somebody else holds at this moment is theirs.
        report = next(filter(None, (rows.filter(pk=pk).skipping_locked().first() for pk in ids)), None)
        if report is None:
            return None
        until = now + LEASE
        changes = {"state": ReportState.MAKING, "next_try_at": until, "tries": F("tries") + 1, "updated_at": now}
        if not Report.across_tenants.due(now).filter(pk=report.pk).update(**changes):
            return None
    return Claim(report.organization_id, report.workspace_id, report.pk, until)


def _make(claim: Claim) -> None:
    stored: list[str] = []
    try:
        data, pictures = _frozen(claim)
        files, problem = _drawn(data, pictures)
        with claim.scope():
            rows = [_stored(claim, kind, body, stored) for kind, body in files.items()]
        _finish(claim, rows, problem)
    except LostClaim:
        delete(stored)
    except Exception as error:  # Whatever is wrong with one report, the others are made.
        logger.exception("The report %s could not be made", claim.report_id)
        delete(stored)
        _failed(claim, error)


# --- freezing ---------------------------------------------------------------------------------------------------------


def _frozen(claim: Claim) -> tuple[dict[str, Any], dict[str, str]]:
    """The data and the pictures, from now on the same for ever."""
    with claim.scope():
        report = claim.rows().select_related("workspace__organization").first()
        if report is None:
            raise LostClaim
        if report.is_frozen:
            return report.data, report.pictures
        as_of = clock.now()
        plan, period = plan_of(report.plan), Period(report.first, report.last)
        found = freeze(workspace=report.workspace, plan=plan, period=period, as_of=as_of)
    pictures = dict(_pictures(found))
    facts = {"data": found.data, "pictures": pictures, "account_ids": found.account_ids, "as_of": as_of}
    with claim.scope():
        if not claim.rows().filter(sha256="").update(**facts, sha256=digest_of(found.data)):
            raise LostClaim
    return found.data, pictures


def _pictures(found: Frozen) -> Iterator[tuple[str, str]]:
    """Small pictures as data addresses; one that is gone or too large is left out, and the report has none there."""
    if found.logo:
        yield "logo", drawing.data_address(found.logo, "image/png")
    for name, file_name in found.thumbnails.items():
        try:
            with storage.open_file(file_name) as file:
                body = file.read(LARGEST_PICTURE + 1)
        except OSError as error:
            logger.warning("A picture is left out of a report: %s", type(error).__name__)
            continue
        if len(body) <= LARGEST_PICTURE:
            yield name, drawing.data_address(body, "image/webp")


# --- drawing ----------------------------------------------------------------------------------------------------------


def _drawn(data: Mapping[str, Any], pictures: Mapping[str, str]) -> tuple[dict[FileKind, bytes], str]:
    files = {FileKind.CSV: sheets.as_csv(data), FileKind.XLSX: sheets.as_xlsx(data)}
    try:
        files[FileKind.PDF] = drawing.as_pdf(data, pictures)
    except PrinterMissing:
        return files, NO_PRINTER
    return files, ""


def _stored(claim: Claim, kind: FileKind, body: bytes, stored: list[str]) -> ReportFile:
    row = ReportFile(
        organization_id=claim.organization_id, workspace_id=claim.workspace_id, report_id=claim.report_id, kind=kind,
        size=len(body), sha256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip
    row.file.save(storage.random_name(kind.value), ContentFile(body), save=False)
    stored.append(str(row.file.name))
    return row


def _finish(claim: Claim, files: list[ReportFile], problem: str) -> None:
    now = clock.now()
    with claim.scope(), transaction.atomic():
        facts = {"state": ReportState.READY, "ready_at": now, "problem": "", "problem_words": problem}
        if not claim.rows().update(**facts, updated_at=now):
            raise LostClaim
        ReportFile.objects.bulk_create(files)
        report = Report.objects.light().select_related("schedule").get(pk=claim.report_id)
        if report.schedule is not None:
            _address(report, report.schedule.recipients, now)
        told = {
            "workspace_id": report.workspace_id,
            "first": report.first,
            "last": report.last,
            "sha256": report.sha256,
        }
        events.emit("report.ready", subject=report, data=told)


def _address(report: Report, recipients: list[str], now: datetime) -> None:
    own = {"organization_id": report.organization_id, "workspace_id": report.workspace_id, "report": report}
    ReportMail.objects.bulk_create(ReportMail(**own, address=address, next_try_at=now) for address in recipients)
    wake_after_commit(SEND)


def _failed(claim: Claim, error: Exception) -> None:
    with claim.scope(), transaction.atomic():
        report = claim.rows().light().first()
        if report is None:
            return
        if report.tries <= len(PAUSES):
            pause = PAUSES[report.tries - 1]
            changes = {"state": ReportState.QUEUED, "next_try_at": clock.now() + pause, "problem": type(error).__name__}
            claim.rows().update(**changes)
            return
        claim.rows().update(state=ReportState.FAILED, problem=type(error).__name__[:64], problem_words=FAILED)
        events.emit("report.failed", subject=report, data={"workspace_id": report.workspace_id, "words": FAILED})
