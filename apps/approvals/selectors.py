"""Reads of approvals, shaped for pages and programs; a constant number of queries however many rows there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext

from apps.approvals import anchors
from apps.approvals.deciders import (
    Bench,
    Seating,
    bench,
    decisions_on,
    guest_names_of,
    names_of,
    votes_among,
    votes_on,
    with_guests,
    writers_of,
)
from apps.approvals.models import Attachment, Comment, Decision, Escalation, Policy, Request, StepState, Thread
from apps.approvals.names import GUEST, POLICY, PROGRAM, SOMEBODY
from apps.approvals.sheets import Difference, differences
from apps.approvals.states import CURRENT, RequestState, StepStatus, Verdict
from apps.core.actors import ActorKind
from apps.posts import selectors as posts
from apps.posts.appointments import HourOutOfReach, named
from apps.posts.models import Post

NAMES: Final = {ActorKind.SYSTEM: POLICY, ActorKind.KEY: PROGRAM}


@dataclass(frozen=True, slots=True)
class Said:
    """A decision for people to read. `changed` is what was edited since, up to this version."""

    verdict: Verdict
    by: str
    at: datetime
    note: str
    step: str
    revision: int
    kind: str
    decider_id: UUID | None
    stood_in_for: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a picture or a video: `file` is which of them, 0 where it is not in the version any more; `mark` the
    number over a picture; `moment` of a video, as people say it."""

    kind: str
    file: int
    mark: int = 0
    moment: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread with its comments, and where its place is in the post as it stands."""

    thread: Thread
    place: anchors.Placed
    comments: Sequence[tuple[str, Comment]]
    where: Where | None = None

    @property
    def proposed_at(self) -> datetime | None:
        """The hour that a guest proposes here, if this is about one that can be told."""
        said = self.place.anchor
        if said["kind"] != anchors.AnchorKind.TIME:
            return None
        try:
            return named(datetime.fromisoformat(said["local"]), said["zone"]).due_at
        except HourOutOfReach:  # Rows from before such an hour was refused.
            return None


def requests() -> QuerySet[Request]:
    """Requests with their steps and decisions."""
    rows: QuerySet[Request] = Request.objects.select_related("policy").prefetch_related(
        Prefetch("steps", queryset=StepState.objects.order_by("position")),
        Prefetch("decisions", queryset=Decision.objects.order_by("decided_at", "id")),
    )
    return rows


def told() -> QuerySet[Request]:
    """The same with what rules did, as programs are told of them."""
    return requests().prefetch_related(Prefetch("escalations", queryset=Escalation.objects.order_by("acted_at", "id")))


def policy_in_force(workspace_id: UUID) -> Policy | None:
    found: Policy | None = Policy.objects.filter(workspace_id=workspace_id, replaced_at=None).first()
    return found


def board(workspace_id: UUID, *, most: int = 300) -> list[Request]:
    """What is under review, the earliest hour first; those without an hour at the end."""
    rows = requests().select_related("post", "asked_by").filter(workspace_id=workspace_id, post__deleted_at=None)
    found = rows.filter(state__in=CURRENT - {RequestState.APPROVED}).order_by("due_at", "id")[: most + 1]
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at, row.pk))[:most]


def lately_approved(workspace_id: UUID, *, most: int = 10) -> list[Request]:
    rows = requests().select_related("post", "asked_by").filter(workspace_id=workspace_id, post__deleted_at=None)
    return list(rows.filter(state=RequestState.APPROVED).order_by("-closed_at")[:most])


def open_step(request: Request) -> StepState | None:
    return next((row for row in request.steps.all() if row.status == StepStatus.OPEN), None)


def bench_of(request: Request, row: StepState) -> Bench:
    """Who may decide the open step now."""
    seats = bench(
        row,
        writers=writers_of(request.post, request.asked_by_id),
        allows_self_approval=request.policy.allows_self_approval,
        votes=votes_on(request.post_id, row.step, row.seal, row.due_at),
    )
    return with_guests(seats, request.post_id)


def history(post_id: UUID) -> list[Said]:
    """Every decision about the post, the first one first."""
    rows = list(Decision.objects.filter(request__post_id=post_id).select_related("step").order_by("decided_at", "id"))
    names = names_of_voices(rows)
    return [
        Said(
            Verdict(row.verdict), name_of(row.decider_kind, row.decider_id, row.decider_name, names), row.decided_at,
            row.note, row.step.step.name, row.revision, row.decider_kind, row.decider_id,
            stood_in_for(row, names),
        )
        for row in rows
    ]  # fmt: skip


def escalations(post_id: UUID) -> list[tuple[Escalation, Mapping[UUID, str]]]:
    """What rules did about the post, the first one first, with the names of whom it concerned."""
    rows = list(Escalation.objects.filter(request__post_id=post_id).select_related("step"))
    names = names_of(UUID(pk) for row in rows for pk in [*row.people, *row.seats]) if rows else {}
    return [(row, names) for row in rows]


def changed_since(request: Request) -> list[Difference]:
    """What differs from the version before that somebody was asked about."""
    before = Request.objects.filter(post_id=request.post_id, number__lt=request.number).order_by("-number").first()
    return differences(before.snapshot, request.snapshot) if before else []


def talks(post: Post, *, only_shared: bool = False) -> list[Talk]:
    """The threads of a post, the open ones first; with `only_shared`, as a client's guest sees them."""
    rows = Thread.objects.filter(post=post).prefetch_related(
        Prefetch("comments", queryset=Comment.objects.order_by("id")),
        Prefetch("comments__attachments", queryset=Attachment.objects.select_related("asset").order_by("position")),
    )
    found = list(rows.filter(visibility="shared") if only_shared else rows)
    written = posts.manuscript(post)
    names = names_in((one.author_kind, one.author_id) for row in found for one in row.comments.all())
    shown = [
        Talk(
            row,
            anchors.placed(row.anchor, written),
            [(name_of(one.author_kind, one.author_id, one.author_name, names), one) for one in row.comments.all()],
        )
        for row in found
    ]
    return sorted(shown, key=lambda talk: (talk.thread.resolved_at is not None, talk.thread.pk))


