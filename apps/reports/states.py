"""The lives of a report and of a mail that carries one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models


class ReportState(models.TextChoices):
    QUEUED = "queued", "Waiting to be made"
    MAKING = "making", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Could not be made"
    FORGOTTEN = "forgotten", "Emptied"


# A report is frozen once; what failed may be tried again by a person, and goes on from what was frozen.
MOVES: Final[Mapping[ReportState, frozenset[ReportState]]] = {
    ReportState.QUEUED: frozenset({ReportState.MAKING}),
    # Back in line after a failure, or where figures that it may have read were deleted meanwhile.
    ReportState.MAKING: frozenset({ReportState.QUEUED, ReportState.READY, ReportState.FAILED, ReportState.FORGOTTEN}),
    ReportState.FAILED: frozenset({ReportState.QUEUED, ReportState.FORGOTTEN}),
    # Somebody whose figures are in it asked to be forgotten, or a network's rules forbid to keep them any longer.
    ReportState.READY: frozenset({ReportState.FORGOTTEN}),
    ReportState.FORGOTTEN: frozenset(),
}
UNFINISHED: Final = (ReportState.QUEUED, ReportState.MAKING)


class FileKind(models.TextChoices):
    PDF = "pdf", "PDF"
    XLSX = "xlsx", "Excel"
    CSV = "csv", "CSV"


CONTENT_TYPES: Final[Mapping[str, str]] = {
    FileKind.PDF: "application/pdf",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv; charset=utf-8",
}


class Cadence(models.TextChoices):
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


class MailState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be sent"
