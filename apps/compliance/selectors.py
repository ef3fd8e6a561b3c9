"""What a page shows: to the person who asked to be forgotten what became of it, to an owner the files to fetch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from apps.compliance.models import DataRequest, Erasure, Export
from apps.compliance.states import ErasureState, ExportState, RequestState
from apps.platforms import registry
from apps.tenants.models import Organization, Workspace

# What a receipt counts, in words for one and for several.
WORDS: Final = {
    "accounts": ("connected account: its name and address", "connected accounts: names and addresses"),
    "grants": ("permission with its tokens", "permissions with their tokens"),
    "sessions": ("sign-in that was under way", "sign-ins that were under way"),
    "links": ("link for connecting the account again", "links for connecting accounts again"),
    "publications": ("post: the platform's id and address of it", "posts: the platform's ids and addresses of them"),
    "comments": ("comment or reply: its id and address", "comments and replies: their ids and addresses"),
    "attempts": ("record of sending: what the platform answered", "records of sending: what the platform answered"),
    "events": ("notification: what it said about the account", "notifications: what they said about the account"),
    "notices": ("message that the platform sent us", "messages that the platform sent us"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Status:
    platform: str
    code: str
    state: str
    received_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    removed: tuple[str, ...]


def status_of(code: str) -> Status | None:
    """The truth about a request; None where nobody was given this code."""
    request = DataRequest.objects.filter(code=code.upper()).first()
    if request is None:
        return None
    counts = [(WORDS[name], count) for name, count in request.receipt.items() if name in WORDS and count]
    removed = tuple(f"{count} {words[count != 1]}" for words, count in sorted(counts))
    return Status(
        platform=registry.label(request.platform),
        code=request.code,
        state=request.state,
        received_at=request.received_at,
        started_at=request.started_at,
        done_at=request.done_at,
        removed=removed if request.state == RequestState.DONE else (),
    )


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A file that was asked for; `url` is empty unless it can be fetched."""

    what: str
    requested_at: datetime
    by: str
    label: str
    tone: str
    size: int
    rows: int
    kept_until: datetime | None
    url: str


def exports_of(organization: Organization, *, most: int = 30) -> list[ExportRow]:
    """The newest files of the organization in context."""
    tones = {ExportState.READY: "ok", ExportState.WAITING: "info", ExportState.FAILED: "bad"}
    found = Export.objects.select_related("workspace", "requested_by")[:most]
    return [
        ExportRow(
            what=str(row.workspace or organization),
            requested_at=row.created_at,
            by=str(row.requested_by or ""),
            label=row.get_state_display(),
            tone=tones.get(ExportState(row.state), ""),
            size=row.size,
            rows=row.rows,
            kept_until=row.kept_until if row.state == ExportState.READY else None,
            url=reverse("compliance:export_file", args=[row.pk]) if row.state == ExportState.READY else "",
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class ErasureRow:
    """What is to be erased, or was; `undo_url` is empty once it is too late."""

    what: str
    label: str
    due_at: datetime
    certificate_url: str
    undo_url: str


def erasures_of(organization: Organization) -> list[ErasureRow]:
    """Erasures of the organization in context, but those that were taken back."""
    names = dict(Workspace.objects.values_list("pk", "name"))
    found = Erasure.objects.filter(of_organization=organization.pk).exclude(state=ErasureState.UNDONE)
    return [
        ErasureRow(
            what=names.get(row.of_workspace, "A workspace") if row.of_workspace else organization.name,
            label=row.get_state_display(),
            due_at=row.due_at,
            certificate_url=reverse("compliance:erasure_certificate", args=[row.code]),
            undo_url=reverse("compliance:erasure_undo", args=[row.pk]) if row.state == ErasureState.ASKED else "",
        )
        for row in found[:20]
    ]
