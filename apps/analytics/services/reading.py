"""One reading from start to finish: what is asked, the calls without any lock, and what came of it.

What a platform answered is stored before the step counts as done, so that a worker that dies in between asks again and
writes nothing twice. A refusal that a later try will not change ends the step with a row that says so; anything else is
tried again as long as the answer would still be about that time.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.analytics.definitions import settles_after
from apps.analytics.ladder import RUNGS
from apps.analytics.models import AccountSnapshot, Reading, Refresh, SnapshotRun
from apps.analytics.nights import DAY
from apps.analytics.services.asking import Answer, ask
from apps.analytics.services.following import climb
from apps.analytics.services.nights import end_run_if_done
from apps.analytics.services.storing import keep_day, keep_missing_day, keep_post
from apps.analytics.states import Missing, RefreshState
from apps.core import clock, tenancy
from apps.core.calendar import cell_of
from apps.platforms.contract import Adapter, Credential, RemotePost
from apps.platforms.errors import NotOffered
from apps.platforms.insights import Metrics
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount

LEASE: Final = timedelta(minutes=5)
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 60, 120))
ONE_DAY_IS_OVER_AFTER: Final = timedelta(hours=20)  # before the next night begins
NOTHING_MORE: Final[dict[str, Any]] = {"step": "", "step_at": None}
MOST_TRIES: Final = len(PAUSES)  # of a refresh that nobody else waits for


@dataclass(frozen=True, slots=True)
class Claim:
    """A reading that this worker may carry out; `fence` says whether it still is its own."""

    organization_id: UUID
    workspace_id: UUID
    reading_id: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked in this turn: the days of an account, or a post under `key`."""

    claim: Claim
    reading: Reading
    account: SocialAccount
    publication: Publication | None
    zone: str
    step: str  # that is due; "" where only a refresh is
    days: tuple[date, ...] = ()
    key: str = ""

    @property
    def night(self) -> date | None:
        """The day whose night this is; None of a post, and where only a refresh is due."""
        return date.fromisoformat(self.step) if self.step and not self.key else None


def read(claim: Claim) -> None:
    job = _job(claim)
    if job is None:
        return
    if job.publication is None:
        _settle(job, ask(job.account, _days(job)) if job.days else Answer(told=Metrics({})))
    elif job.publication.state != State.PUBLISHED:
        _settle(job, Answer(missing=Missing.GONE))
    elif job.step and _is_over(job, job.reading, clock.now()):
        _settle(job, Answer(missing=job.reading.problem or Missing.TOO_LATE, words=job.reading.problem_words))
    else:
        _settle(job, ask(job.account, _post(job.publication)))


# --- what is asked ----------------------------------------------------------------------------------------------------


def _job(claim: Claim) -> Job | None:
    now = clock.now()
    with _scope(claim):
        rows = Reading.objects.filter(pk=claim.reading_id, fence=claim.fence)
        reading = rows.select_related(
            "workspace", "publication", "account__grant__app", "account__grant__organization_app"
        ).first()
        if reading is None:
            return None
        zone = reading.workspace.timezone
        step = reading.step if reading.is_step_due(now) else ""
        about = (claim, reading, reading.account, reading.publication, zone, step)
        if reading.publication is not None:
            return Job(*about, key=step or _asked_for(reading))
        return Job(*about, days=_days_to_read(reading, step, zone, now))


def _asked_for(reading: Reading) -> str:
    first = Refresh.objects.filter(reading=reading, state=RefreshState.WAITING).order_by("id").first()
    return f"asked-{first.pk.hex}" if first else f"again-{reading.fence}"


def _days_to_read(reading: Reading, step: str, zone: str, now: datetime) -> tuple[date, ...]:
    """The day whose night it is; then what was missing before and, where the platform counts late, the day that it
    should have done with by now. What this very night has read before it was interrupted is left out. Of a refresh,
    yesterday."""
    last = date.fromisoformat(step) if step else cell_of(now, zone) - DAY
    settled = settles_after(reading.account.platform)
    if not step:
        return (last,)
    days = [last - DAY * back for back in range(settled + 1)]
    born = cell_of(reading.account.created_at, zone)
    rows = AccountSnapshot.objects.filter(account_id=reading.account_id, day__in=days).order_by("revision")
    told = {row.day: row for row in rows}

    def is_wanted(day: date) -> bool:
        row = told.get(day)
        if row is None or row.missing:
            return True
        is_read = reading.step_at is not None and row.taken_at >= reading.step_at
        return day in (last, days[-1]) and not is_read

    return tuple(day for day in days if day >= born and is_wanted(day))


