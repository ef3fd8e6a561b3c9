"""Reads shaped for pages and programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.reports.models import Report, ReportFile, ReportMail, ReportTemplate, Schedule

PAGE = 50


def reports() -> QuerySet[Report]:
    """Without what is large: a list of reports is a list of names."""
    rows: Any = Report.objects
    found: QuerySet[Report] = rows.light().select_related("workspace", "made_by")
    return found


def of_workspace(workspace_id: UUID, *, before: UUID | None = None) -> tuple[list[Report], UUID | None]:
    """A page of reports, newest first, and where the next begins."""
    rows = reports().filter(workspace_id=workspace_id).order_by("-id")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def files_of(report_id: UUID) -> dict[str, ReportFile]:
    return {row.kind: row for row in ReportFile.objects.filter(report_id=report_id)}


def mails_of(report_id: UUID) -> list[ReportMail]:
    return list(ReportMail.objects.filter(report_id=report_id))


def templates_of(workspace_id: UUID) -> list[ReportTemplate]:
    return list(ReportTemplate.objects.filter(workspace_id=workspace_id))


def schedules_of(workspace_id: UUID) -> list[Schedule]:
    return list(Schedule.objects.filter(workspace_id=workspace_id).select_related("template", "workspace"))
