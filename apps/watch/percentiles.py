"""Percentiles that can be pointed at: each is a value that occurred."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(ordered: Sequence[int], share: int) -> int | None:
    """The smallest value that at least `share` hundredths of all do not exceed (nearest rank); None where there are
    none. `ordered` rises."""
    if not 0 < share <= 100:
        raise ValueError(f"{share} is no share of a hundred")
    if not ordered:
        return None
    # Rounded up in whole numbers: 0.07 * 100 is more than 7 to a computer.
    rank = -(-len(ordered) * share // 100)
    return ordered[rank - 1]
