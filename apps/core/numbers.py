"""Whole numbers that somebody wrote down."""

from typing import Final

MOST_DIGITS: Final = 18  # what a column of 64 bits holds


def whole(text: str) -> int | None:
    """The number that these digits write, with nothing else beside them; None for every other text.

    `str.isdigit` alone promises less: it is true of "²", and `int` refuses that as it refuses thousands of digits."""
    is_written = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_written else None
