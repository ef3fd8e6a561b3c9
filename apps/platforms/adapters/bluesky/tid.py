"""Record keys: 64-bit time stamps in 13 sortable characters."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_CLOCK_IDS: Final = 1 << 10
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode(microseconds: int, clock_id: int) -> str:
    """The TID of a moment: a zero bit, 53 bits of microseconds since 1970, 10 bits of clock id, big end first."""
    number = (microseconds % (1 << 53)) * _CLOCK_IDS + clock_id % _CLOCK_IDS
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def is_tid(text: str) -> bool:
    return bool(_TID.fullmatch(text))


def for_key(key: str, staged_at: datetime) -> str:
    """The record key of the part named `key`, first staged at `staged_at`: the same two give the same TID for ever.

    Keys rise with time to the millisecond. The twenty bits below, the microseconds within it and the clock id, come
    from a hash of `key`, so two parts of one account that workers stage in the same millisecond collide once in a
    million; and the server refuses such a collision (the write asks that nothing stands there), nothing is lost.
    """
    noise = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    milliseconds = (staged_at - _EPOCH) // timedelta(milliseconds=1)
    return encode(milliseconds * 1000 + noise % 1000, noise // 1000)
