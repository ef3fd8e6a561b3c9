"""Readings from start to finish: what is asked, the calls without any lock, and what came of it.

An account is read by itself; posts of one account that are due at the same time are read together. What a platform
answered is stored in the transaction in which the step counts as done: a worker that dies before that asks again, and
nobody writes anything twice. A refusal that a later try will not change ends the step with a row that says so; anything
else is tried again as long as the answer would still be about that time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.analytics.definitions import settles_after
from apps.analytics.ladder import RUNGS
from apps.analytics.models import AccountSnapshot, Reading, Refresh, SnapshotRun
from apps.analytics.nights import DAY
from apps.analytics.services.asking import Answer, ask, ask_many
from apps.analytics.services.audiences import read_audience
from apps.analytics.services.following import climb
from apps.analytics.services.nights import end_run_if_done
from apps.analytics.services.storing import Rung, keep_day, keep_missing_day, keep_posts
from apps.analytics.states import Missing, RefreshState, RunState
from apps.core import clock, tenancy
from apps.core.calendar import cell_of
from apps.platforms.contract import Adapter, Credential, RemotePost
from apps.platforms.errors import NotOffered
from apps.platforms.insights import Metrics
from apps.publishing.models import Publication
from apps.publishing.states import State
from apps.social_accounts.models import SocialAccount

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 60, 120))
ONE_DAY_IS_OVER_AFTER: Final = timedelta(hours=20)  # before the next night begins
NOTHING_MORE: Final[dict[str, Any]] = {"step": "", "step_at": None}
MOST_TRIES: Final = len(PAUSES)  # of a refresh that nobody else waits for
CHANGED: Final = (
    "lease_until", "problem", "problem_words", "updated_at", "tries", "next_try_at", "read_at", "step", "step_at",
    "latest_id",
)  # fmt: skip


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
    seen_at: datetime | None = None  # when the account was read, with what signs in for it
    told: list[tuple[date, Metrics]] = field(default_factory=list)  # of an account

    @property
    def night(self) -> date | None:
        """The day whose night this is; None of a post, and where only a refresh is due."""
        return date.fromisoformat(self.step) if self.step and not self.key else None


def read(claims: Sequence[Claim]) -> None:
    """Carry out what was claimed together: one account, or posts of one account."""
    jobs = _jobs(claims)
    posts = [job for job in jobs if job.publication is not None]
    if posts:
        _settle_posts(posts, _answers(posts))
    for job in jobs:
        if job.publication is None:
            answer = ask(job.account, _days(job), seen_at=job.seen_at) if job.days else Answer(told=Metrics({}))
            _settle(job, answer)
            if job.night is not None and answer.told is not None:
                read_audience(job.account, job.night)


def _answers(jobs: Sequence[Job]) -> list[Answer]:
    """For each job its answer; what need not be asked for is known already."""
    now = clock.now()
    known = {job.reading.pk: answer for job in jobs if (answer := _known(job, now))}
    asked = [job for job in jobs if job.reading.pk not in known]
    posts = [_post(job.publication) for job in asked if job.publication is not None]
    answers = ask_many(jobs[0].account, posts, seen_at=jobs[0].seen_at)
    known |= {job.reading.pk: answer for job, answer in zip(asked, answers, strict=True)}
    return [known[job.reading.pk] for job in jobs]


def _known(job: Job, now: datetime) -> Answer | None:
    if job.publication is not None and job.publication.state != State.PUBLISHED:
        return Answer(missing=Missing.GONE)
    if job.step and _is_over(job, job.reading, now):
        return Answer(missing=job.reading.problem or Missing.TOO_LATE, words=job.reading.problem_words)
    return None


# --- what is asked ----------------------------------------------------------------------------------------------------


def _jobs(claims: Sequence[Claim]) -> list[Job]:
    """Those that are still this worker's."""
    now, mine = clock.now(), {claim.reading_id: claim for claim in claims}
    with _scope(claims[0]):
        rows = Reading.objects.filter(pk__in=mine).select_related(
            "workspace", "publication", "account__grant__app", "account__grant__organization_app"
        )
        held = [row for row in rows if row.fence == mine[row.pk].fence]
        wishes = _wishes([row for row in held if row.publication_id and not row.is_step_due(now)])
        return [_job(mine[row.pk], row, wishes.get(row.pk, ""), now) for row in held]


def _wishes(readings: Sequence[Reading]) -> dict[UUID, str]:
    """Of posts that are read because somebody asked: the key under which their figures are kept."""
    if not readings:
        return {}
    rows = Refresh.objects.filter(reading__in=readings, state=RefreshState.WAITING)
    asked = {row.reading_id: f"asked-{row.pk.hex}" for row in rows}
    return {row.pk: asked.get(row.pk, f"again-{row.fence}") for row in readings}


def _job(claim: Claim, reading: Reading, wish: str, now: datetime) -> Job:
    zone, step = reading.workspace.timezone, reading.step if reading.is_step_due(now) else ""
    about = (claim, reading, reading.account, reading.publication, zone, step)
    if reading.publication is not None:
        return Job(*about, key=step or wish, seen_at=now)
    return Job(*about, days=_days_to_read(reading, step, zone, now), seen_at=now)


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


def _post(publication: Publication) -> RemotePost:
    return RemotePost(publication.remote_id, publication.remote_facts)


def _days(job: Job) -> Callable[[Adapter, Credential], Metrics]:
    """Ask for one day after the other; what is returned is the last that was told. What was told before a refusal is
    kept all the same."""

    def calls(adapter: Adapter, credential: Credential) -> Metrics:
        job.told.clear()  # Asked again, with new tokens.
        for place, day in enumerate(job.days):
            try:
                job.told.append((day, adapter.account_metrics(credential, day=day)))
            except NotOffered:
                if place == 0:
                    raise
        return job.told[-1][1]

    return calls


