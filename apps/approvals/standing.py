"""Where a post stands: may it go out by its workspace's policy, and if not, who is asked or what was said.

One judgement for the engine's gate, the pages and the services. It reads rows and the clock and changes nothing, so
that it is right whatever has not been followed up yet: it holds the steps that the policy asks for *now* of the content
that the post has *now* against what was approved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from apps.approvals.models import Policy, Request, StepState
from apps.approvals.sheets import Required, Sheet, required
from apps.approvals.states import ALIVE, CURRENT, PASSED, RequestState, StepStatus, WhenLate
from apps.core.querysets import within_reach


@dataclass(frozen=True, slots=True)
class Standing:
    """`missing` is the first step that keeps the post back; None: it may go out."""

    missing: Required | None = None
    words: str = ""

    @property
    def is_free(self) -> bool:
        return self.missing is None


FREE = Standing()


def policies_in_force(workspace_ids: Collection[UUID]) -> dict[UUID, Policy]:
    """Those that ask for something, by workspace."""
    rows = within_reach(Policy).filter(workspace_id__in=workspace_ids, replaced_at=None).exclude(steps=[])
    return {row.workspace_id: row for row in rows}


def current_requests(post_ids: Collection[UUID]) -> dict[UUID, Request]:
    """What is being said of posts, by post, with the steps."""
    steps = Prefetch("steps", queryset=within_reach(StepState).order_by("position"))
    rows = within_reach(Request).filter(post_id__in=post_ids, state__in=CURRENT).prefetch_related(steps)
    return {row.post_id: row for row in rows}


def standing(policy: Policy | None, sheet: Sheet, request: Request | None, *, at: datetime) -> Standing:
    """Whether the post may go out at that moment. `request` comes with its steps."""
    wanted = required(policy, sheet) if policy else []
    if not wanted:
        return FREE
    if request is None or request.state not in ALIVE:
        return Standing(wanted[0], _closed(request))
    states = _by_seal(request.steps.all())
    for one in wanted:
        state = states.get((one.step.key, one.seal))
        if not holds(state, one, sheet) and not _runs_out(state, one, request, sheet, at):
            return Standing(one, _open(one, state, request, sheet))
    return FREE


def holds(state: StepState | None, one: Required, sheet: Sheet) -> bool:
    """Whether the step was passed on this content, for this hour."""
    return state is not None and state.status in PASSED and one.step.fits(state.due_at, sheet.due_at)


def _runs_out(state: StepState | None, one: Required, request: Request, sheet: Sheet, at: datetime) -> bool:
    """The policy lets it out without this step: the time is up, nobody has objected, and it was asked for as it is."""
    deadline = one.step.deadline(sheet.due_at)
    asked = state is not None and one.step.fits(state.due_at, sheet.due_at)
    is_late = one.step.when_late == WhenLate.PUBLISH and deadline is not None and at >= deadline
    return asked and is_late and request.state == RequestState.PENDING


def _by_seal(states: Iterable[StepState]) -> dict[tuple[str, str], StepState]:
    return {(state.key, state.seal): state for state in states}


def _closed(request: Request | None) -> str:
    if request is None:
        return _("Nobody has been asked to approve this post yet. Submit it for approval.")
    if request.state == RequestState.REJECTED:
        return _("This post was rejected. Change it and submit it again.")
    return _("Changes were asked for. Make them and submit the post again.")


def _open(one: Required, state: StepState | None, request: Request, sheet: Sheet) -> str:
    if state is None and one.step.key in {row.key for row in request.steps.all()}:
        words = _("It was changed after it was approved, so %(step)s approves it again.")
    elif state is not None and state.status in PASSED:
        words = _("It was moved after it was approved, so %(step)s approves the new time.")
    elif state is not None and state.status in (StepStatus.OPEN, StepStatus.WAITING):
        words = _("It waits for approval: %(step)s.")
    else:
        words = _("The policy asks for another approval now: %(step)s.")
    return words % {"step": one.step.name}


def standings(
    sheets: Sequence[Sheet], policies: dict[UUID, Policy], requests: dict[UUID, Request], *, at: datetime
) -> dict[UUID, Standing]:
    """The same for many posts at once, by post."""
    return {
        sheet.post.pk: standing(policies.get(sheet.post.workspace_id), sheet, requests.get(sheet.post.pk), at=at)
        for sheet in sheets
    }
