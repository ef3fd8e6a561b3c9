"""A map of cells, each with its sample: the more a cell stands out the darker it is, and the fewer it stands on the
smaller it is drawn, so that one lucky post does not look like a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

CELL, GAP, LEFT, BELOW = 28, 3, 40, 22
SMALL: Final = 14
RANKS: Final = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What a cell tells, and of how many."""

    value: float
    count: int


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`rank` 0: nothing is known; 1 to 5: how much. `is_few`: of too few to count on, and drawn small."""

    x: float
    y: float
    size: int
    rank: int
    count: int
    words: str
    is_few: bool = False
    is_best: bool = False
    middle: float = 0
    base: float = 0


@dataclass(frozen=True, slots=True)
class Word:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """For the table: a cell in words."""

    place: str
    value: str
    count: int
    is_few: bool


@dataclass(frozen=True, slots=True)
class Heat:
    cells: tuple[HeatCell, ...]
    rows: tuple[Word, ...]
    columns: tuple[Word, ...]
    table: tuple[HeatRow, ...]
    summary: str
    best: HeatRow | None
    width: int
    height: int
    enough: int


def heat_of(
    samples: Mapping[tuple[int, int], Sample],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    label: str,
    enough: int,
    unit: str = "×",
    spoken: Sequence[str] = (),
) -> Heat | None:
    """The map of `samples` by (row, column); None where there are none. Cells of fewer than `enough` are said to be.
    `spoken` are the columns as a sentence names them, where that is longer than their heads."""
    if not samples:
        return None
    sure = {place: one for place, one in samples.items() if one.count >= enough}
    best = max(sure, key=lambda place: (sure[place].value, sure[place].count), default=None)
    rank = _ranking([one.value for one in (sure or samples).values()])
    table = {place: _told(place, one, rows, spoken or columns, unit, enough) for place, one in samples.items()}
    words = {place: f"{row.place}: {row.value}, {_posts(row.count)}" for place, row in table.items()}
    cells = [
        _cell(place, samples.get(place), rank, words.get(place, ""), enough, place == best)
        for place in product(range(len(rows)), range(len(columns)))
    ]
    return Heat(
        cells=tuple(cells),
        rows=tuple(Word(0, index * (CELL + GAP) + CELL / 2 + 4, word) for index, word in enumerate(rows)),
        columns=tuple(_column_words(columns, len(rows))),
        table=tuple(table[place] for place in sorted(table)),
        summary=_summary(label, samples, table[best] if best else None, enough),
        best=table[best] if best else None,
        width=LEFT + len(columns) * (CELL + GAP),
        height=len(rows) * (CELL + GAP) + BELOW,
        enough=enough,
    )


def _told(
    place: tuple[int, int], one: Sample, rows: Sequence[str], columns: Sequence[str], unit: str, enough: int
) -> HeatRow:
    name = f"{rows[place[0]]} {columns[place[1]]}"
    return HeatRow(name, f"{one.value:.1f} {unit}", one.count, one.count < enough)


def _ranking(values: Sequence[float]) -> tuple[float, float]:
    return min(values), max(values)


def _rank(value: float, of: tuple[float, float]) -> int:
    low, high = of
    if high <= low:
        return 3
    share = (min(max(value, low), high) - low) / (high - low)
    return 1 + min(int(share * RANKS), RANKS - 1)


def _cell(
    place: tuple[int, int], sample: Sample | None, of: tuple[float, float], words: str, enough: int, is_best: bool
) -> HeatCell:
    x, y = LEFT + place[1] * (CELL + GAP), place[0] * (CELL + GAP)
    middle, base = x + CELL / 2, y + CELL / 2 + 4
    if sample is None:
        return HeatCell(x, y, CELL, 0, 0, "", middle=middle, base=base)
    is_few = sample.count < enough
    size = SMALL if is_few else CELL
    shift = (CELL - size) / 2
    return HeatCell(
        x + shift, y + shift, size, _rank(sample.value, of), sample.count, words,
        is_few=is_few, is_best=is_best, middle=middle, base=base,
    )  # fmt: skip


def _column_words(columns: Sequence[str], rows: int) -> list[Word]:
    below = rows * (CELL + GAP) + 14
    return [Word(LEFT + index * (CELL + GAP) + CELL / 2, below, word) for index, word in enumerate(columns)]


def _posts(count: int) -> str:
    return f"{count} post{'s' * (count != 1)}"


def _summary(label: str, samples: Mapping[tuple[int, int], Sample], best: HeatRow | None, enough: int) -> str:
    told = sum(one.count for one in samples.values())
    if best is None:
        return f"{label}: {_posts(told)}, no hour with {enough} or more, so none can be named best."
    return f"{label}: best on {best.place} with {best.value} the usual, {_posts(best.count)} of {told}."
