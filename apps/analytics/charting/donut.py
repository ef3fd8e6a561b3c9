"""Parts of a whole as a ring. More than it can tell apart are one part, "Other"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

SIZE: Final = 160
OUTER, INNER = 76, 50
MOST: Final = 6
GAP: Final = 0.012  # of the ring, between two parts


@dataclass(frozen=True, slots=True)
class Slice:
    """`number` is the place of its colour, from 1; `share` of the whole."""

    label: str
    value: float
    share: float
    words: str
    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Donut:
    slices: tuple[Slice, ...]
    total: float
    summary: str
    size: int = SIZE


def donut_of(parts: Sequence[tuple[str, float]], *, label: str, other: str = "Other") -> Donut | None:
    """The ring of `parts`, the largest first; None where they are nothing."""
    known = sorted(((name, value) for name, value in parts if value > 0), key=lambda part: -part[1])
    whole = sum(value for _, value in known)
    if not whole:
        return None
    if len(known) > MOST:
        known = [*known[: MOST - 1], (other, sum(value for _, value in known[MOST - 1 :]))]
    slices, begun = [], 0.0
    for number, (name, value) in enumerate(known, start=1):
        share = value / whole
        slices.append(Slice(name, value, share, f"{share * 100:.0f} %", number, _arc(begun, share)))
        begun += share
    told = ", ".join(f"{one.label} {one.words}" for one in slices)
    return Donut(tuple(slices), whole, f"{label}: {told}.")


def _arc(begun: float, share: float) -> str:
    if share > 1 - GAP:  # an arc cannot end where it begins
        return " ".join([_half(OUTER, 1), _half(OUTER, -1), "Z", _half(INNER, 1), _half(INNER, -1), "Z"])
    pad = min(GAP, share / 3) / 2
    first, last = begun + pad, begun + share - pad
    large = int(last - first > 0.5)
    return (
        f"M{_spot(OUTER, first)} A{OUTER} {OUTER} 0 {large} 1 {_spot(OUTER, last)} "
        f"L{_spot(INNER, last)} A{INNER} {INNER} 0 {large} 0 {_spot(INNER, first)} Z"
    )


def _half(radius: float, way: int) -> str:
    middle = SIZE / 2
    start = f"M{middle} {middle - radius} " if way == 1 else ""
    return f"{start}A{radius} {radius} 0 0 1 {middle} {middle + radius * way}"


def _spot(radius: float, share: float) -> str:
    angle = 2 * pi * share - pi / 2
    return f"{SIZE / 2 + radius * cos(angle):.2f} {SIZE / 2 + radius * sin(angle):.2f}"
