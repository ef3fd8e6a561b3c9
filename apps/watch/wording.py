"""Spans and shares as people say them."""

from __future__ import annotations


def span(lateness_ms: int) -> str:
    """ "0.3 s", "12 s", "4 min", "2 h 5 min"."""
    seconds = lateness_ms / 1000
    if seconds < 9.95:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def share(part: int, whole: int) -> str:
    """ "99.8 %". Only all of it is "100 %", and only nothing "0 %"."""
    if not whole:
        return "-"
    if part == whole:
        return "100 %"
    tenths = min(max(round(part * 1000 / whole), 1 if part else 0), 999)
    return f"{tenths / 10:.1f} %".replace(".0 %", " %")
