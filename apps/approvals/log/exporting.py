"""The log as a file: CSV for spreadsheets, and JSON lines that whoever has them can verify. Both are streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, Final

from django.http import StreamingHttpResponse

from apps.approvals.log.lines import Line
from apps.core.spreadsheets import safe_text

COLUMNS: Final = tuple(field.name for field in fields(Line) if field.name != "holds")


def as_csv(lines: Iterable[Line]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([_cell(value) for value in line.as_said().values()])
        yield _taken(out)
    yield _taken(out)


def as_json_lines(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        yield json.dumps(line.as_said(), ensure_ascii=False) + "\n"


FORMS: Final[dict[str, tuple[Callable[[Iterable[Line]], Iterator[str]], str]]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "jsonl": (as_json_lines, "application/jsonl; charset=utf-8"),
}


def as_file(lines: Iterable[Line], form: str) -> StreamingHttpResponse:
    """The answer; nothing is read before it is sent."""
    write, kind = FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="approvals.{form}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(write(lines), content_type=kind, headers=headers)


def _cell(value: Any) -> str:
    """A text that begins like a formula stays a text."""
    text = "" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
    return safe_text(text)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
