"""Shares as bars, one below the other, with a mark where each was meant to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, ROW, LEFT, RIGHT = 660, 34, 150, 96
THICK: Final = 14


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole. `goal` is what was meant; None: nothing was said of it."""

    label: str
    value: float | None
    words: str
    goal: float | None = None
    goal_words: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    words: str
    y: float
    width: float | None  # None: not known, so no bar
    goal_x: float | None
    goal_words: str
    base: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class Bars:
    bars: tuple[Bar, ...]
    summary: str
    height: int
    width: int = WIDTH
    left: int = LEFT
    thick: int = THICK


def bars_of(shares: Sequence[Share], *, label: str) -> Bars | None:
    """The bars, in the order given; None where nothing is known and nothing is meant."""
    sizes = [size for one in shares for size in (one.value, one.goal) if size is not None]
    if not sizes:
        return None
    scale = (WIDTH - LEFT - RIGHT) / max(*sizes, 1e-9)
    told = "; ".join(f"{one.label} {one.words}{', ' + one.goal_words if one.goal_words else ''}" for one in shares)
    return Bars(
        bars=tuple(_bar(one, place, scale) for place, one in enumerate(shares)),
        summary=f"{label}: {told}.",
        height=len(shares) * ROW,
    )


def _bar(one: Share, place: int, scale: float) -> Bar:
    y = place * ROW + (ROW - THICK) / 2
    width = None if one.value is None else round(one.value * scale, 1)
    goal_x = None if one.goal is None else round(LEFT + one.goal * scale, 1)
    reach = max(LEFT + (width or 0), goal_x or 0)
    title = f"{one.label}: {one.words}{', ' + one.goal_words if one.goal_words else ''}"
    return Bar(
        _short(one.label), one.words, y, width, goal_x, one.goal_words, y + THICK - 3, round(reach + 8, 1), title
    )


def _short(label: str) -> str:
    return label if len(label) <= 20 else f"{label[:19]}…"
