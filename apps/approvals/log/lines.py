"""Decisions as lines of the log, in the order in which they were made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from apps.approvals.models import Decision
from apps.approvals.selectors import name_of, names_of_voices, stood_in_for, way_in
from apps.approvals.services.records import hash_of, hash_of_said
from apps.approvals.states import Verdict

PAGE: Final = 500
# What the hash is over, in its order; see `services.records.hash_of`.
HASHED: Final = (
    "decision", "request", "step_id", "verdict", "seal", "content_hash", "revision", "due_at", "by_kind", "by_id",
    "by_name", "address", "note", "decided_at", "previous_hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is looked at; empty fields narrow nothing. `until` is not included."""

    workspace_id: UUID | None = None
    post_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A decision, with `place` in the log of its post (the first is 1). Ids and times are as the hash has them."""

    place: int
    decision: str
    decided_at: str
    workspace: str
    workspace_name: str
    post: str
    request: str
    request_number: int
    step: str
    step_name: str
    step_id: str
    verdict: str
    by_kind: str
    by_id: str | None
    by_name: str
    name: str
    address: str
    revision: int
    due_at: str | None
    note: str
    content_hash: str
    seal: str
    previous_hash: str
    hash: str
    on_behalf_of: tuple[str, ...] | None  # for whom they stood in, by id; in the hash where there is anybody
    stood_in_for: tuple[str, ...]
    came_by: Mapping[str, Any] | None  # which way a guest came; what the hash has last where there is such a thing
    way_in: str
    holds: bool  # it says what it said, and follows the one before

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.decided_at)

    @property
    def label(self) -> str:
        return str(Verdict(self.verdict).label)

    def as_said(self) -> dict[str, Any]:
        """What an export says of it; whether it holds is for the reader to find out."""
        said = asdict(self)
        del said["holds"]
        return said


def decisions(wanted: Wanted) -> QuerySet[Decision]:
    narrowed = {
        "workspace_id": wanted.workspace_id, "request__post_id": wanted.post_id,
        "decided_at__gte": wanted.since, "decided_at__lt": wanted.until,
    }  # fmt: skip
    rows: QuerySet[Decision] = Decision.objects.select_related("request", "step", "workspace")
    return rows.filter(**{name: value for name, value in narrowed.items() if value is not None})


def lines(rows: Sequence[Decision]) -> list[Line]:
    """These decisions with their places; three queries, however many there are."""
    places = _places({row.request.post_id for row in rows})
    names = names_of_voices(rows)
    return [
        _line(
            row, *places[row.pk], name_of(row.decider_kind, row.decider_id, row.decider_name, names),
            stood_in_for(row, names), way_in(row, names),
        )
        for row in rows
    ]  # fmt: skip


def every_line(scope: Callable[[], AbstractContextManager[Any]], wanted: Wanted) -> Iterator[Line]:
    """The whole log, page by page, each read in a tenant of its own: an export runs when its request is over, holds no
    more than a page and keeps no transaction open while it waits for the reader."""
    after: UUID | None = None
    while True:
        with scope():
            rows = decisions(wanted).order_by("id")
            found = list((rows.filter(pk__gt=after) if after else rows)[:PAGE])
            made = lines(found)
        yield from made
        if len(found) < PAGE:
            return
        after = found[-1].pk


def hash_of_line(said: dict[str, Any]) -> str:
    """What the hash of an exported line must be."""
    # Not in lines that were exported before there were such words.
    later = [value for name in ("on_behalf_of", "came_by") if (value := said.get(name))]
    return hash_of_said([*(said[name] for name in HASHED), *later])


def _places(post_ids: set[UUID]) -> dict[UUID, tuple[int, bool]]:
    """By decision: its place in the log of its post, and whether it holds there."""
    found: dict[UUID, tuple[int, bool]] = {}
    said: dict[UUID, list[Decision]] = defaultdict(list)
    rows = Decision.objects.filter(request__post_id__in=post_ids).select_related("request")
    for row in rows.order_by("decided_at", "id"):
        said[row.request.post_id].append(row)
    for chain in said.values():
        before = ""
        for place, row in enumerate(chain, 1):
            found[row.pk] = place, row.previous_hash == before and row.hash == hash_of(row)
            before = row.hash
    return found


def _line(row: Decision, place: int, holds: bool, name: str, whom: tuple[str, ...], way: str) -> Line:
    return Line(
        place=place, decision=str(row.pk), decided_at=row.decided_at.isoformat(), workspace=str(row.workspace_id),
        workspace_name=row.workspace.name, post=str(row.request.post_id), request=str(row.request_id),
        request_number=row.request.number, step=row.step.key, step_name=row.step.step.name, step_id=str(row.step_id),
        verdict=row.verdict, by_kind=row.decider_kind, by_id=str(row.decider_id) if row.decider_id else None,
        by_name=row.decider_name, name=name, address=row.address, revision=row.revision,
        due_at=row.due_at.isoformat() if row.due_at else None, note=row.note, content_hash=row.content_hash,
        seal=row.seal, previous_hash=row.previous_hash, hash=row.hash, holds=holds,
        on_behalf_of=tuple(row.on_behalf_of) if row.on_behalf_of else None, stood_in_for=whom,
        came_by=row.came_by, way_in=way,
    )  # fmt: skip
