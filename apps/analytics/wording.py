"""Figures in words. What is not known is a dash, with the reason beside it."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "–"


def number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"


def compact(value: float | None) -> str:
    """Short, for a tile or a scale: 950, 18.4 k, 2.1 M."""
    if value is None:
        return UNKNOWN
    for size, unit in ((1_000_000, "M"), (10_000, "k")):
        if abs(value) >= size:
            scale = 1_000 if unit == "k" else size
            text = f"{value / scale:.1f}".removesuffix(".0")
            return f"{text} {unit}"
    return number(value)


def percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share * 100:.1f} %"


def change(now: int | None, before: int | None) -> str:
    """ "24 % more": the difference to the period before; "" where there is nothing to compare."""
    if now is None or before is None:
        return ""
    if now == before:
        return "the same"
    word = "more" if now > before else "fewer"
    if before <= 0:
        return f"{abs(now - before):,} {word}"
    share = abs(now - before) / before * 100
    return f"{share:.0f} % {word}" if share >= 1 else f"{abs(now - before):,} {word}"
