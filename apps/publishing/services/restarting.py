"""Starting again after a stop: what was held is sent now, moved, left out, or gone through one by one.

What is still in the future goes on by itself; what fell due meanwhile never goes out without this choice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.core import clock, tenancy
from apps.core.actors import Actor
from apps.publishing.counting import count_as_it_is
from apps.publishing.errors import PostBusy
from apps.publishing.models import FollowUp, Publication
from apps.publishing.services.mending import Mended
from apps.publishing.services.moving import days_later, days_lost, is_in_time, move, send_now, skip
from apps.publishing.services.planning import AFRESH
from apps.publishing.services.stopping import lift
from apps.publishing.states import WAITING, State
from apps.publishing.stops import STOPPED, Halt, halts_of
from apps.publishing.waking import wake_after_commit

OF_THE_OPERATOR: Final = "The operator of this Postroom has stopped this, and only they can start it again."
STILL_STOPPED: Final = "Publishing is still stopped. Start it again first."


class Restart(StrEnum):
    RESUME = "resume"  # now, those that are not too late
    PAUSE = "pause"  # each by as long as publishing was stopped
    DAYS = "days"  # by whole days, each at its own hour
    SKIP = "skip"  # off the plan
    REVIEW = "review"  # nothing yet: a person goes through them


@dataclass(frozen=True, slots=True)
class Held:
    """What waits for a choice after a stop, and what each choice would do with it. `posts` are those to decide, the
    earliest first; `elsewhere` of them are held by another stop that is still in force, and not among these."""

    posts: Sequence[Publication]
    comments: int
    elsewhere: int
    in_time: int
    pause: timedelta
    days: int
    now: datetime

    @property
    def too_late(self) -> int:
        return len(self.posts) - self.in_time

    @property
    def first_by_pause_at(self) -> datetime | None:
        return moved_by(self.posts[0], self.pause, self.now) if self.posts else None

    @property
    def first_by_days_at(self) -> datetime | None:
        return days_later(self.posts[0], self.days) if self.posts else None


@transaction.atomic
def restart(
    *, halt: Halt, choice: Restart, actor: Actor, workspace_ids: Collection[UUID] | tenancy.Everywhere = tenancy.ALL
) -> Mended:
    """Lift the stop, if it still holds, and do one thing with all that it held in these workspaces.

    Raises PostBusy for one of the operator's that is still in force, and where somebody has lifted it meanwhile.
    """
    if halt.is_in_force:
        if halt.is_operators:
            raise PostBusy(OF_THE_OPERATOR)
        lift(stop_id=halt.id, actor=actor)
    if choice is Restart.REVIEW:
        return Mended()
    now = clock.now()
    found = held_by(halt, now=now, workspace_ids=workspace_ids)
    _comments(halt, workspace_ids, now, choice)
    mended = _mended(found.posts, choice, found, actor)
    count_as_it_is({row.post_id for row in found.posts})
    return mended


@transaction.atomic
def decide_each(
    *,
    halt: Halt,
    choices: Mapping[UUID, Restart],
    actor: Actor,
    workspace_ids: Collection[UUID] | tenancy.Everywhere = tenancy.ALL,
) -> Mended:
    """Do with each of these posts what is chosen for it, once the stop is lifted; whatever has no choice waits on.

    A post that is sent now goes out however late it is: somebody has looked at it. Raises PostBusy while it holds.
    """
    if halt.is_in_force:
        raise PostBusy(STILL_STOPPED)
    found = held_by(halt, now=clock.now(), workspace_ids=workspace_ids)
    chosen = [(row, choices[row.pk]) for row in found.posts if row.pk in choices]
    sent = [row for row, choice in chosen if choice is Restart.RESUME and send_now(row, found.now, actor)]
    moved = [
        due_at
        for row, choice in chosen
        if choice in (Restart.PAUSE, Restart.DAYS) and (due_at := move(row, _new_time(row, choice, found), actor))
    ]
    skipped = [row for row, choice in chosen if choice is Restart.SKIP and skip(row, actor)]
    wake_after_commit()
    count_as_it_is({row.post_id for row, _ in chosen})
    done = len(sent) + len(moved) + len(skipped)
    return Mended(len(sent), len(moved), len(skipped), len(found.posts) - done, min(moved, default=None))


def held_by(halt: Halt, *, now: datetime, workspace_ids: Collection[UUID] | tenancy.Everywhere = tenancy.ALL) -> Held:
    """What waits after this stop, or will once it is lifted, in these workspaces of the organization in context."""
    rows = list(_here(Publication, halt, workspace_ids).filter(post__deleted_at=None).order_by("due_at", "id"))
    halts = halts_of(organization_ids={tenancy.required_organization()}, lifted_since=halt.since)
    others = [one for one in halts if one.id != halt.id]
    free = [row for row in rows if not any(one.is_in_force and one.covers(row) for one in others)]
    return Held(
        posts=free,
        comments=_here(FollowUp, halt, workspace_ids, "publication__").count(),
        elsewhere=len(rows) - len(free),
        in_time=sum(is_in_time(row, now) for row in free),
        pause=now - _began(halt, others, free),
        days=days_lost(free, now) if free else 1,
        now=now,
    )


def past_due_not_held(halt: Halt, *, now: datetime) -> int:
    """Posts whose hour has come and that no worker has looked at yet: lifting the stop holds them too."""
    rows = Publication.objects.filter(halt.target.condition(), state__in=WAITING, next_try_at__lte=now)
    return int(rows.count())


def moved_by(row: Publication, pause: timedelta, now: datetime) -> datetime:
    """Later by the pause; never behind us, for what was late already when publishing was stopped."""
    due_at: datetime = row.due_at
    return max(due_at + pause, now)


def _began(halt: Halt, others: Collection[Halt], rows: Collection[Publication]) -> datetime:
    """When the pause began for these: where stops followed each other without a gap, with the first of them."""
    began = halt.since
    covering = [one for one in others if any(one.covers(row) for row in rows)]
    for one in sorted(covering, key=lambda one: one.since, reverse=True):
        if one.since < began and (one.lifted_at is None or one.lifted_at >= began):
            began = one.since
    return began


def _mended(rows: Sequence[Publication], choice: Restart, found: Held, actor: Actor) -> Mended:
    wake_after_commit()
    if choice is Restart.SKIP:
        return Mended(skipped=sum(skip(row, actor) for row in rows))
    if choice is Restart.RESUME:
        in_time = [row for row in rows if is_in_time(row, found.now)]
        resumed = sum(send_now(row, found.now, actor) for row in in_time)
        return Mended(resumed=resumed, left=len(rows) - len(in_time))
    in_order = sorted(rows, key=lambda row: row.post_id)  # locks are taken in one order by everybody
    moved = [due_at for row in in_order if (due_at := move(row, _new_time(row, choice, found), actor))]
    return Mended(shifted=len(moved), first_at=min(moved, default=None))


def _new_time(row: Publication, choice: Restart, found: Held) -> datetime:
    return moved_by(row, found.pause, found.now) if choice is Restart.PAUSE else days_later(row, found.days)


def _comments(halt: Halt, workspace_ids: Collection[UUID] | tenancy.Everywhere, now: datetime, choice: Restart) -> None:
    """Comments and replies belong to posts that are out: they follow at once, unless all is left out."""
    rows = _here(FollowUp, halt, workspace_ids, "publication__")
    if choice is Restart.SKIP:
        rows.steer(State.CANCELED)
    else:
        rows.steer(State.SCHEDULED, only=[State.HELD], due_at=now, next_try_at=now, staged=None, **AFRESH)


def _here(
    model: Any, halt: Halt, workspace_ids: Collection[UUID] | tenancy.Everywhere, to_publication: str = ""
) -> Any:
    rows = model.objects.filter(halt.target.condition(to_publication), state=State.HELD, problem=STOPPED)
    if not to_publication:
        rows = rows.select_related("post", "workspace", "account")
    return rows if isinstance(workspace_ids, tenancy.Everywhere) else rows.filter(workspace_id__in=workspace_ids)
