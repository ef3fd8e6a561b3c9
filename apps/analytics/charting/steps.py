"""Figures at named steps, which need not lie evenly in time: a post at its ages, beside what is usual at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from apps.analytics.charting.runs import runs_of
from apps.analytics.wording import compact, number

WIDTH, HEIGHT = 480, 210
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 12, 26
LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Steps:
    """`paths` are unbroken spans of known steps, `usual` those of what is usual; `lines` and `columns` are scales."""

    paths: tuple[str, ...]
    usual: tuple[str, ...]
    dots: tuple[Mark, ...]
    lines: tuple[Mark, ...]
    columns: tuple[Mark, ...]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def steps_of(
    names: Sequence[str], values: Sequence[float | None], usual: Sequence[float | None], *, label: str
) -> Steps | None:
    """The drawing; None where nothing is known."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    high = max(*known, *(value for value in usual if value is not None), 1)

    def x(index: int) -> float:
        return round(LEFT + (index / (len(names) - 1) if len(names) > 1 else 0.5) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / high * (HEIGHT - TOP - BOTTOM), 1)

    def paths(of: Sequence[float | None]) -> tuple[str, ...]:
        return tuple("M" + " L".join(f"{x(i)} {y(v)}" for i, v in run) for run in runs_of(of) if len(run) > 1)

    told = [(index, value) for index, value in enumerate(values) if value is not None]
    return Steps(
        paths=paths(values),
        usual=paths(usual),
        dots=tuple(Mark(x(index), y(value), f"{names[index]}: {number(value)}") for index, value in told),
        lines=tuple(Mark(LEFT, y(high * rank / LINES), compact(high * rank / LINES)) for rank in range(LINES + 1)),
        columns=tuple(Mark(x(index), HEIGHT - 6, name) for index, name in enumerate(names)),
        summary=f"{label}: " + ", ".join(f"{number(value)} after {names[index]}" for index, value in told) + ".",
    )
