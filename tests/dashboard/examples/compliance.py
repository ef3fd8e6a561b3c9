"""A person who asked to be forgotten, and an owner who takes everything along."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace as It
from typing import Any

from apps.compliance.selectors import ErasureRow, ExportRow, Status
from tests.dashboard.examples.frame import NOW, ZONE


def deletion() -> dict[str, Any]:
    return {
        "status": Status(
            platform="Facebook", code="7KQ2MZ4XW9TBHC3D", state="done", received_at=NOW - timedelta(minutes=3),
            started_at=NOW - timedelta(minutes=2), done_at=NOW, removed=("2 connected accounts: names and addresses",),
        )
    }  # fmt: skip


def exports() -> dict[str, Any]:
    ready = ExportRow(
        what="Café Luna", requested_at=NOW, by="Priya Shah", label="Ready", tone="ok", size=48_000_000, rows=12_345,
        kept_until=NOW + timedelta(days=7), url="/compliance/exports/1/file/",
    )  # fmt: skip
    waiting = ExportRow(
        what="Northlight Agency", requested_at=NOW, by="", label="Being prepared", tone="info", size=0, rows=0,
        kept_until=None, url="",
    )  # fmt: skip
    workspaces = [It(pk="w1", name="Café Luna"), It(pk="w2", name="Delta Outdoor")]
    erasure = ErasureRow("Delta Outdoor", "Asked for", NOW + timedelta(days=14), "/compliance/erasure/X/", "/undo/")
    return {
        "exports": [ready, waiting], "workspaces": workspaces, "days": 7, "zone": ZONE, "erasures": [erasure],
        "may_erase": True, "grace_days": 14,
    }  # fmt: skip


def certificate() -> dict[str, Any]:
    erasure = It(
        of_organization="0197-o", of_workspace="0197-w", asked_at=NOW - timedelta(days=14), due_at=NOW, done_at=NOW,
        state="done",
    )  # fmt: skip
    return {"erasure": erasure, "counts": [("posts.Post", 12_345), ("files", 77)]}
