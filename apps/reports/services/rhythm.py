"""When a schedule is due, by the clock that its workspace has now."""

from __future__ import annotations

from datetime import datetime

from apps.reports.models import Report, Schedule
from apps.reports.periods import Period, Rhythm
from apps.reports.states import Cadence


def rhythm_of(schedule: Schedule) -> Rhythm:
    return Rhythm(Cadence(schedule.cadence), schedule.weekday, schedule.day, schedule.hour, schedule.workspace.timezone)


def next_run(schedule: Schedule, *, after: datetime) -> datetime:
    """Its next time that is about days of which it has made no report yet."""
    rhythm = rhythm_of(schedule)
    due_at = rhythm.next_after(after)
    while is_made(schedule, rhythm.period_at(due_at)):
        due_at = rhythm.next_after(due_at)
    return due_at


def is_made(schedule: Schedule, period: Period) -> bool:
    """Whether it has begun a report of these days: nobody is mailed the same month twice."""
    return Report.objects.filter(schedule=schedule.pk, first=period.first, last=period.last).exists()
