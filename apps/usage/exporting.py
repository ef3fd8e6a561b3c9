"""Rows for spreadsheets, in which a name that begins like a formula stays a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from django.http import HttpResponse

from apps.core.calendar import Month
from apps.core.spreadsheets import safe_text
from apps.usage.selectors import Invoiced

COLUMNS: Final = ("month", "workspace", "external_ref", "workspace_id", "meter", "amount")


def as_csv(month: Month, lines: Iterable[Invoiced]) -> HttpResponse:
    """A month's lines as a file to be kept."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(safe_row(line) for line in lines)
    headers = {"Content-Disposition": f'attachment; filename="usage-{month}.csv"'}
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def safe_row(line: Invoiced) -> list[str]:
    return [
        line.month,
        safe_text(line.workspace),
        safe_text(line.external_ref),
        str(line.workspace_id),
        line.meter,
        str(line.amount),
    ]
