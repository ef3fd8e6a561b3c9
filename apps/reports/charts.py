"""Drawings of a report: geometry alone, from frozen points, so that page and paper draw the same.

What is not known is a break in a line, or a bar with a dashed edge as high as what is known; it is never nought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

WIDTH, HEIGHT = 660, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 18, 26
FLOOR: Final = HEIGHT - BOTTOM
LINES: Final = 4
STEPS: Final = (1, 2, 2.5, 5, 10)
MOST_BARS: Final = 14  # then by month
MOST_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    y: float
    word: str

    @property
    def word_y(self) -> float:
        return self.y + 4


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    word: str = ""
    is_part: bool = False

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def word_y(self) -> float:
        return round(self.y - 6, 1)


@dataclass(frozen=True, slots=True)
class Word:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table beside a drawing."""

    span: str
    value: str
    before: str
    note: str


@dataclass(frozen=True, slots=True)
class Chart:
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    summary: str
    bars: tuple[Bar, ...] = ()
    soft: tuple[Bar, ...] = ()
    paths: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    dots: tuple[Word, ...] = ()
    rows: tuple[Row, ...] = field(default_factory=tuple)
    has_parts: bool = False
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    below: int = HEIGHT - 6


@dataclass(frozen=True, slots=True)
class Span:
    """Days that are summed up. `value` None: nothing of it is known; `is_part`: not all of it is."""

    first: date
    last: date
    value: int | None
    is_part: bool


@dataclass(frozen=True, slots=True)
class Speech:
    """How a drawing speaks: numbers, short numbers, days and spans of days in the language of the report."""

    number: Callable[[float | None], str]
    short: Callable[[float | None], str]
    day: Callable[[date], str]
    span: Callable[[date, date], str]
    partly: str
    summary: Callable[[str, str, str], str]


def spans_of(points: Sequence[Mapping[str, Any]], cuts: Sequence[int]) -> list[Span]:
    """The points summed up between the cuts, which are places in the list."""
    found = []
    for begin, end in zip(cuts, [*cuts[1:], len(points)], strict=True):
        days = points[begin:end]
        known = [point["part"] if point["value"] is None else point["value"] for point in days]
        told = [value for value in known if value is not None]
        is_part = any(point["value"] is None for point in days)
        first, last = (date.fromisoformat(days[place]["day"]) for place in (0, -1))
        found.append(Span(first, last, sum(told) if told else None, is_part))
    return found


def cuts_of(days: Sequence[date]) -> list[int]:
    """Where weeks begin; months, where there would be too many weeks."""
    weeks = [place for place, day in enumerate(days) if place == 0 or day.weekday() == 0]
    months = [place for place, day in enumerate(days) if place == 0 or day.day == 1]
    return weeks if len(weeks) <= MOST_BARS else months


