"""Whether a day is worth a word, by the days before it.

A day that was not told is never judged, and is no part of what is usual: a gap is neither a drop nor a nought. What is
usual is the median of the days before, which one odd day does not move; how far days stray from it is told by the
median of their distances, made comparable with a standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import median
from typing import Final

from apps.analytics.alerts.kinds import Kind

DAY: Final = timedelta(days=1)
HISTORY: Final = 28  # days before the one that is judged
ENOUGH: Final = {Kind.SPIKE: 7, Kind.DROP: 7, Kind.ANOMALY: 14}  # of them that were told
AS_DEVIATION: Final = 1.4826  # the median distance of normal noise, as its standard deviation

Series = Mapping[date, float]  # the days that were told, and no others


@dataclass(frozen=True, slots=True)
class Finding:
    """A day that a rule speaks of: its value, what is usual (None of a milestone), out of how many days, and how many
    deviations away where that was asked."""

    day: date
    value: float
    usual: float | None = None
    sample: int = 0
    score: float | None = None


def findings(
    kind: str, threshold: float, told: Series, days: Sequence[date], *, is_level: bool = False
) -> Iterator[Finding]:
    """What a rule finds on these days, in their order. `is_level` says that the figure stands rather than happens, so
    that its odd days are those on which it moved oddly."""
    if kind == Kind.MILESTONE:
        yield from _reached(threshold, told, days, is_level=is_level)
        return
    judged = _moves(told) if is_level and kind == Kind.ANOMALY else told
    for day in days:
        value = judged.get(day)
        before = [judged[past] for back in range(1, HISTORY + 1) if (past := day - DAY * back) in judged]
        if value is None or len(before) < ENOUGH[Kind(kind)]:
            continue
        found = _judge(Kind(kind), threshold, day, value, before)
        if found is not None:
            yield found


def _reached(threshold: float, told: Series, days: Sequence[date], *, is_level: bool) -> Iterator[Finding]:
    """Days on which the number was there, and had not been before: of a figure that stands, when it was told last; of
    what happens on a day, on any day that was told. What has always been there is no news."""
    for day in days:
        value = told.get(day)
        past = [one for one in told if one < day]
        if value is None or not past:
            continue
        before = told[max(past)] if is_level else max(told[one] for one in past)
        if before < threshold <= value:
            yield Finding(day, value)


def _moves(told: Series) -> Series:
    """How much a standing figure changed on each day, where both ends of it were told."""
    return {day: value - told[day - DAY] for day, value in told.items() if day - DAY in told}


def _judge(kind: Kind, threshold: float, day: date, value: float, before: Sequence[float]) -> Finding | None:
    usual = median(before)
    if kind == Kind.ANOMALY:
        score = (value - usual) / deviation(before, usual)
        is_odd = abs(score) >= threshold
        return Finding(day, value, usual, len(before), round(score, 2)) if is_odd else None
    if usual <= 0:
        return None  # There is no share of nothing.
    share = (value - usual) / usual * 100
    is_far = share >= threshold if kind == Kind.SPIKE else -share >= threshold
    return Finding(day, value, usual, len(before)) if is_far else None


def deviation(values: Sequence[float], middle: float) -> float:
    """How far these stray from their middle; at least what counting things that come by chance does by itself, so that
    days which are all alike do not make the next one odd for a single view."""
    distances = median(abs(value - middle) for value in values)
    return max(AS_DEVIATION * distances, sqrt(abs(middle)), 1.0)
