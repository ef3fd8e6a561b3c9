"""The outline of a container file: where its index lies, and whether all of it is there. Nothing is decoded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

MAX_BOXES: Final = 10_000  # a fragmented film of an hour has some thousands


def is_faststart(path: Path) -> bool:
    """Whether the index of an MP4 stands before its pictures, so that playing can begin at once."""
    names = [name for name, _ in _boxes(path)]
    return b"moov" in names and (b"mdat" not in names or names.index(b"moov") < names.index(b"mdat"))


def breaks_off(path: Path, reader: str) -> bool:
    """Whether the file says itself that it should be longer."""
    size = path.stat().st_size
    if reader == "mov":
        return any(end > size for _, end in _boxes(path))
    if reader == "avi":
        with path.open("rb") as file:
            return int.from_bytes(file.read(8)[4:], "little") + 8 > size + 1  # the last byte may be padding
    if reader == "matroska":
        return (_segment_end(path) or 0) > size
    return False


def _boxes(path: Path) -> Iterator[tuple[bytes, int]]:
    """Name and end of each box at the top of an MP4."""
    with path.open("rb") as file:
        size, at = os.fstat(file.fileno()).st_size, 0
        for _ in range(MAX_BOXES):
            if at + 8 > size:
                return
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length == 0:  # to the end of the file
                length = size - at
            if length < 8:
                return
            at += length
            yield head[4:8], at


def _segment_end(path: Path) -> int | None:
    """Where the one large element of a Matroska file ends; None where it was written without knowing."""
    with path.open("rb") as file:
        if file.read(4) != b"\x1a\x45\xdf\xa3":
            return None
        header = _number(file)
        if header is None:
            return None
        file.seek(header, os.SEEK_CUR)
        if file.read(4) != b"\x18\x53\x80\x67":
            return None
        length = _number(file)
        return None if length is None else file.tell() + length


def _number(file: IO[bytes]) -> int | None:
    """A length as EBML writes it; all ones mean unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0xFF >> (more + 1))]) + file.read(more), "big")
    return None if value == (1 << 7 * (more + 1)) - 1 else value
