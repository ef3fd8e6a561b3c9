"""Who asked for what: counters for every request, and the last few in full. No token, no body."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    platform: str
    operation: str
    account: str
    method: str
    path: str
    status: int  # 0: hung up without an answer
    fault: str


class Journal:
    def __init__(self, keep: int = 1000) -> None:
        self._counts: Counter[tuple[str, str, str, str, int]] = Counter()
        self._recent: deque[Entry] = deque(maxlen=keep)

    def record(self, entry: Entry, *, template: str) -> None:
        self._counts[(entry.platform, entry.operation, entry.method, template, entry.status)] += 1
        self._recent.append(entry)

    def counts(self) -> list[dict[str, Any]]:
        names = ("platform", "operation", "method", "path", "status")
        return [dict(zip(names, key, strict=True)) | {"count": count} for key, count in sorted(self._counts.items())]

    def recent(self, limit: int) -> list[dict[str, Any]]:
        """The latest requests, newest first."""
        entries = list(self._recent)[-limit:] if limit > 0 else []
        return [asdict(entry) | {"at": entry.at.isoformat()} for entry in reversed(entries)]

    def clear(self) -> None:
        self._counts.clear()
        self._recent.clear()