def bars_of(points: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]], speech: Speech) -> Chart | None:
    """Sums by week as bars, those of the compared days beside them; None where nothing is known."""
    cuts = cuts_of([date.fromisoformat(point["day"]) for point in points])
    now, then = spans_of(points, cuts), spans_of(before, cuts) if before else []
    known = [span.value for span in (*now, *then) if span.value is not None]
    if not [span for span in now if span.value is not None]:
        return None
    step, count = _scale(0, max(known))
    slot = (WIDTH - LEFT - RIGHT) / len(now)
    width = min(46.0, slot * (0.34 if then else 0.5))
    place = _Place(0, step * count)
    bars, soft = [], []
    for index, span in enumerate(now):
        middle = LEFT + slot * (index + 0.5)
        if then and (other := then[index]).value is not None:
            soft.append(place.bar(middle - width - 3, width, other))
        if span.value is not None:
            bars.append(place.bar(middle + 3 if then else middle - width / 2, width, span, speech.short(span.value)))
    return Chart(
        lines=_lines(place, 0, step, count, speech),
        words=tuple(
            Word(round(LEFT + slot * (index + 0.5), 1), speech.span(span.first, span.last))
            for index, span in enumerate(now)
            if index % (len(now) // MOST_WORDS + 1) == 0
        ),
        summary=_summary(now, speech),
        bars=tuple(bars),
        soft=tuple(soft),
        rows=tuple(_row(span, then[index] if then else None, speech) for index, span in enumerate(now)),
        has_parts=any(span.is_part for span in now if span.value is not None),
    )


def line_of(points: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]], speech: Speech) -> Chart | None:
    """A level day by day as a line, that of the compared days dotted; None where nothing is known."""
    known = [point["value"] for point in (*points, *before) if point["value"] is not None]
    if not [point for point in points if point["value"] is not None]:
        return None
    step, count = _scale(min(known), max(known))
    low = min(known) // step * step
    count = max(count, int(-(-(max(known) - low) // step)), 1)
    place = _Place(low, low + step * count)
    days, then = ([_day_of(point) for point in side] for side in (points, before))
    every = max(-(-len(days) // MOST_WORDS), 1)
    return Chart(
        lines=_lines(place, low, step, count, speech),
        words=tuple(
            Word(place.x(index, len(days)), speech.day(span.first))
            for index, span in enumerate(days)
            if index % every == 0
        ),
        summary=_summary(days, speech),
        paths=tuple(place.paths(days)),
        before=tuple(place.paths(then)),
        dots=tuple(place.dots(days)),
        rows=tuple(_row(span, then[index] if index < len(then) else None, speech) for index, span in enumerate(days)),
        has_parts=any(span.is_part for span in days),
    )


def _day_of(point: Mapping[str, Any]) -> Span:
    day = date.fromisoformat(point["day"])
    return Span(day, day, point["value"], point["value"] is None)


class _Place:
    def __init__(self, low: float, high: float) -> None:
        self._low, self._span = low, high - low

    def x(self, index: int, count: int) -> float:
        share = index / (count - 1) if count > 1 else 0.5
        return round(LEFT + 14 + share * (WIDTH - LEFT - RIGHT - 28), 1)

    def y(self, value: float) -> float:
        return round(FLOOR - (value - self._low) / self._span * (FLOOR - TOP), 1)

    def bar(self, x: float, width: float, span: Span, word: str = "") -> Bar:
        y = self.y(span.value or 0)
        return Bar(round(x, 1), y, round(width, 1), round(FLOOR - y, 1), word, span.is_part)

    def paths(self, days: Sequence[Span]) -> Iterator[str]:
        for run in _known_runs(days):
            if len(run) > 1:
                yield "M" + " L".join(f"{self.x(index, len(days))} {self.y(value)}" for index, value in run)

    def dots(self, days: Sequence[Span]) -> Iterator[Word]:
        """Days that stand alone."""
        for run in _known_runs(days):
            if len(run) == 1:
                yield Word(self.x(run[0][0], len(days)), str(self.y(run[0][1])))


def _known_runs(days: Sequence[Span]) -> Iterator[list[tuple[int, int]]]:
    run: list[tuple[int, int]] = []
    for index, span in enumerate(days):
        if span.value is not None:
            run.append((index, span.value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _scale(low: float, high: float) -> tuple[float, int]:
    """The width of a step between lines, which is a whole number, and how many there are above `low`."""
    span = max(high - low, 1)
    size = 10.0 ** max(len(str(int(span / LINES))) - 1, 0)
    step = next(size * one for one in STEPS if size * one * LINES >= span and (size * one).is_integer())
    return step, max(int(-(-span // step)), 1)


def _lines(place: _Place, low: float, step: float, count: int, speech: Speech) -> tuple[Line, ...]:
    return tuple(Line(place.y(low + step * rank), speech.short(low + step * rank)) for rank in range(count + 1))


def _row(span: Span, before: Span | None, speech: Speech) -> Row:
    note = speech.partly if span.is_part else ""
    return Row(
        speech.span(span.first, span.last),
        speech.number(span.value),
        speech.number(before.value) if before else "",
        note,
    )


def _summary(spans: Sequence[Span], speech: Speech) -> str:
    known = [span for span in spans if span.value is not None]
    best, worst = (pick(known, key=lambda span: span.value or 0) for pick in (max, min))
    return speech.summary(
        f"{speech.number(best.value)} ({speech.span(best.first, best.last)})",
        f"{speech.number(worst.value)} ({speech.span(worst.first, worst.last)})",
        ", ".join(f"{speech.span(span.first, span.last)}: {speech.number(span.value)}" for span in spans[:MOST_BARS])
        if len(spans) <= MOST_BARS
        else "",
    )
