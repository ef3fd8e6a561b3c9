"""What a document is by its first bytes, and how many pages a PDF has."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator

_PAGE = re.compile(rb"/Type\s{0,4}/Page[^s\w]")
_LONGEST = 24  # bytes that a match may take, and a little more


def mime_of(head: bytes) -> str:
    """PDF, or an Office file of the old or the new kind; "" for anything else."""
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "application/x-ole-storage"
    if head.startswith(b"PK\x03\x04"):
        return "application/vnd.openxmlformats-officedocument"
    return ""


class PageCounter:
    """Counts the pages of a PDF that passes by; those in compressed object streams are not seen."""

    def __init__(self) -> None:
        self.count = 0
        self._tail = b""

    async def watch(self, stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        async for piece in stream:
            self._look(piece)
            yield piece

    def _look(self, piece: bytes) -> None:
        window = self._tail + piece
        ends = [found.end() for found in _PAGE.finditer(window)]
        self.count += len(ends)
        # What was counted must not be seen again.
        self._tail = window[max(ends[-1] if ends else 0, len(window) - _LONGEST) :]
