"""Texts in files that spreadsheets open: what people wrote stays text there, however it begins."""

from __future__ import annotations

from typing import Final

# What spreadsheets take for the beginning of a formula, or of a cell that is one after what they strip.
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BLANKS: Final = " \u00a0\u3000\u200b\ufeff"


def safe_text(text: str) -> str:
    """The text, with an apostrophe before it where it begins like a formula."""
    return f"'{text}" if text.lstrip(BLANKS).startswith(FORMULAS) else text
