"""The shape of an API key: `pr_live_` or `pr_test_`, thirty letters and digits of chance, and six that prove them.

The checksum tells a slip of the pen, or a scanner's guess, from a key without asking the database.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from apps.core.secrets import Secret

ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM: Final = 30
CHECKSUM: Final = 6
LOOKUP: Final = 8  # of the thirty, kept in clear; the other 22 are 131 bits
_SHAPE: Final = re.compile(rf"pr_(live|test)_([0-9A-Za-z]{{{RANDOM}}})([0-9A-Za-z]{{{CHECKSUM}}})")


class Mode(StrEnum):
    LIVE = "live"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class KeyText:
    """A whole key; `lookup` is what may be seen of it."""

    mode: Mode
    lookup: str
    text: Secret

    @property
    def hash(self) -> str:
        # Nobody guesses 131 bits, so a slow hash would only slow us.
        return hashlib.sha256(self.text.reveal().encode()).hexdigest()


def new(mode: Mode) -> KeyText:
    chance = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return KeyText(mode, chance[:LOOKUP], Secret(f"pr_{mode}_{chance}{_checksum(mode, chance)}"))


def read(text: str) -> KeyText | None:
    """The key that somebody has shown; None for what cannot be one."""
    found = _SHAPE.fullmatch(text)
    if found is None or found[3] != _checksum(Mode(found[1]), found[2]):
        return None
    return KeyText(Mode(found[1]), found[2][:LOOKUP], Secret(text))


def _checksum(mode: Mode, chance: str) -> str:
    number, letters = zlib.crc32(f"pr_{mode}_{chance}".encode()), ""
    for _ in range(CHECKSUM):
        number, rest = divmod(number, len(ALPHABET))
        letters = ALPHABET[rest] + letters
    return letters
