"""What a step does when nobody answers: its rules remind, add, delegate or hand over, each once, in working hours.

Hours are those of the client's usual working day. A rule moves people through the bench that every decision asks, so
nobody is brought in who may not decide there or who wrote the version. Whoever acts holds the post, and a row says that
the rule has acted: a second beat, or one after a crash, finds it done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.approvals.deciders import people_of, votes_on
from apps.approvals.escalations import EscalationRule
from apps.approvals.models import Escalation, Request, StepState
from apps.approvals.people.calendars import hours_of_workspace
from apps.approvals.people.hours import Hours
from apps.approvals.services.following import follow
from apps.approvals.services.rounds import bench_of, settle, tell
from apps.approvals.states import Counting, RequestState, StepStatus
from apps.audit import services as audit
from apps.core import tenancy
from apps.core.actors import SYSTEM, ActorKind
from apps.posts.models import Post
from apps.tenants.models import Workspace

logger = logging.getLogger(__name__)
BATCH: Final = 200


def escalate(*, now: datetime) -> int:
    """Let every rule act whose hour has come; how many posts were looked at."""
    with tenancy.across_tenants("find steps of approvals whose rules are to act"):
        # Versions that nobody is asked about any more keep their open step: enough of them would fill every batch.
        asked = StepState.across_tenants.filter(request__state=RequestState.PENDING, status=StepStatus.OPEN)
        due = asked.filter(escalates_at__lte=now)
        found = list(
            due.order_by("escalates_at").values_list("organization_id", "workspace_id", "request__post_id")[:BATCH]
        )
    for organization_id, workspace_id, post_id in found:
        try:
            with tenancy.scope(organization_id=organization_id, workspace_ids={workspace_id}), transaction.atomic():
                Post.objects.locked(post_id)
                escalate_post(post_id=post_id, now=now)
        except Exception:  # One post must not keep the others from their time.
            logger.exception("The rules of an approval of post %s could not act", post_id)
    return len(found)


def escalate_post(*, post_id: UUID, now: datetime) -> None:
    """The same for one post, which the caller holds."""
    follow(post_id=post_id)
    rows = StepState.objects.filter(request__post_id=post_id, request__state=RequestState.PENDING)
    row = rows.filter(status=StepStatus.OPEN, escalates_at__lte=now).select_related("request__policy").first()
    if row is None:
        return
    hours = hours_of_workspace(Workspace.objects.get(pk=row.workspace_id))
    acted = set(Escalation.objects.filter(step=row).values_list("rule", flat=True))
    left = sorted((at, rule.key, rule) for rule, at in _hours_of_rules(row, hours) if rule.key not in acted)
    for at, _, rule in left:
        if at <= now:
            _act(row.request, row, rule, now)
    later = [at for at, _, _ in left if at > now]
    StepState.objects.filter(pk=row.pk).update(escalates_at=min(later, default=None))
    # Whoever was awaited may be behind them now, so that those who have answered are enough.
    settle(row.request)


def look_again(*, workspace_id: UUID | None, now: datetime) -> None:
    """Working hours are others than they were: the next beat finds the hours of the rules anew."""
    rows = StepState.objects.filter(status=StepStatus.OPEN, escalates_at__isnull=False)
    (rows.filter(workspace=workspace_id) if workspace_id else rows).update(escalates_at=now)


def _hours_of_rules(row: StepState, hours: Hours) -> Iterator[tuple[EscalationRule, datetime]]:
    """Each rule of the step with the instant at which it acts; what counts back from an end needs one."""
    for rule in row.step.escalations:
        if rule.counting is Counting.AFTER and row.opened_at:
            yield rule, hours.after(row.opened_at, rule.span)
        elif rule.counting is Counting.BEFORE and row.deadline_at:
            yield rule, row.deadline_at - rule.span


def _act(request: Request, row: StepState, rule: EscalationRule, now: datetime) -> None:
    votes = votes_on(request.post_id, row.step, row.seal, row.due_at)
    said = {one.decider_id for one in votes if one.decider_kind == ActorKind.USER and one.decider_id}
    seats = bench_of(request, row, votes).awaited(said)
    grouped = people_of(rule.groups, row.workspace_id) if rule.groups else {}
    brought = set(rule.people).union(*grouped.values())
    made = Escalation.objects.create(
        organization_id=row.organization_id, workspace_id=row.workspace_id, request=request, step=row, rule=rule.key,
        deed=rule.deed, policy_version=request.policy.version, people=sorted(map(str, brought)),
        seats=sorted(map(str, seats)), acted_at=now,
    )  # fmt: skip
    told = {"step": row.key, "rule": rule.key, "deed": rule.deed, "people": made.people}
    audit.record("approval.escalated", subject=request, actor=SYSTEM, diff=told)
    tell("approval.escalated", request, **told, step_name=row.step.name, deadline_at=row.deadline_at)
