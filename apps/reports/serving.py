"""A report's file on its way to whoever may have it, and its colour as a style sheet of our own origin."""

from __future__ import annotations

import re
from typing import Final

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.text import slugify

from apps.media import storage
from apps.reports.models import Report, ReportFile
from apps.reports.states import CONTENT_TYPES, FileKind

COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def file_of(report: Report, kind: str) -> ReportFile:
    """Raises 404 where there is none."""
    found = ReportFile.objects.filter(report=report, kind=kind).first() if kind in FileKind.values else None
    if found is None:
        raise Http404("The report has no such file")
    return found


def answer(report: Report, file: ReportFile) -> StreamingHttpResponse:
    """The bytes in pieces, as they are stored."""
    name = slugify(f"{report.workspace.name} {report.name} {report.first:%Y-%m-%d}")[:100] or "report"
    response = StreamingHttpResponse(storage.chunks(str(file.file.name)), content_type=CONTENT_TYPES[file.kind])
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = f'attachment; filename="{name}.{file.kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def sheet_of(colour: str) -> HttpResponse:
    sheet = f"@layer brand {{ :root {{ --brand: {colour}; }} }}\n" if COLOUR.fullmatch(colour) else ""
    return HttpResponse(sheet, content_type="text/css; charset=utf-8")
