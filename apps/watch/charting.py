"""The lateness of days as a drawing: geometry alone, so that a template writes it down without counting.

The scale is logarithmic, for the difference between a second and a minute matters as much as that between a minute and
an hour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from apps.watch.selectors import Day
from apps.watch.wording import span

WIDTH, HEIGHT = 660, 214
LEFT, RIGHT, TOP, BOTTOM = 52, 8, 18, 34
TICKS_MS: Final = (100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000)
LEAST_TOP_MS: Final = 10_000
GOAL_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the scale, with its word."""

    y: float
    word: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: from half of its posts to 99 of 100; `words` are for whoever points at it."""

    x: float
    y: float
    width: float
    height: float
    middle_x: float
    half_y: float
    is_late: bool
    words: str


@dataclass(frozen=True, slots=True)
class Word:
    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Chart:
    lines: tuple[Line, ...]
    goal_y: float
    bars: tuple[Bar, ...]
    words: tuple[Word, ...]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    below: int = HEIGHT - 12


def chart_of(days: Sequence[Day]) -> Chart:
    top = _top(days)
    step = (WIDTH - LEFT - RIGHT) / len(days)
    known = [(place, day) for place, day in enumerate(days) if day.p99_ms is not None]
    marked = [place for place in range(len(days)) if (len(days) - 1 - place) % 7 == 0]
    return Chart(
        lines=tuple(Line(_y(tick, top), span(tick)) for tick in TICKS_MS if tick <= top),
        goal_y=_y(GOAL_MS, top),
        bars=tuple(_bar(place, day, step, top) for place, day in known),
        words=tuple(Word(_word_x(place, step, len(days)), days[place].day) for place in marked),
        summary=summary(days),
    )


def summary(days: Sequence[Day]) -> str:
    """What the drawing shows, in a sentence."""
    known = [day for day in days if day.p99_ms is not None]
    if not known:
        return "Nothing was due in this time."
    worst = max(known, key=lambda day: day.p99_ms or 0)
    best = f"On {len([day for day in known if (day.p99_ms or 0) <= GOAL_MS])} of {len(known)} days with posts"
    return (
        f"{best} 99 of 100 left within a second of their hour. "
        f"The slowest day was {worst.day:%-d %B}, with {span(worst.p99_ms or 0)}."
    )


def _top(days: Sequence[Day]) -> int:
    slowest = max((day.p99_ms for day in days if day.p99_ms is not None), default=0)
    return next((tick for tick in TICKS_MS if tick >= max(slowest, LEAST_TOP_MS)), TICKS_MS[-1])


def _bar(place: int, day: Day, step: float, top: int) -> Bar:
    half, most = _y(day.p50_ms or 0, top), _y(day.p99_ms or 0, top)
    width = min(step * 0.62, 12)
    middle = LEFT + step * (place + 0.5)
    return Bar(
        x=round(middle - width / 2, 1),
        y=most,
        width=round(width, 1),
        height=round(max(half - most, 3.0), 1),
        middle_x=round(middle, 1),
        half_y=half,
        is_late=(day.p99_ms or 0) > 60_000,
        words=f"{day.day:%-d %B}: half within {span(day.p50_ms or 0)}, 99 of 100 within {span(day.p99_ms or 0)}",
    )


def _word_x(place: int, step: float, places: int) -> float:
    """In the middle of its day; the last ends where the drawing does."""
    return WIDTH - RIGHT if place == places - 1 else round(LEFT + step * (place + 0.5), 1)


def _y(lateness_ms: int, top: int) -> float:
    share = math.log10(min(max(lateness_ms, TICKS_MS[0]), top) / TICKS_MS[0]) / math.log10(top / TICKS_MS[0])
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
