"""How far the preparing of a post has come, as it stands in its row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.platforms.contract import Staged


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the adapter has prepared. It was begun at `begun_at`, from which on its time at the platform runs, and moved
    on last at `moved_at`: where nothing moves for too long the platform has given up without a word."""

    staged: Staged
    begun_at: datetime
    moved_at: datetime

    @property
    def is_ready(self) -> bool:
        return self.staged.ready

    def gone_on(self, staged: Staged, *, moved_at: datetime | None = None) -> Preparation:
        """A step further; without an instant the platform is only waited for."""
        return replace(self, staged=staged, moved_at=moved_at or self.moved_at)

    def as_json(self) -> dict[str, Any]:
        times = {"begun": self.begun_at.isoformat(), "since": self.moved_at.isoformat()}
        return {"data": dict(self.staged.data), "ready": self.staged.ready, **times}


def begun(staged: Staged, now: datetime) -> Preparation:
    return Preparation(staged, now, now)


def read(column: dict[str, Any] | None, *, due_at: datetime) -> Preparation | None:
    """What is in the row. The platform is not waited for since before the present hour of the post."""
    if not column:
        return None
    since = datetime.fromisoformat(column["since"])
    begun_at = datetime.fromisoformat(column["begun"]) if "begun" in column else since
    return Preparation(Staged(column["data"], ready=column["ready"]), begun_at, max(since, due_at))