def names_in(said: Iterable[tuple[str, UUID | None]]) -> dict[UUID, str]:
    """How the people and the guests among these are called, by id; a query for each of the two that is there."""
    by_kind: dict[str, set[UUID | None]] = {}
    for kind, pk in said:
        by_kind.setdefault(kind, set()).add(pk)
    return names_of(by_kind.get(ActorKind.USER, ())) | guest_names_of(by_kind.get(ActorKind.GUEST, ()))


def names_of_voices(rows: Iterable[Decision]) -> dict[UUID, str]:
    """How whoever decided is called, and whoever they stood in for, by id."""
    return names_in(
        pair
        for row in rows
        for pair in [
            (row.decider_kind, row.decider_id),
            *((ActorKind.USER.value, UUID(pk)) for pk in row.on_behalf_of or ()),
        ]
    )


def stood_in_for(row: Decision, names: Mapping[UUID, str]) -> tuple[str, ...]:
    """The people for whom it was decided, by name."""
    return tuple(names.get(UUID(pk), gettext(SOMEBODY)) for pk in row.on_behalf_of or ())


def name_of(kind: str, pk: UUID | None, name: str, names: Mapping[UUID, str]) -> str:
    if kind == ActorKind.USER:
        return (names.get(pk) if pk else None) or gettext(SOMEBODY)
    return name or (names.get(pk) if pk else None) or gettext(NAMES.get(ActorKind(kind), GUEST))


def waiting_for(
    requests_: Iterable[Request], user_id: UUID, able: Mapping[UUID, Bench], said: Mapping[UUID, frozenset[UUID]]
) -> list[Request]:
    """Those of the requests whose open step this person may decide and has not; `said` is `said_in` their
    votes."""
    return [row for row in requests_ if (seats := able.get(row.pk)) and user_id in seats.asked(said[row.pk])]


def benches_of(
    rows: Collection[Request], writers: Mapping[UUID, frozenset[UUID]], votes: Mapping[UUID, Sequence[Decision]]
) -> dict[UUID, Bench]:
    """Who may decide each of these requests of one workspace, by request; `votes` is `votes_of` them."""
    found: dict[UUID, Bench] = {}
    pending = [(row, step) for row in rows if row.state == RequestState.PENDING and (step := open_step(row))]
    if not pending:
        return found
    seating = Seating.in_workspace(pending[0][0].workspace_id, [(step, votes[row.pk]) for row, step in pending])
    for row, step in pending:
        barred = frozenset() if row.policy.allows_self_approval else writers.get(row.post_id, frozenset())
        found[row.pk] = seating.bench(step, barred, votes[row.pk])
    return found


def votes_of(rows: Collection[Request]) -> dict[UUID, list[Decision]]:
    """The approvals of the open step of each, of this version or of one before that it takes along, by request; in one
    query."""
    lines = decisions_on([row.post_id for row in rows]) if rows else {}
    return {
        row.pk: votes_among(lines.get(row.post_id, []), step.step, step.seal, step.due_at)
        if (step := open_step(row))
        else []
        for row in rows
    }


def said_in(votes: Mapping[UUID, Iterable[Decision]]) -> dict[UUID, frozenset[UUID]]:
    """The people among those whose approvals these are, by request."""
    return {
        pk: frozenset(one.decider_id for one in own if one.decider_kind == ActorKind.USER and one.decider_id)
        for pk, own in votes.items()
    }


def snapshot_text(snapshot: Mapping[str, Any]) -> str:
    """The main words of a version."""
    parts = snapshot.get("parts") or [{}]
    return str(parts[0].get("text", ""))
