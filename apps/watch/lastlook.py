"""The last look of the watchdog, remembered beside the queue for whoever asks how things are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache

from apps.watch.invariants import Finding
from apps.watch.states import Invariant

KEY: Final = "watch.last_look"
KEPT: Final = timedelta(days=7)
# Three looks that did not come: nobody watches.
OVERDUE: Final = timedelta(seconds=100)


@dataclass(frozen=True, slots=True)
class LastLook:
    """`counts` by invariant; empty, with `at` None, where nobody has looked or nothing is remembered."""

    at: datetime | None
    counts: Mapping[str, int]

    def is_overdue(self, now: datetime) -> bool:
        return self.at is None or now - self.at > OVERDUE


def keep(now: datetime, found: Mapping[Invariant, Finding]) -> None:
    """Raises what the cache raises."""
    counts = {invariant.value: finding.count for invariant, finding in found.items()}
    cache.set(KEY, {"at": now, "counts": counts}, KEPT.total_seconds())


def last_look() -> LastLook:
    """Never raises: a queue that does not answer remembers nothing."""
    try:
        kept: dict[str, Any] = cache.get(KEY) or {}
    except Exception:  # The cache's server has errors of its own, and the page says that it is away.
        kept = {}
    return LastLook(kept.get("at"), kept.get("counts", {}))
