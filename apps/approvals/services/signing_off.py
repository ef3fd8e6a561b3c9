"""Many approvals by one link at once, in a constant number of statements however many posts there are.

What needs nothing but this guest's approval is approved together: every judgement that `decide_by_link` makes of one
post is made here of each, of rows that are held, with what is the same for all read once. A post of which anything is
to be followed up first (its words or the policy changed, its time ran out, another step comes behind) is none of these
and goes that way by itself, in a transaction of its own, so that it keeps nobody else's approval back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch

from apps.approvals.deciders import (
    Bench,
    Seating,
    decisions_on,
    guests_of_each,
    votes_among,
    with_these_guests,
    writers_of_each,
)
from apps.approvals.errors import ApprovalRefused
from apps.approvals.link_errors import LinkOver
from apps.approvals.models import Decision, Policy, Request, StepState
from apps.approvals.selectors import open_step
from apps.approvals.services.deciding import facts_of
from apps.approvals.services.following import is_as_asked, is_behind_us, states_of
from apps.approvals.services.linking import Reviewer, hold_open
from apps.approvals.services.records import decision, place
from apps.approvals.services.reviewing import decide_by_link, own_posts
from apps.approvals.services.rounds import policy_of
from apps.approvals.sheets import Sheet, required, sheets
from apps.approvals.states import PASSED, RequestState, StepStatus, Verdict
from apps.approvals.ways import ways_to
from apps.audit import services as audit
from apps.core import clock
from apps.core.together import together
from apps.events import services as events
from apps.events.services import News
from apps.posts import services as posts
from apps.posts.models import Post
from apps.posts.states import Review
from apps.publishing.states import State


@dataclass(frozen=True, slots=True)
class Tally:
    """What was approved, and what could not be: it was changed or decided meanwhile, or is not by this link."""

    done: int
    missed: int


@dataclass(frozen=True, slots=True)
class _Vote:
    """An approval that is about to be written, and whether its step is passed with it."""

    request: Request
    step: StepState
    decision: Decision
    passes: bool


def approve_by_link(*, reviewer: Reviewer, request_ids: Sequence[UUID]) -> Tally:
    """Approve each of these versions that waits for the guest, each counted by itself. Raises LinkOver."""
    wanted = list(dict.fromkeys(request_ids))
    approved = _approve_plain(reviewer, wanted)
    done = len(approved)
    for request_id in wanted:
        if request_id in approved:
            continue
        try:
            decide_by_link(reviewer=reviewer, request_id=request_id, verdict=Verdict.APPROVE)
        except LinkOver:
            raise
        except ApprovalRefused:
            continue
        done += 1
    return Tally(done, len(wanted) - done)


@transaction.atomic
def _approve_plain(reviewer: Reviewer, request_ids: Collection[UUID]) -> set[UUID]:
    """Approve those of which nothing else is to be seen to; which they were."""
    hold_open(reviewer)
    mine = Request.objects.filter(pk__in=request_ids, post__in=own_posts(reviewer), state=RequestState.PENDING)
    # In one order, as everybody does who holds several posts.
    live = Post.objects.filter(pk__in=mine.values("post_id"), deleted_at=None).order_by("pk")
    held = list(live.select_for_update(of=("self",)))
    policy = policy_of(reviewer.workspace.pk) if held else None
    if policy is None:
        return set()
    steps = Prefetch("steps", queryset=StepState.objects.order_by("position"))
    asked = Request.objects.select_related("post", "policy").prefetch_related(steps)
    rows = list(asked.filter(pk__in=request_ids, post__in=held))
    votes = list(_votes(reviewer, policy, rows, held))
    _write(reviewer, votes)
    return {vote.request.pk for vote in votes}


def _votes(reviewer: Reviewer, policy: Policy, rows: Sequence[Request], held: Sequence[Post]) -> Iterator[_Vote]:
    written, states = sheets(held), states_of([post.pk for post in held])
    plain = {
        row.pk: step
        for row in rows
        if (step := _plain_step(row, policy, written[row.post_id], states.get(row.post_id, frozenset())))
    }
    asked = [row for row in rows if row.pk in plain]
    said = decisions_on([row.post_id for row in asked])
    votes_on_each = {
        row.pk: votes_among(said.get(row.post_id, []), step.step, step.seal, step.due_at)
        for row in asked
        for step in [plain[row.pk]]
    }
    writers = writers_of_each([(row.post, row.asked_by_id) for row in asked])
    ways = ways_to(reviewer.link, reviewer.way, writers) if asked else {}
    benches = _benches(asked, plain, votes_on_each, {} if policy.allows_self_approval else writers)
    for row in asked:
        step, before, votes = plain[row.pk], said.get(row.post_id, []), votes_on_each[row.pk]
        came_by = ways[row.post_id]
        is_barred = policy.bars_links_of_writers and came_by.may_be_the_writer
        if is_barred or not _may_say(reviewer, benches[row.pk], votes):
            continue
        made = decision(row, step, Verdict.APPROVE, decider=reviewer.decider_by(came_by), due_at=row.due_at)
        place(made, after=before[-1] if before else None)
        passes = benches[row.pk].is_passed_by([*votes, made])
        if not passes or _is_last(row, step):
            yield _Vote(row, step, made, passes)


def _plain_step(row: Request, policy: Policy, live: Sheet, states: Collection[State]) -> StepState | None:
    """The open step, where it asks guests and everything is as it was asked; None: it is decided by itself."""
    step = open_step(row)
    if row.state != RequestState.PENDING or row.policy_id != policy.pk or is_behind_us(states):
        return None
    if step is None or not step.step.guests or _runs_out(step):
        return None
    return step if is_as_asked(row, required(policy, live), live) else None


def _runs_out(step: StepState) -> bool:
    return step.overdue_at is None and step.deadline_at is not None and step.deadline_at <= clock.now()


def _benches(
    rows: Sequence[Request],
    steps: Mapping[UUID, StepState],
    votes: Mapping[UUID, Sequence[Decision]],
    barred: Mapping[UUID, frozenset[UUID]],
) -> dict[UUID, Bench]:
    if not rows:
        return {}
    seating = Seating.in_workspace(rows[0].workspace_id, [(steps[row.pk], votes[row.pk]) for row in rows])
    guests = guests_of_each([row.post_id for row in rows])
    found = {}
    for row in rows:
        bench = seating.bench(steps[row.pk], barred.get(row.post_id, frozenset()), votes[row.pk])
        found[row.pk] = with_these_guests(bench, guests.get(row.post_id, {}))
    return found


def _may_say(reviewer: Reviewer, bench: Bench, votes: Sequence[Decision]) -> bool:
    """Whether nothing is in the way of this guest's approval; a step that is passed already is followed up first."""
    who = reviewer.decider
    if bench.bars(who.kind, who.id) or not bench.seats(who.kind, who.id):
        return False
    if any((vote.decider_kind, vote.decider_id) == (who.kind, who.id) for vote in votes):
        return False
    return not (votes and bench.is_passed_by(votes))


