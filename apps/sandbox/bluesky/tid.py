"""Timestamp ids (TIDs): the record keys of posts and the revisions of a repository."""

import re
from datetime import UTC, datetime, timedelta

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_FORM = re.compile(f"[234567abcdefghij][{_ALPHABET}]{{12}}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_tid(text: str) -> bool:
    """Whether `text` has the form of a TID; the instant inside is not judged."""
    return bool(_FORM.fullmatch(text))


def tid(micros: int, clock_id: int = 0) -> str:
    """The TID of a microsecond and a clock id of 10 bits, 13 characters that sort as the numbers do."""
    number = micros << 10 | clock_id
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5))


def micros_of(text: str) -> int:
    """The microsecond a TID was made at."""
    number = 0
    for character in text:
        number = number << 5 | _ALPHABET.index(character)
    return number >> 10


def tid_after(previous: str | None, now: datetime) -> str:
    """A TID for `now` that sorts after `previous`, also when the clock stands still or went back."""
    micros = (now - _EPOCH) // timedelta(microseconds=1)
    if previous is not None:
        micros = max(micros, micros_of(previous) + 1)
    return tid(micros)
