"""Reports are asked for by people, programs and schedules; a worker makes them."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit import services as audit
from apps.core import clock, tenancy
from apps.core.actors import SYSTEM, Actor
from apps.core.calendar import cell_of
from apps.reports import files
from apps.reports.errors import Malformed, ReportRefused
from apps.reports.models import Report, ReportFile, ReportTemplate, Schedule
from apps.reports.periods import DAY, Period
from apps.reports.plan import Plan, plan_of
from apps.reports.services.rhythm import is_made, next_run, rhythm_of
from apps.reports.states import UNFINISHED, ReportState
from apps.reports.waking import MAKE, wake_after_commit
from apps.tenants.models import Workspace

logger = logging.getLogger(__name__)

MOST_DAYS: Final = 366
MOST_WAITING: Final = 20  # of a workspace, so that nobody fills the queue
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))  # after a schedule's try in vain
MOST_COUNTED: Final = 1_000
EARLIEST: Final = date(2000, 1, 1)


@transaction.atomic
def ask(
    *,
    workspace: Workspace,
    plan: Plan,
    period: Period,
    actor: Actor,
    name: str = "",
    template: ReportTemplate | None = None,
) -> Report:
    """Promise a report of these days; raises Malformed for days that make no sense, and ReportRefused while too many
    wait."""
    require_days(period, workspace)
    if Report.objects.filter(workspace=workspace, state__in=UNFINISHED).count() >= MOST_WAITING:
        raise ReportRefused(f"{MOST_WAITING} reports wait already. Ask again when some are made.", code="too_many")
    report = _report(workspace, plan, period, name=name, template=template, made_by_id=actor.user_id)
    audit.record("report.asked", subject=report, actor=actor)
    wake_after_commit(MAKE)
    return report


@transaction.atomic
def retry(*, report: Report, actor: Actor) -> Report:
    """Let one that failed be tried again; what was frozen of it stays."""
    changes = {"state": ReportState.QUEUED, "tries": 0, "next_try_at": clock.now(), "problem": "", "problem_words": ""}
    if not Report.objects.filter(pk=report.pk, state=ReportState.FAILED).update(**changes):
        raise ReportRefused("Only a report that failed can be tried again.", code="not_failed")
    audit.record("report.retried", subject=report, actor=actor)
    wake_after_commit(MAKE)
    report.refresh_from_db()
    return report


@transaction.atomic
def delete(*, report: Report, actor: Actor) -> None:
    """With its files, links and mails. Links stop working at once; what was downloaded or mailed is not called back."""
    audit.record("report.deleted", subject=report, actor=actor, diff={"name": report.name})
    names = list(ReportFile.objects.filter(report=report).values_list("file", flat=True))
    report.delete()
    files.delete_after_commit(names)


def open_due(*, now: datetime) -> int:
    """Begin the reports of schedules whose time has come, each by itself; how many. Whoever moves a schedule on has its
    run, so that two beats begin it once."""
    with tenancy.across_tenants("find schedules of reports that are due"):
        found = list(Schedule.across_tenants.due(now).order_by("next_at").only("organization_id", "next_at")[:200])
    return sum(_opened(schedule, now) for schedule in found)


def _opened(due: Schedule, now: datetime) -> bool:
    try:
        return _open(due.organization_id, due.pk, due.next_at, now)
    except Exception:  # Whatever is wrong with one schedule, the others are begun. Its run is owed until it is made.
        logger.exception("The schedule %s could not be begun", due.pk)
        _put_off(due, now)
        return False


def _put_off(due: Schedule, now: datetime) -> None:
    with tenancy.scope(organization_id=due.organization_id), transaction.atomic():
        rows = Schedule.objects.filter(pk=due.pk, next_at=due.next_at)
        tries = rows.select_for_update().values_list("tries", flat=True).first()
        if tries is not None:
            pause = PAUSES[min(tries, len(PAUSES) - 1)]
            rows.update(tries=min(tries + 1, MOST_COUNTED), next_try_at=now + pause)


def _open(organization_id: UUID, schedule_id: UUID, stored_at: datetime, now: datetime) -> bool:
    with tenancy.scope(organization_id=organization_id), transaction.atomic():
        rows = Schedule.objects.select_related("template", "workspace").filter(pk=schedule_id)
        schedule = rows.first()
        if schedule is None:
            return False
        rhythm = rhythm_of(schedule)
        # The clock of the workspace may be another since it was laid, and nobody has told us yet.
        due_at = rhythm.of_same_day(stored_at)
        # After an outage only the last of what was missed is made: nobody wants four mails at once.
        last = rhythm.last_until(now, since=due_at) if due_at <= now else None
        facts = {"next_at": due_at if last is None else next_run(schedule, after=now)}
        mine = Schedule.objects.filter(pk=schedule_id, is_paused=False, next_at=stored_at)
        if not mine.update(**facts, tries=0, next_try_at=None, updated_at=now):
            return False
        if last is None or is_made(schedule, period := rhythm.period_at(last)):
            return False
        report = _report(
            schedule.workspace, plan_of(schedule.template.plan), period, name="", template=schedule.template,
            made_by_id=schedule.made_by_id, schedule=schedule, due_at=last,
        )  # fmt: skip
        audit.record("report.asked", subject=report, actor=SYSTEM)
        wake_after_commit(MAKE)
    return True


def _report(workspace: Workspace, plan: Plan, period: Period, *, name: str, **fields: object) -> Report:
    report = Report(
        workspace=workspace, organization_id=workspace.organization_id, plan=plan.as_data(), first=period.first,
        last=period.last, name=(name.strip() or plan.title)[:120], next_try_at=clock.now(), **fields,
    )  # fmt: skip
    report.save()
    return report


def require_days(period: Period, workspace: Workspace) -> None:
    """Raise Malformed unless these are days that figures were read of."""
    yesterday = cell_of(clock.now(), workspace.timezone) - DAY
    if period.first > period.last:
        raise Malformed("last", "The last day is before the first.")
    if period.days > MOST_DAYS:
        raise Malformed("last", f"A report is about up to {MOST_DAYS} days; these are {period.days}.")
    if period.first < EARLIEST:
        raise Malformed("first", "Choose days of this century.")
    if period.last > yesterday:
        raise Malformed("last", f"Choose days up to {yesterday:%-d %B %Y}: figures of a day are read the night after.")
