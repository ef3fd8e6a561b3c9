"""A trend as a drawing: geometry alone, so that a template writes it down without counting.

A day that is not known is a break in the line, and never nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from apps.analytics.wording import compact, number

WIDTH, HEIGHT = 660, 248
LEFT, RIGHT, TOP, BOTTOM = 44, 6, 16, 30
STEPS: Final = (1, 2, 2.5, 5)
LINES: Final = 4
MOST_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A day of the drawing. None: not known of every account that tells it, so it is left out; `known` of `of`."""

    day: date
    value: float | None
    part: float | None = None
    known: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    y: float
    word: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Word:
    x: float
    day: date
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`paths` and `areas` of this period, `before` of the one before; `dots`: days that stand alone, and the best."""

    lines: tuple[Line, ...]
    paths: tuple[str, ...]
    areas: tuple[str, ...]
    before: tuple[str, ...]
    dots: tuple[Dot, ...]
    words: tuple[Word, ...]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    below: int = HEIGHT - 8


def chart_of(points: Sequence[Point], before: Sequence[Point], *, label: str, from_nought: bool = True) -> Chart | None:
    """The drawing; None where nothing is known. Levels, such as followers, need not begin at nought."""
    known = [point.value for point in points if point.value is not None]
    if not known:
        return None
    values = [*known, *(point.value for point in before if point.value is not None)]
    low, step, count = _scale(0 if from_nought else min(values), max(values))
    high = low + step * count
    place = _Place(len(points), low, high)
    runs = list(_runs(points))
    best = max((point for point in points if point.value is not None), key=lambda point: point.value or 0)
    alone = [run[0] for run in runs if len(run) == 1]
    marked = {index for index, point in alone} | {list(points).index(best)}
    return Chart(
        lines=tuple(Line(place.y(low + step * rank), compact(low + step * rank)) for rank in range(count + 1)),
        paths=tuple(place.path(run) for run in runs if len(run) > 1),
        areas=tuple(place.area(run) for run in runs if len(run) > 1),
        before=tuple(place.path(run) for run in _runs(before) if len(run) > 1),
        dots=tuple(
            Dot(place.x(index), place.y(points[index].value or 0), _said(points[index])) for index in sorted(marked)
        ),
        words=tuple(_words(points, place)),
        summary=_summary(points, label, best),
    )


class _Place:
    def __init__(self, count: int, low: float, high: float) -> None:
        self._count, self._low, self._span = count, low, high - low

    def x(self, index: int) -> float:
        share = index / (self._count - 1) if self._count > 1 else 0.5
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - self._low) / self._span * (HEIGHT - TOP - BOTTOM), 1)

    def path(self, run: Sequence[tuple[int, Point]]) -> str:
        return "M" + " L".join(f"{self.x(index)} {self.y(point.value or 0)}" for index, point in run)

    def area(self, run: Sequence[tuple[int, Point]]) -> str:
        floor = HEIGHT - BOTTOM
        return f"{self.path(run)} L{self.x(run[-1][0])} {floor} L{self.x(run[0][0])} {floor} Z"


def _runs(points: Sequence[Point]) -> Iterator[list[tuple[int, Point]]]:
    """Unbroken spans of known days."""
    run: list[tuple[int, Point]] = []
    for index, point in enumerate(points):
        if point.value is not None:
            run.append((index, point))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _scale(low: float, high: float) -> tuple[float, float, int]:
    """Where the scale begins, the width of its steps, and how many of them."""
    span = max(high - low, 1)
    size = 10.0 ** max(len(str(int(span / LINES))) - 1, 0)
    step = next(size * one for one in (*STEPS, 10, 20) if size * one * LINES >= span and size * one >= 1)
    if step < 5:
        step = float(-(-step // 1))
    begin = (low // step) * step
    return begin, step, max(int(-(-(high - begin) // step)), 1)


def _words(points: Sequence[Point], place: _Place) -> Iterable[Word]:
    last = len(points) - 1
    every = max(-(-(last + 1) // MOST_WORDS), 1)
    for index in range(0, last + 1, every):
        if index and last - index < every / 2:
            break
        yield Word(place.x(index), points[index].day, "start" if index == 0 else "middle")


def _said(point: Point) -> str:
    return f"{point.day:%-d %B}: {number(point.value)}"


def _summary(points: Sequence[Point], label: str, best: Point) -> str:
    """What the drawing shows, in a sentence."""
    known = [point for point in points if point.value is not None]
    worst = min(known, key=lambda point: point.value or 0)
    left_out = len(points) - len(known)
    gaps = f" {left_out} day{'s' * (left_out != 1)} not known and left out." if left_out else ""
    return (
        f"{label} by day, highest {number(best.value)} on {best.day:%-d %B}, "
        f"lowest {number(worst.value)} on {worst.day:%-d %B}.{gaps}"
    )
