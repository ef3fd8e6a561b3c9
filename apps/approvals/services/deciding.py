"""A decision about the step that is open: approve it, with edits or without, ask for changes, or reject the post.

A request is of one version, so whoever names it says what they have read. What was changed before the decision is
committed makes another request, and the decision about the first is refused; what is changed after it undoes the
approval of the steps that it touches. Both hold the post, so there is no third outcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop as _

from apps.approvals.deciders import Decider, votes_on
from apps.approvals.errors import (
    OUT,
    AlreadyDecided,
    ContentChanged,
    NotADecider,
    ReasonMissing,
    RequestClosed,
    SelfApproval,
)
from apps.approvals.models import Request, StepState
from apps.approvals.services.clockwork import catch_up, catching_up
from apps.approvals.services.following import is_out
from apps.approvals.services.records import append, decision
from apps.approvals.services.rounds import bench_of, close, current, open_round, policy_of, set_status, settle, tell
from apps.approvals.sheets import required, sheet
from apps.approvals.states import APPROVING, OBJECTING, RequestState, StepStatus, Verdict
from apps.audit import services as audit
from apps.posts.content import Content
from apps.posts.models import Post
from apps.posts.selectors import content_of
from apps.publishing import services as publishing

SAID: Final = frozenset(APPROVING | set(OBJECTING))
CLOSED: Final = {
    RequestState.APPROVED: _("It was approved already. If something is wrong with it, withdraw it or hold the post."),
    RequestState.CHANGES_REQUESTED: _("Somebody has asked for changes already."),
    RequestState.REJECTED: _("Somebody has rejected it already."),
    RequestState.WITHDRAWN: _("It was withdrawn: nobody is asked any more."),
    RequestState.NOT_NEEDED: _("The policy asks for no approval of it any more."),
}


@dataclass(frozen=True, slots=True)
class _Said:
    verdict: Verdict
    decider: Decider
    note: str
    seal: str
    content_hash: str
    revision: int
    on_behalf_of: frozenset[UUID]


def decide(
    *, request_id: UUID, verdict: Verdict, decider: Decider, note: str = "", content: Content | None = None
) -> Request:
    """Write down what `decider` says about this version, and go on from there; the request that the post has then.

    Raises ContentChanged, RequestClosed, AlreadyDecided, NotADecider, SelfApproval, ReasonMissing; and for an approval
    with edits (`content` is the whole new content) what `publishing.services.edit` raises.
    """
    if verdict not in SAID or (content is None) is (verdict == Verdict.APPROVE_WITH_EDITS):
        raise ValueError("An approval with edits has content, and nothing else has")
    post_id = Request.objects.values_list("post_id", flat=True).get(pk=request_id)
    with catching_up(post_id):
        catch_up(post_id=post_id)
        return _decided(request_id, verdict, decider, note, content)


def _decided(request_id: UUID, verdict: Verdict, decider: Decider, note: str, content: Content | None) -> Request:
    request, row = _open(request_id)
    on_behalf_of = _require_seat(request, row, decider)
    if verdict in OBJECTING and not note.strip():
        raise ReasonMissing
    if content is not None:
        return _with_edits(request, row, decider, note, content, on_behalf_of)
    said = _Said(verdict, decider, note, row.seal, request.content_hash, request.revision, on_behalf_of)
    _write(request, row, said)
    if verdict in OBJECTING:
        set_status(row, StepStatus(OBJECTING[verdict].value))
        close(request, OBJECTING[verdict])
    else:
        settle(request)
    _tell(request, row, said)
    return request


def approve_with_edits(*, request: Request, text: str, decider: Decider, note: str = "") -> Request:
    """Approve other words for the main part; the rest of the post stays as it is. Raises what `decide` raises."""
    before = content_of(request.post)
    content = replace(before, parts=(replace(before.parts[0], text=text), *before.parts[1:]))
    return decide(
        request_id=request.pk, verdict=Verdict.APPROVE_WITH_EDITS, decider=decider, note=note, content=content
    )


def _open(request_id: UUID) -> tuple[Request, StepState]:
    """The request and its open step; raises ContentChanged and RequestClosed."""
    request = Request.objects.select_related("post", "policy").get(pk=request_id)
    if is_out(request.post_id):
        raise RequestClosed(OUT)
    if request.state == RequestState.SUPERSEDED:
        raise ContentChanged
    if request.state != RequestState.PENDING:
        raise RequestClosed(CLOSED[RequestState(request.state)])
    return request, StepState.objects.get(request=request, status=StepStatus.OPEN)


def _require_seat(request: Request, row: StepState, decider: Decider) -> frozenset[UUID]:
    """For whom they decide as a stand-in; raises SelfApproval, NotADecider and AlreadyDecided."""
    said = votes_on(request.post_id, row.step, row.seal, row.due_at)
    seats = bench_of(request, row, said)
    if seats.bars(decider.kind, decider.id):
        raise SelfApproval
    if not seats.seats(decider.kind, decider.id):
        raise NotADecider
    if any((vote.decider_kind, vote.decider_id) == (decider.kind, decider.id) for vote in said):
        raise AlreadyDecided
    return seats.spoken_for(decider, [vote.decider_id for vote in said if vote.decider_id])


def _with_edits(
    request: Request, row: StepState, decider: Decider, note: str, content: Content, on_behalf_of: frozenset[UUID]
) -> Request:
    """The new words go through every step that they touch, and the decider has approved them for their own: one voice,
    like any other, of as many as the step takes."""
    publishing.edit(post=request.post, content=content, actor=decider.actor, expected_revision=request.post.revision)
    post, policy = Post.objects.get(pk=request.post_id), policy_of(request.workspace_id)
    live = sheet(post)
    wanted = required(policy, live) if policy else []
    seal = next((one.seal for one in wanted if one.step.key == row.key), "")
    said = _Said(Verdict.APPROVE_WITH_EDITS, decider, note, seal, live.hash, post.revision, on_behalf_of)
    _write(request, row, said, due_at=post.due_at)
    votes = votes_on(request.post_id, row.step, seal or row.seal, post.due_at)
    if bench_of(request, row, votes).is_passed_by(votes):
        set_status(row, StepStatus.APPROVED)
    if policy is None or not wanted:
        close(request, RequestState.NOT_NEEDED)
        made = request
    else:
        before = current(post)
        made = open_round(policy, live, wanted, before=before, asked_by=request.asked_by_id, note=request.note)
    _tell(made, row, said)
    return made


def _write(request: Request, row: StepState, said: _Said, *, due_at: datetime | None = None) -> None:
    made = decision(
        request,
        row,
        said.verdict,
        decider=said.decider,
        note=said.note.strip(),
        seal=said.seal,
        content_hash=said.content_hash,
        revision=said.revision,
        due_at=due_at or request.due_at,
        on_behalf_of=said.on_behalf_of,
    )
    append(made)


def facts_of(
    request: Request, row: StepState, verdict: Verdict, on_behalf_of: Iterable[UUID] = ()
) -> dict[str, str | list[str]]:
    """What is told of a decision beside who made it."""
    return {
        "verdict": verdict, "step": row.key, "state": request.state, "on_behalf_of": sorted(map(str, on_behalf_of)),
    }  # fmt: skip


def _tell(request: Request, row: StepState, said: _Said) -> None:
    told = facts_of(request, row, said.verdict, said.on_behalf_of)
    audit.record("approval.decided", subject=request, actor=said.decider.actor, diff=told)
    tell("approval.decided", request, **told, by={"kind": said.decider.kind, "id": said.decider.id})
