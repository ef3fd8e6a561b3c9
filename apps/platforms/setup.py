"""What an operator has to do at a platform before members can connect accounts, as data for docs/platforms/."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setup:
    """`steps` are sentences in their order; `review` says what the platform examines and how long that takes, as far
    as it tells; `gaps` are things that the platform's API can do and Postroom does not."""

    portal: str  # where applications are registered
    steps: tuple[str, ...]
    review: str = ""
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
