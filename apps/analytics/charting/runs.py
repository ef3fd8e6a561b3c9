"""Where a line breaks: at what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def runs_of(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Unbroken spans of known values, each with its place."""
    run: list[tuple[int, float]] = []
    for index, value in enumerate(values):
        if value is not None:
            run.append((index, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
