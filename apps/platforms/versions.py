"""API versions as data: which one an adapter speaks, and how long the platform will understand it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

NOTICE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """`ends` is None where no end is announced; `rhythm` says in words how the platform retires versions."""

    name: str
    rhythm: str
    source: str
    released: date | None = None
    ends: date | None = None

    def is_ending(self, today: date) -> bool:
        """Whether it ends within the notice that an operator needs, or has ended."""
        return self.ends is not None and self.ends - today <= NOTICE