# --- what came of it --------------------------------------------------------------------------------------------------


def _settle(job: Job, answer: Answer) -> None:
    """Write down how it went with an account, unless another worker has its reading by now."""
    now = clock.now()
    with _scope(job.claim), transaction.atomic():
        # The last of a night ends it: they take turns, so that one of them sees that it is the last.
        run = _run_of(job)
        reading = _held([job]).get(job.reading.pk)
        if reading is None:
            return
        for day, told in job.told:
            keep_day(reading, day, told, taken_at=now, zone=job.zone)
        is_over = answer.is_final or _is_over(job, reading, now)
        if is_over and answer.missing and job.night is not None:
            keep_missing_day(reading, job.night, Missing(answer.missing))
        Reading.objects.filter(pk=reading.pk).update(**_changes(job, reading, answer, now))
        if is_over:
            _grant_wishes([reading], answer, now)
        if run is not None:
            end_run_if_done(run)


def _settle_posts(jobs: Sequence[Job], answers: Sequence[Answer]) -> None:
    """The same of posts: all that came of them in one transaction."""
    now, claim = clock.now(), jobs[0].claim
    with _scope(claim), transaction.atomic():
        held = _held(jobs)
        mine = [(job, answer) for job, answer in zip(jobs, answers, strict=True) if job.reading.pk in held]
        over = [
            (job, answer) for job, answer in mine
            if answer.is_final or _is_over(job, held[job.reading.pk], now)
        ]  # fmt: skip
        rungs = [Rung(job.reading, job.key, answer.told or Missing(answer.missing)) for job, answer in over]
        kept = keep_posts(rungs, taken_at=now)
        for job, answer in mine:
            changes = _changes(job, held[job.reading.pk], answer, now)
            if (row := kept.get(job.reading.pk)) is not None and not row.missing:
                changes["latest_id"] = row.pk
            for name, value in changes.items():
                setattr(held[job.reading.pk], name, value)
        Reading.objects.bulk_update(held.values(), CHANGED)
        for answer in {answer.missing: answer for _, answer in over}.values():
            _grant_wishes([job.reading for job, other in over if other.missing == answer.missing], answer, now)


def _run_of(job: Job) -> SnapshotRun | None:
    """The open run of the night, held."""
    if job.night is None:
        return None
    rows = SnapshotRun.objects.filter(workspace_id=job.claim.workspace_id, day=job.night, state=RunState.OPEN)
    found: SnapshotRun | None = rows.select_related("workspace").select_for_update(of=("self",)).first()
    return found


def _held(jobs: Sequence[Job]) -> dict[UUID, Reading]:
    """The readings of these jobs that no other worker has taken meanwhile, held."""
    fences = {job.claim.reading_id: job.claim.fence for job in jobs}
    rows = Reading.objects.filter(pk__in=fences).order_by("pk").select_for_update()
    return {row.pk: row for row in rows if row.fence == fences[row.pk]}


def _changes(job: Job, reading: Reading, answer: Answer, now: datetime) -> dict[str, Any]:
    """The columns of the reading that say how it went."""
    changes: dict[str, Any] = {
        "lease_until": None, "problem": answer.missing, "problem_words": answer.words[:500], "updated_at": now,
    }  # fmt: skip
    if not (answer.is_final or _is_over(job, reading, now)):
        return {**changes, "tries": reading.tries + 1, "next_try_at": _again_at(reading, answer, now)}
    if answer.told is not None:
        changes["read_at"] = now
    planned = _planned(job, reading, answer)
    return {**changes, **planned, "tries": 0, "next_try_at": planned["step_at"]}


def _planned(job: Job, reading: Reading, answer: Answer) -> dict[str, Any]:
    """What is next. A new night may have begun meanwhile: only the step that was read is over."""
    if answer.missing == Missing.GONE:
        return NOTHING_MORE
    if job.step and job.step == reading.step:
        return climb(reading) if job.key else NOTHING_MORE
    return {"step": reading.step, "step_at": reading.step_at}


def _grant_wishes(readings: Sequence[Reading], answer: Answer, now: datetime) -> None:
    waiting = Refresh.objects.filter(reading__in=readings, state=RefreshState.WAITING)
    state = RefreshState.DONE if answer.told is not None else RefreshState.FAILED
    waiting.update(state=state, ended_at=now, problem=answer.missing, updated_at=now)


def _is_over(job: Job, reading: Reading, now: datetime) -> bool:
    """Whether an answer would come too late to be about what was asked."""
    if not job.step:
        return reading.tries + 1 >= MOST_TRIES
    if job.key and reading.published_at is not None:
        return RUNGS[job.step].is_over(reading.published_at, now)
    return reading.step_at is not None and now > reading.step_at + ONE_DAY_IS_OVER_AFTER


def _again_at(reading: Reading, answer: Answer, now: datetime) -> datetime:
    # What a limit has put off comes back little by little, for grants are free all the time.
    least, most = (0.1, 1.9) if answer.missing == Missing.THROTTLED else (0.8, 1.2)
    pause = PAUSES[min(reading.tries, len(PAUSES) - 1)] * random.uniform(least, most)  # noqa: S311
    return max(now + pause, answer.retry_at or now)


def _scope(claim: Claim) -> Any:
    return tenancy.scope(organization_id=claim.organization_id, workspace_ids={claim.workspace_id})
