"""How far a goal is, and whether it goes fast enough: counted from the same rows as the boards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from apps.analytics.boards.days import DAY
from apps.analytics.boards.figures import Number
from apps.analytics.models import Goal
from apps.analytics.overview import Overview, Rows, rows_between
from apps.analytics.selectors import span_of
from apps.analytics.states import Aim
from apps.tenants.models import Workspace

LONGEST: Final = 400  # days of a goal
LOOK_BACK: Final = DAY * 14
ON_PACE: Final = 0.97  # of what should be there by now, so that a slow Sunday alarms nobody


class Pace(StrEnum):
    REACHED = "reached"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    MISSED = "missed"
    NOT_BEGUN = "not_begun"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Progress:
    """`value` is what there is, `began_at` the level from which it grows (0 but for followers), `share` of the way that
    is done, `time` of the time that has passed; `expected` where a straight way would be by now, and `forecast` where
    it leads to if it goes on like this. None: not known. `known` of `of` accounts, days or posts are in `value`, which
    has figures of no accounts but `told`."""

    goal: Goal
    value: int | None
    began_at: int | None
    share: float | None
    time: float
    expected: int | None
    forecast: int | None
    pace: Pace
    until: date  # the last day that is counted
    known: int = 0
    of: int = 0
    told: frozenset[UUID] = frozenset()


def progress_of_all(workspace: Workspace, goals: Sequence[Goal], *, yesterday: date) -> list[Progress]:
    """Where each goal stands at the end of `yesterday`, or of its own last day; three queries for all of them."""
    if not goals:
        return []
    # The level from which followers grow is looked for in the days before, as far back as a night may have failed.
    first = min(goal.begins_on for goal in goals) - LOOK_BACK
    rows = rows_between(workspace, first, max(yesterday, first))
    return [_progress(goal, rows, yesterday) for goal in goals]


def _progress(goal: Goal, rows: Rows, yesterday: date) -> Progress:
    until = min(yesterday, goal.ends_on)
    if until < goal.begins_on:
        return Progress(goal, None, None, None, 0, None, None, Pace.NOT_BEGUN, until)
    time = span_of(goal.begins_on, until) / span_of(goal.begins_on, goal.ends_on)
    found = rows.board(goal.begins_on, until, account_id=goal.account_id)
    told = _counted(Aim(goal.aim), found)
    value, began_at = told.value, _level_before(found, rows) if goal.aim == Aim.FOLLOWERS else 0
    share, expected, forecast = _way(goal, value, began_at, time)
    pace = _pace(goal, value, expected, yesterday)
    whose = found.told & found.summed
    return Progress(goal, value, began_at, share, time, expected, forecast, pace, until, told.known, told.of, whose)


def _counted(aim: Aim, found: Overview) -> Number:
    numbers = {
        Aim.FOLLOWERS: found.followers,
        Aim.VIEWS: found.views,
        Aim.PUBLISHED: found.published,
        Aim.POST_VIEWS: found.post_views,
        Aim.INTERACTIONS: found.interactions,
    }
    return numbers[aim]


def _level_before(found: Overview, rows: Rows) -> int | None:
    """The level at the beginning, of the accounts whose level is known now: of each the last day before it began, or
    else the first of it."""
    levels = []
    for pk, series in rows.days.items():
        if pk not in found.summed or pk not in found.days:
            continue
        if not any(level is not None for level in found.days[pk].followers[found.begins :]):
            continue
        earlier, later = (
            [level for level in series.between(*span).followers if level is not None]
            for span in ((series.first, found.first - DAY), (found.first, found.last))
        )
        levels.append(earlier[-1] if earlier else later[0])
    return sum(levels) if levels else None


def _way(
    goal: Goal, value: int | None, began_at: int | None, time: float
) -> tuple[float | None, int | None, int | None]:
    if value is None or began_at is None:
        return None, None, None
    way = goal.target - began_at
    share = min(max((value - began_at) / way, 0.0), 1.0) if way > 0 else 1.0
    expected = round(began_at + way * time) if way > 0 else goal.target
    forecast = round(began_at + (value - began_at) / time)
    return share, expected, forecast


def _pace(goal: Goal, value: int | None, expected: int | None, yesterday: date) -> Pace:
    if value is None or expected is None:
        return Pace.UNKNOWN
    if value >= goal.target:
        return Pace.REACHED
    if yesterday >= goal.ends_on:
        return Pace.MISSED
    return Pace.ON_PACE if value >= expected * ON_PACE else Pace.BEHIND
