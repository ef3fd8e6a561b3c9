"""What waited for a broken account, once it works again: send it now, move it, or leave it out; all at once.

Nothing that is past due goes out without this choice, and what is still in the future goes on by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.core import clock
from apps.core.actors import Actor
from apps.publishing.counting import count_as_it_is
from apps.publishing.errors import DecisionIncomplete, PostBusy
from apps.publishing.models import FollowUp, Publication
from apps.publishing.selectors import BROKEN_ACCOUNT, held_for_account
from apps.publishing.services.moving import DAY, days_later, days_lost, is_in_time, move, send_now, skip, zone_of
from apps.publishing.services.planning import AFRESH
from apps.publishing.states import State
from apps.publishing.stops import words_against
from apps.publishing.waking import wake_after_commit
from apps.social_accounts.states import PUBLISHES

FURTHEST: Final = timedelta(days=366)
STILL_BROKEN: Final = "The account does not work yet. Reconnect it first; what waits stays where it is."
NOTHING: Final = "Nothing waits for this account any more."
PASSED: Final = "The first of these posts would fall on a time that has passed. Choose a later day."


class Choice(StrEnum):
    RESUME = "resume"  # now, those that are not too late
    SHIFT = "shift"  # by whole days, each at its own hour
    SKIP = "skip"  # off the plan


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of the posts that waited. `left` were too late to be sent now, and wait on."""

    resumed: int = 0
    shifted: int = 0
    skipped: int = 0
    left: int = 0
    first_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was held while the account was broken: `in_time` of it may still go out now; moved by `days`, all of it is
    ahead of us again."""

    posts: int
    in_time: int
    first_due_at: datetime
    days: int
    first_moved_at: datetime

    @property
    def too_late(self) -> int:
        return self.posts - self.in_time


@transaction.atomic
def mend(*, account_id: UUID, choice: Choice, actor: Actor, first_day: date | None = None) -> Mended:
    """Do one thing with all that was held while the account was broken.

    SHIFT moves everything by the same number of days, so that the first lands on `first_day`, or, without one, on the
    first day on which all of it is ahead of us. Raises PostBusy where the account is still broken or nothing waits, and
    DecisionIncomplete for a day that has passed.
    """
    rows = list(held_for_account(account_id).order_by("post_id"))
    mended = _mend(rows, account_id, choice, actor, first_day)
    count_as_it_is({row.post_id for row in rows})
    return mended


def _mend(
    rows: Collection[Publication], account_id: UUID, choice: Choice, actor: Actor, first_day: date | None
) -> Mended:
    comments = FollowUp.objects.filter(publication__account_id=account_id, state=State.HELD, problem__in=BROKEN_ACCOUNT)
    if not rows and not comments.exists():
        raise PostBusy(NOTHING)
    if choice is not Choice.SKIP and any(row.account.state not in PUBLISHES for row in rows):
        raise PostBusy(STILL_BROKEN)
    if choice is Choice.RESUME and (words := words_against(rows)):
        raise PostBusy(words)
    if choice is Choice.SKIP:
        comments.steer(State.CANCELED)
        return Mended(skipped=sum(skip(row, actor) for row in rows))
    now = clock.now()
    comments.steer(State.SCHEDULED, only=[State.HELD], due_at=now, next_try_at=now, staged=None, **AFRESH)
    wake_after_commit()
    if choice is Choice.RESUME:
        in_time = [row for row in rows if is_in_time(row, now)]
        return Mended(resumed=sum(send_now(row, now, actor) for row in in_time), left=len(rows) - len(in_time))
    return _shift_all(rows, first_day, now, actor)


def waiting(account_id: UUID, *, now: datetime) -> Waiting | None:
    """What waits for this account to work again, and what each choice would do with it; one query."""
    rows = list(held_for_account(account_id))
    if not rows:
        return None
    days = days_lost(rows, now)
    return Waiting(
        posts=len(rows),
        in_time=sum(is_in_time(row, now) for row in rows),
        first_due_at=rows[0].due_at,
        days=days,
        first_moved_at=days_later(rows[0], days),
    )


def _shift_all(rows: Collection[Publication], first_day: date | None, now: datetime, actor: Actor) -> Mended:
    if not rows:
        return Mended()
    days = days_lost(rows, now)
    if first_day is not None:
        first = min(rows, key=lambda row: row.due_at)
        days = (first_day - first.due_at.astimezone(zone_of(first)).date()).days
        if any(days_later(row, days) <= now for row in rows):
            raise DecisionIncomplete(PASSED, field="first_day")
    if DAY * days > FURTHEST:
        raise DecisionIncomplete("Choose a day within a year.", field="first_day")
    moved = [due_at for row in rows if (due_at := move(row, days_later(row, days), actor))]
    return Mended(shifted=len(moved), first_at=min(moved, default=None))
