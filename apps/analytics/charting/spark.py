"""A figure by day as a line of thumb's size, for a tile: where it goes, without a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from apps.analytics.charting.runs import runs_of

WIDTH, HEIGHT = 160, 28
EDGE: Final = 2


@dataclass(frozen=True, slots=True)
class Spark:
    """`paths` are unbroken spans of known days."""

    paths: tuple[str, ...]
    areas: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


def spark_of(values: Sequence[float | None]) -> Spark | None:
    """The line; None where no two days in a row are known, for there is nothing that could go anywhere."""
    runs = [run for run in runs_of(values) if len(run) > 1]
    if not runs:
        return None
    known = [value for run in runs for _, value in run]
    low, span = min(known), max(max(known) - min(known), 1e-9)

    def x(index: int) -> str:
        return f"{index / (len(values) - 1) * WIDTH:.1f}"

    def y(value: float) -> str:
        return f"{HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE):.1f}"

    paths = ["M" + " L".join(f"{x(index)} {y(value)}" for index, value in run) for run in runs]
    floors = [f" L{x(run[-1][0])} {HEIGHT} L{x(run[0][0])} {HEIGHT} Z" for run in runs]
    return Spark(tuple(paths), tuple(path + floor for path, floor in zip(paths, floors, strict=True)))
