"""How many there are now of what a plan limits at any moment: each room says how its own are counted when Django
starts."""

from __future__ import annotations

from collections.abc import Callable

from apps.usage.meters import Limit

# Called in the scope of an organization; counts all of it, one or two queries each.
Counting = Callable[[], int]
_counting: dict[Limit, Counting] = {}


def register(limit: Limit, counting: Counting) -> None:
    _counting[limit] = counting


def used(limit: Limit) -> int | None:
    """How many there are in the organization in context; None where nobody counts them."""
    counting = _counting.get(limit)
    return counting() if counting else None
