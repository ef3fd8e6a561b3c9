"""When the figures of a post are read: often while it is young, and never after its last rung.

A rung that is reached late is read all the same, for its row says when it was; later than `late_by` it would tell of
another age, and counts as missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Rung:
    name: str
    after: timedelta
    late_by: timedelta

    def at(self, published_at: datetime) -> datetime:
        return published_at + self.after

    def is_over(self, published_at: datetime, now: datetime) -> bool:
        return now > self.at(published_at) + self.late_by


LADDER: Final = (
    Rung("1h", timedelta(hours=1), timedelta(hours=1)),
    Rung("6h", timedelta(hours=6), timedelta(hours=6)),
    Rung("1d", timedelta(days=1), timedelta(hours=12)),
    Rung("3d", timedelta(days=3), timedelta(days=1)),
    Rung("7d", timedelta(days=7), timedelta(days=2)),
    Rung("30d", timedelta(days=30), timedelta(days=5)),
    Rung("90d", timedelta(days=90), timedelta(days=10)),
)
RUNGS: Final = {rung.name: rung for rung in LADDER}


def rung_after(name: str) -> Rung | None:
    """The rung above; the lowest for ""; None above the last."""
    place = [rung.name for rung in LADDER].index(name) + 1 if name else 0
    return LADDER[place] if place < len(LADDER) else None