# --- the calls, and what they bring -----------------------------------------------------------------------------------


def _post(publication: Publication) -> Callable[[Adapter, Credential], Metrics]:
    post = RemotePost(publication.remote_id, publication.remote_facts)
    return lambda adapter, credential: adapter.post_metrics(post, credential)


def _days(job: Job) -> Callable[[Adapter, Credential], Metrics]:
    """Ask for one day after the other and keep each at once; what is returned is the last that was told."""

    def calls(adapter: Adapter, credential: Credential) -> Metrics:
        told = Metrics({})
        for place, day in enumerate(job.days):
            try:
                told = adapter.account_metrics(credential, day=day)
            except NotOffered:
                if place == 0:
                    raise
                continue
            _keep(job, day, told)
        return told

    return calls


def _keep(job: Job, day: date, told: Metrics) -> None:
    with _scope(job.claim), transaction.atomic():
        if _held(job.claim) is not None:
            keep_day(job.reading, day, told, taken_at=clock.now(), zone=job.zone)


# --- what came of it --------------------------------------------------------------------------------------------------


def _settle(job: Job, answer: Answer) -> None:
    """Write down how it went, unless another worker has the reading by now."""
    now = clock.now()
    with _scope(job.claim), transaction.atomic():
        if job.night is not None:
            # The last of a night ends it: they take turns, so that one of them sees that it is the last.
            SnapshotRun.objects.filter(workspace_id=job.claim.workspace_id, day=job.night).select_for_update().first()
        reading = _held(job.claim)
        if reading is None:
            return
        changes: dict[str, Any] = {
            "lease_until": None, "problem": answer.missing, "problem_words": answer.words[:500], "updated_at": now,
        }  # fmt: skip
        if answer.is_final or _is_over(job, reading, now):
            changes |= _done(job, reading, answer, now)
        else:
            changes |= {"tries": reading.tries + 1, "next_try_at": _again_at(reading, answer, now)}
        Reading.objects.filter(pk=reading.pk).update(**changes)
        if job.night is not None:
            end_run_if_done(workspace_id=reading.workspace_id, day=job.night)


def _held(claim: Claim) -> Reading | None:
    rows = Reading.objects.filter(pk=claim.reading_id, fence=claim.fence).select_for_update()
    found: Reading | None = rows.first()
    return found


def _done(job: Job, reading: Reading, answer: Answer, now: datetime) -> dict[str, Any]:
    """The step is done, one way or the other; with the columns of the reading that say so."""
    changes: dict[str, Any] = {"tries": 0}
    if answer.told is not None:
        changes["read_at"] = now
    if job.key:
        row = keep_post(reading, job.key, answer.told or Missing(answer.missing), taken_at=now)
        if not row.missing:
            changes["latest_id"] = row.pk
    elif answer.missing and job.night is not None:
        keep_missing_day(reading, job.night, Missing(answer.missing))
    planned: dict[str, Any] = {"step": reading.step, "step_at": reading.step_at}
    # A new night may have begun meanwhile: only the step that was read is over.
    if answer.missing == Missing.GONE:
        planned = NOTHING_MORE
    elif job.step and job.step == reading.step:
        planned = climb(reading) if job.key else NOTHING_MORE
    waiting = Refresh.objects.filter(reading=reading, state=RefreshState.WAITING)
    state = RefreshState.DONE if answer.told is not None else RefreshState.FAILED
    waiting.update(state=state, ended_at=now, problem=answer.missing, updated_at=now)
    return {**changes, **planned, "next_try_at": planned["step_at"]}


def _is_over(job: Job, reading: Reading, now: datetime) -> bool:
    """Whether an answer would come too late to be about what was asked."""
    if not job.step:
        return reading.tries + 1 >= MOST_TRIES
    if job.key and reading.published_at is not None:
        return RUNGS[job.step].is_over(reading.published_at, now)
    return reading.step_at is not None and now > reading.step_at + ONE_DAY_IS_OVER_AFTER


def _again_at(reading: Reading, answer: Answer, now: datetime) -> datetime:
    pause = PAUSES[min(reading.tries, len(PAUSES) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
    return max(now + pause, answer.retry_at or now)


def _scope(claim: Claim) -> Any:
    return tenancy.scope(organization_id=claim.organization_id, workspace_ids={claim.workspace_id})
