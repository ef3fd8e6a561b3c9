"""What a workspace means to reach, written down and looked after: goals, and the mix of its posts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.analytics.boards.goals import LONGEST, Pace, progress_of_all
from apps.analytics.errors import PlanRefused
from apps.analytics.models import Goal, MixShare
from apps.analytics.selectors import span_of
from apps.analytics.states import Aim, Format
from apps.audit import services as audit
from apps.core import clock
from apps.core.actors import Actor
from apps.core.calendar import cell_of
from apps.events import services as events
from apps.posts.models import Label
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Workspace

MOST_GOALS: Final = 50
MOST_TARGET: Final = 10**15


@transaction.atomic
def set_goal(
    *, workspace: Workspace, aim: Aim, target: int, begins_on: date, ends_on: date, actor: Actor,
    account: SocialAccount | None = None,
) -> Goal:  # fmt: skip
    """A goal of the workspace, or of one of its accounts. Raises PlanRefused."""
    # Who sets one at the same moment is counted after.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    _require_sense(target, begins_on, ends_on)
    if Goal.objects.filter(workspace=workspace).count() >= MOST_GOALS:
        raise PlanRefused(f"A workspace has up to {MOST_GOALS} goals. Take one away first.", code="too_many")
    if account is not None and account.workspace_id != workspace.pk:
        raise PlanRefused("This account is not of the workspace.", code="not_in_workspace")
    goal = Goal.objects.create(
        organization_id=workspace.organization_id, workspace=workspace, account=account, aim=aim, target=target,
        begins_on=begins_on, ends_on=ends_on, author_id=actor.user_id,
    )  # fmt: skip
    audit.record("goal.set", subject=goal, actor=actor, diff={"aim": aim, "target": target, "ends_on": ends_on})
    check_goals(workspace=workspace)
    goal.refresh_from_db()
    return goal


@transaction.atomic
def change_goal(*, goal: Goal, actor: Actor, **changes: Any) -> Goal:
    """Another target or other days. One that was reached and is not any more is told of again when it is. Raises
    PlanRefused."""
    goal = Goal.objects.locked(goal.pk)
    for name in ("target", "begins_on", "ends_on"):
        setattr(goal, name, changes.get(name, getattr(goal, name)))
    _require_sense(goal.target, goal.begins_on, goal.ends_on)
    (progress,) = progress_of_all(goal.workspace, [goal], yesterday=_yesterday(goal.workspace))
    if progress.pace != Pace.REACHED:
        goal.reached_at = None
    goal.save()
    audit.record("goal.changed", subject=goal, actor=actor, diff=changes)
    check_goals(workspace=goal.workspace)
    goal.refresh_from_db()
    return goal


@transaction.atomic
def remove_goal(*, goal: Goal, actor: Actor) -> None:
    audit.record("goal.removed", subject=goal, actor=actor, diff={"aim": goal.aim, "target": goal.target})
    goal.delete()


@transaction.atomic
def check_goals(*, workspace: Workspace) -> int:
    """Tell of goals that are reached now and were not before; once each. Returns how many."""
    yesterday = _yesterday(workspace)
    waiting = Goal.objects.filter(workspace=workspace, reached_at=None).select_for_update(of=("self",))
    open_ones = list(waiting.filter(ends_on__gte=yesterday - timedelta(days=LONGEST)).order_by("pk"))
    told = 0
    for progress in progress_of_all(workspace, open_ones, yesterday=yesterday):
        if progress.pace != Pace.REACHED:
            continue
        goal = progress.goal
        goal.reached_at = clock.now()
        goal.save(update_fields=["reached_at"])
        data = {
            "account_id": goal.account_id, "aim": goal.aim, "target": goal.target, "value": progress.value,
            "ends_on": goal.ends_on,
        }  # fmt: skip
        events.emit("goal.reached", subject=goal, data=data)
        told += 1
    return told


@transaction.atomic
def set_mix(
    *, workspace: Workspace, formats: Mapping[Format, int], labels: Mapping[UUID, int], actor: Actor
) -> list[MixShare]:
    """The shares that a workspace's posts should have, in place of those before; percent, and 0 says nothing of one.
    Raises PlanRefused."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    formats = {one: percent for one, percent in formats.items() if percent}
    labels = {pk: percent for pk, percent in labels.items() if percent}
    if any(not 0 < percent <= 100 for percent in (*formats.values(), *labels.values())):
        raise PlanRefused("A share is from 0 to 100 %.", code="no_share")
    if (whole := sum(formats.values())) > 100:
        raise PlanRefused(f"The formats make {whole} % together; a post has one.", code="more_than_whole")
    if Label.objects.filter(workspace=workspace, pk__in=labels).count() != len(labels):
        raise PlanRefused("One of these labels is not of the workspace.", code="not_in_workspace")
    MixShare.objects.filter(workspace=workspace).delete()
    own = {"organization_id": workspace.organization_id, "workspace_id": workspace.pk}
    rows = [MixShare(**own, format=one, percent=percent) for one, percent in formats.items()]
    rows += [MixShare(**own, label_id=pk, percent=percent) for pk, percent in labels.items()]
    made: list[MixShare] = MixShare.objects.bulk_create(rows)
    audit.record("mix.planned", subject=workspace, actor=actor, diff={"formats": formats, "labels": len(labels)})
    return made


def _require_sense(target: int, begins_on: date, ends_on: date) -> None:
    if not 0 < target <= MOST_TARGET:
        raise PlanRefused("A goal is a number above 0.", code="no_target")
    if not 1 <= span_of(begins_on, ends_on) <= LONGEST:
        raise PlanRefused(f"A goal has from 1 to {LONGEST} days.", code="no_span")


def _yesterday(workspace: Workspace) -> date:
    return cell_of(clock.now(), workspace.timezone) - timedelta(days=1)