def _is_last(row: Request, step: StepState) -> bool:
    """No step is left behind this one."""
    return all(other.status in PASSED for other in row.steps.all() if other.pk != step.pk)


def _write(reviewer: Reviewer, votes: Sequence[_Vote]) -> None:
    if not votes:
        return
    now = clock.now()
    passed = [vote for vote in votes if vote.passes]
    Decision.objects.bulk_create([vote.decision for vote in votes])
    StepState.objects.filter(pk__in=[vote.step.pk for vote in passed]).update(
        status=StepStatus.APPROVED, closed_at=now, updated_at=now
    )
    pending = Request.objects.filter(pk__in=[vote.request.pk for vote in passed], state=RequestState.PENDING)
    if pending.update(state=RequestState.APPROVED, closed_at=now, updated_at=now) != len(passed):
        raise RuntimeError("A request that is held has moved")
    for vote in passed:
        vote.request.state, vote.request.closed_at = RequestState.APPROVED, now
    posts.note_reviews(post_ids=[vote.request.post_id for vote in passed], review=Review.APPROVED)
    _tell(reviewer, votes)


def _tell(reviewer: Reviewer, votes: Sequence[_Vote]) -> None:
    said = [(vote.request, facts_of(vote.request, vote.step, Verdict.APPROVE)) for vote in votes]
    by = {"kind": reviewer.decider.kind, "id": reviewer.decider.id}
    with together():
        for row, facts in said:
            audit.record("approval.decided", subject=row, actor=reviewer.actor, diff=facts)
        events.emit_all([
            News("approval.decided", row, {"post_id": row.post_id, "number": row.number, **facts, "by": by})
            for row, facts in said
        ])  # fmt: skip
