"""How many there are now of what a plan limits at any moment. Rooms above say how theirs are counted when Django
starts; those of people and places stand here."""

from __future__ import annotations

from collections.abc import Callable

from apps.core import clock
from apps.tenants.models import Invitation, Membership, Workspace
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


def workspaces() -> int:
    """What is archived takes no place."""
    return int(Workspace.objects.filter(archived_at=None).count())


def seats() -> int:
    """Members, and whoever is invited and has not answered yet."""
    return int(Membership.objects.count() + Invitation.objects.open(clock.now()).count())
