"""Figures as files: rows as they hold, in the order of days, read some at a time while they are sent.

Whoever asks gets a stream: memory is that of one batch, however long the span is. Each batch is read in the tenant of
whoever asked, for the request is over by then.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.http import StreamingHttpResponse

from apps.analytics.metrics import COLUMNS, figures_of
from apps.analytics.models import AccountSnapshot, PublicationSnapshot, UploadedDay
from apps.analytics.selectors import holding_days
from apps.core import tenancy
from apps.core.calendar import cell_of, reach
from apps.core.spreadsheets import safe_text
from apps.tenants.models import Workspace
from apps.tenants.rest import ids

BATCH: Final = 1000
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
DAYS, POSTS = "account-days", "post-snapshots"
CSV, LINES = "csv", "jsonl"
TYPES: Final = {CSV: "text/csv; charset=utf-8", LINES: "application/x-ndjson"}
NAMES: Final = {
    DAYS: ("day", "account", "platform", "handle", "source", "revision", "taken_at", "missing", *COLUMNS),
    POSTS: (
        "publication", "post", "external_ref", "account", "platform", "handle", "published_at", "key", "taken_at",
        "missing", *COLUMNS,
    ),
}  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a workspace, and how its rows are reached once the request is over."""

    organization_id: UUID
    workspace_id: UUID
    zone: str
    first: date
    last: date

    @classmethod
    def of(cls, workspace: Workspace, first: date, last: date) -> Span:
        return cls(workspace.organization_id, workspace.pk, workspace.timezone, first, last)

    def scope(self) -> Any:
        return tenancy.scope(organization_id=self.organization_id, workspace_ids={self.workspace_id})


def download(span: Span, *, what: str, form: str) -> StreamingHttpResponse:
    """The rows of a span as a file that is kept."""
    batches = BATCHES[what](span)
    lines = _as_csv(batches, NAMES[what]) if form == CSV else _as_lines(batches)
    name = f"{what}-{span.first.isoformat()}-{span.last.isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(lines, content_type=TYPES[form], headers=headers)


def account_days(span: Span) -> Iterator[list[Row]]:
    """Of each account and day the row that holds: what the platform told, and else what was uploaded."""
    first = span.first
    while first <= span.last:
        last = min(first + WEEK - DAY, span.last)
        with span.scope():
            days = {"workspace_id": span.workspace_id, "day__gte": first, "day__lte": last}
            told = list(holding_days(AccountSnapshot.objects.filter(**days)).select_related("account"))
            known = {(row.account_id, row.day) for row in told if not row.missing}
            uploads = UploadedDay.objects.filter(**days).select_related("account").defer("raw")
            brought = [row for row in uploads if (row.account_id, row.day) not in known]
        replaced = {(row.account_id, row.day) for row in brought}
        rows = [*(row for row in told if (row.account_id, row.day) not in replaced), *brought]
        yield [_day(row) for row in sorted(rows, key=lambda row: (row.day, row.account_id))]
        first = last + DAY


def post_snapshots(span: Span) -> Iterator[list[Row]]:
    """Every reading of a post in the span, in the order in which they were taken."""
    begin, end = reach(span.first, span.last, span.zone)
    after: tuple[datetime, UUID] | None = None
    while True:
        with span.scope():
            rows = PublicationSnapshot.objects.filter(
                workspace_id=span.workspace_id, taken_at__gte=begin, taken_at__lt=end
            )
            if after is not None:
                rows = rows.filter(Q(taken_at__gt=after[0]) | Q(taken_at=after[0], pk__gt=after[1]))
            shown = rows.select_related("account", "publication__post").defer("raw").order_by("taken_at", "pk")
            found = list(shown[:BATCH])
        yield [_snapshot(row) for row in found if span.first <= cell_of(row.taken_at, span.zone) <= span.last]
        if len(found) < BATCH:
            return
        after = (found[-1].taken_at, found[-1].pk)


BATCHES: Final[dict[str, Callable[[Span], Iterator[list[Row]]]]] = {DAYS: account_days, POSTS: post_snapshots}


def _account(row: Any) -> Row:
    named = ids.public(ids.ACCOUNT, row.account_id)
    return {"account": named, "platform": row.account.platform, "handle": row.account.handle}


def _day(row: Any) -> Row:
    source = "upload" if isinstance(row, UploadedDay) else "platform"
    said = {"source": source, "revision": row.revision, "taken_at": row.taken_at, "missing": row.missing or None}
    return {"day": row.day, **_account(row), **said, **figures_of(row)}


def _snapshot(row: PublicationSnapshot) -> Row:
    post = row.publication.post
    named = {"publication": ids.public(ids.PUBLICATION, row.publication_id), "post": ids.public(ids.POST, post.pk)}
    read = {"key": row.key, "taken_at": row.taken_at, "missing": row.missing or None}
    about = {"external_ref": post.external_ref, **_account(row), "published_at": row.publication.published_at}
    return {**named, **about, **read, **figures_of(row)}


# --- as text ----------------------------------------------------------------------------------------------------------


def _as_lines(batches: Iterable[list[Row]]) -> Iterator[str]:
    for rows in batches:
        yield "".join(json.dumps(row, default=_told) + "\n" for row in rows)


def _as_csv(batches: Iterable[list[Row]], names: tuple[str, ...]) -> Iterator[str]:
    yield _written([names])
    for rows in batches:
        yield _written([[_cell(row[name]) for name in names] for row in rows])


def _written(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    """What is not known is an empty cell; a text that a spreadsheet would take for a formula stays a text."""
    if value is None:
        return ""
    text = _told(value)
    return safe_text(text) if isinstance(value, str) else text


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
