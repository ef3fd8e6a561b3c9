"""Gates: what is asked about every publication at its hour, by rooms that the engine does not know.

A gate is asked with all rows of a batch at once and answers for those that must not go out now, each with an obstacle:
the row is then held with these words, until a person says more. It is asked twice: when a row is claimed, and again in
the transaction that writes down that it is about to leave, so that what was stopped or withdrawn in between counts.

Rooms register theirs when Django starts, and that is all there is to do (this room's own are in `PublishingConfig`):

    class ApprovalsConfig(AppConfig):
        def ready(self) -> None:
            gates.register("approvals", approvals.gate)

    def gate(rows: Sequence[Row], now: datetime) -> Mapping[UUID, Obstacle]:
        posts = {row.post_id for row in rows if isinstance(row, Publication)}
        unapproved = set(Request.across_tenants.open().filter(post__in=posts).values_list("post_id", flat=True))
        ...one query for the batch; no answer for a row means that it may go out...

Gates are asked in the order in which they were registered; of two that object to a row, the first has the word. A room
that keeps back what is held in `Publication.problem` finds its rows again by the kind that it gave its obstacles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.publishing.models import FollowUp, Publication

Row = Publication | FollowUp


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a row is held: the kind for machines, the words for people.

    With `until` nobody is asked: the row waits by itself, and is tried again then (`apps.publishing.waits`).
    """

    problem: str
    words: str
    until: datetime | None = None


# Called inside `tenancy.across_tenants`, with a constant number of queries however many rows there are. Rows have their
# workspace and account loaded (a follow-up that of its publication). It never calls the network.
Gate = Callable[[Sequence[Row], datetime], Mapping[UUID, Obstacle]]

# Asked inside the tenant, with the post held, before what is live is given other words at its platform: what is against
# it, in words, or "".
ChangeGate = Callable[[Publication], str]

# The same before somebody writes a comment below what is live.
CommentGate = Callable[[Publication], str]

_gates: dict[str, Gate] = {}
_change_gates: dict[str, ChangeGate] = {}
_comment_gates: dict[str, CommentGate] = {}


def register(name: str, gate: Gate) -> None:
    """Have `gate` asked from now on; the same name again replaces it."""
    _gates[name] = gate


def unregister(name: str) -> None:
    _gates.pop(name, None)


def register_change(name: str, gate: ChangeGate) -> None:
    """Have `gate` asked about changes of what is live from now on."""
    _change_gates[name] = gate


def words_against_change(publication: Publication) -> str:
    """Why what is live must not be changed there; "" where nothing is against it."""
    return next((words for gate in _change_gates.values() if (words := gate(publication))), "")


def register_comment(name: str, gate: CommentGate) -> None:
    """Have `gate` asked about comments on what is live from now on."""
    _comment_gates[name] = gate


def words_against_comment(publication: Publication) -> str:
    """Why nothing must be said below what is live; "" where nothing is against it."""
    return next((words for gate in _comment_gates.values() if (words := gate(publication))), "")


def obstacles(rows: Sequence[Row], now: datetime) -> dict[UUID, Obstacle]:
    """What the gates say, by id of the row; the first that objects has the word."""
    found: dict[UUID, Obstacle] = {}
    for gate in _gates.values():
        waiting = [row for row in rows if row.pk not in found]
        if not waiting:
            break
        found |= gate(waiting, now)
    return found
