"""Which part of a file is asked for: the Range header of RFC 9110."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ONE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class CannotBeServed(Exception):
    """The part lies outside of the file: 416."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start` up to and without `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


def wanted(header: str, size: int) -> Part | None:
    """The part that the header names; None for the whole file, which is also the answer to several parts at once and
    to what is no range at all. Raises CannotBeServed."""
    found = _ONE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if not length:
            raise CannotBeServed
        return Part(size - length, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise CannotBeServed
    return Part(int(first), min(int(last) + 1, size) if last else size)
