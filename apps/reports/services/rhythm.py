"""When a schedule is due, by the clock that its workspace has now."""

from __future__ import annotations

from apps.reports.models import Schedule
from apps.reports.periods import Rhythm
from apps.reports.states import Cadence


def rhythm_of(schedule: Schedule) -> Rhythm:
    return Rhythm(Cadence(schedule.cadence), schedule.weekday, schedule.day, schedule.hour, schedule.workspace.timezone)
