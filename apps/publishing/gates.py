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

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.posts.manuscripts import Manuscript, Passage
from apps.publishing.models import FollowUp, Publication
from apps.publishing.states import WAITING

Row = Publication | FollowUp


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a row is held: the kind for machines, the words for people.

    With `until` nobody is asked: the row waits by itself, and is tried again then (`apps.publishing.waits`).
    `ahead` is what people are to read of it before its hour, while it still looks like something that goes out.
    """

    problem: str
    words: str
    until: datetime | None = None
    ahead: str = ""


# Called inside `tenancy.across_tenants`, with a constant number of queries however many rows there are. Rows have their
# workspace and account loaded (a follow-up that of its publication). It never calls the network.
Gate = Callable[[Sequence[Row], datetime], Mapping[UUID, Obstacle]]

# Asked inside the tenant, with the post held, before what is live is given other words at its platform: what is against
# it, in words, or "". The manuscript is the post with the edition that is wanted there, and no other.
ChangeGate = Callable[[Publication, Manuscript], str]

# The same of a comment below what is live; None where somebody is only about to write one.
CommentGate = Callable[[Publication, Passage | None], str]

_gates: dict[str, Gate] = {}
_foretelling: set[str] = set()
_change_gates: dict[str, ChangeGate] = {}
_comment_gates: dict[str, CommentGate] = {}


def register(name: str, gate: Gate, *, foretells: bool = False) -> None:
    """Have `gate` asked from now on; the same name again replaces it. One that `foretells` is asked by pages too,
    inside the tenant, about what still waits: its obstacles have words for `ahead`."""
    _gates[name] = gate
    (_foretelling.add if foretells else _foretelling.discard)(name)


def unregister(name: str) -> None:
    _gates.pop(name, None)
    _foretelling.discard(name)


def register_change(name: str, gate: ChangeGate) -> None:
    """Have `gate` asked about changes of what is live from now on."""
    _change_gates[name] = gate


def words_against_change(publication: Publication, wanted: Manuscript) -> str:
    """Why what is live must not be changed to this there; "" where nothing is against it."""
    return next((words for gate in _change_gates.values() if (words := gate(publication, wanted))), "")


def register_comment(name: str, gate: CommentGate) -> None:
    """Have `gate` asked about comments on what is live from now on."""
    _comment_gates[name] = gate


def words_against_comment(publication: Publication, said: Passage | None = None) -> str:
    """Why this must not be said below what is live, or nothing at all; "" where nothing is against it."""
    return next((words for gate in _comment_gates.values() if (words := gate(publication, said))), "")


def obstacles(rows: Sequence[Row], now: datetime) -> dict[UUID, Obstacle]:
    """What the gates say, by id of the row; the first that objects has the word."""
    return _asked(_gates.values(), rows, now)


def foretold(rows: Sequence[Publication], now: datetime) -> dict[UUID, Obstacle]:
    """What would hold these at their hour if nothing changed before it, by id; only of those that still wait for it."""
    waiting = [row for row in rows if row.state in WAITING and not row.problem]
    return _asked([gate for name, gate in _gates.items() if name in _foretelling], waiting, now)


def _asked(asked: Iterable[Gate], rows: Sequence[Row], now: datetime) -> dict[UUID, Obstacle]:
    found: dict[UUID, Obstacle] = {}
    for gate in asked:
        waiting = [row for row in rows if row.pk not in found]
        if not waiting:
            break
        found |= gate(waiting, now)
    return found
