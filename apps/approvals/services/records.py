"""The log of decisions: rows that are added and never changed, each holding the hash of the one before on its post."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from apps.approvals.deciders import Decider
from apps.approvals.models import Decision, Request, StepState
from apps.approvals.states import Verdict
from apps.core import clock


def decision(
    request: Request,
    row: StepState,
    verdict: Verdict,
    *,
    decider: Decider,
    note: str = "",
    seal: str = "",
    content_hash: str = "",
    revision: int = 0,
    due_at: datetime | None = None,
    on_behalf_of: Collection[UUID] = (),
) -> Decision:
    """What was decided, not in the log yet: it has no place and so no hash."""
    return Decision(
        organization_id=request.organization_id,
        workspace_id=request.workspace_id,
        request=request,
        step=row,
        verdict=verdict,
        seal=seal or row.seal,
        content_hash=content_hash or request.content_hash,
        revision=revision or request.revision,
        due_at=due_at,
        decider_kind=decider.kind,
        decider_id=decider.id,
        decider_name=decider.name[:150],
        on_behalf_of=sorted(map(str, on_behalf_of)) or None,
        address=decider.actor.address,
        note=note,
        decided_at=clock.now(),
    )


def append(made: Decision) -> Decision:
    """Write it down behind the last of its post; the caller holds the post, so that no other comes between."""
    rows = Decision.objects.filter(request__post_id=made.request.post_id)
    place(made, after=rows.order_by("-decided_at", "-id").first()).save(force_insert=True)
    return made


def place(made: Decision, *, after: Decision | None) -> Decision:
    """Give it its place behind another, or at the beginning, and the hash that both come to.

    The log is read by time, and exported by id: where the clock of this host is behind, both go on from the line
    before, by the least there is."""
    if after is not None:
        made.decided_at = max(made.decided_at, after.decided_at + timedelta(microseconds=1))
        made.pk = max(made.pk, UUID(int=after.pk.int + 1))
    made.previous_hash = after.hash if after else ""
    made.hash = hash_of(made)
    return made


def hash_of(decision: Decision) -> str:
    """Of everything that the decision says, and of the hash before it; for whom it was said comes last, where it was
    for somebody, so that lines from before there was such a word keep their hash."""
    return hash_of_said([
        decision.pk, decision.request_id, decision.step_id, decision.verdict, decision.seal, decision.content_hash,
        decision.revision, decision.due_at and decision.due_at.isoformat(), decision.decider_kind, decision.decider_id,
        decision.decider_name, decision.address, decision.note, decision.decided_at.isoformat(), decision.previous_hash,
        *([decision.on_behalf_of] if decision.on_behalf_of else []),
    ])  # fmt: skip


def hash_of_said(said: Sequence[object]) -> str:
    """The same of the bare values, in the order above: what whoever holds an export can do for themselves."""
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def broken_link(post_id: UUID) -> Decision | None:
    """The first decision of a post that does not say what it said, or does not follow the one before; None: the log is
    whole."""
    return first_broken(Decision.objects.filter(request__post_id=post_id).order_by("decided_at", "id"))


def first_broken(chain: Iterable[Decision]) -> Decision | None:
    """The same of all decisions of one post, which come in their order."""
    before = ""
    for one in chain:
        if one.previous_hash != before or one.hash != hash_of(one):
            return one
        before = one.hash
    return None
