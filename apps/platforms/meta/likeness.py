"""Whether a post in a list is the one whose answer was lost: what Meta's platforms compare alike."""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class Likeness(StrEnum):
    SAME = "same"
    UNLIKE = "unlike"
    DOUBTFUL = "doubtful"


def plain(text: object) -> str:
    """Words as they compare: Meta may trim them, compose letters and write the ends of lines in its own way."""
    told = unicodedata.normalize("NFC", text if isinstance(text, str) else "")
    return told.replace("\r\n", "\n").replace("\r", "\n").strip()
