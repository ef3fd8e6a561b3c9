"""Large files on their way in, piece by piece: counted and summed up, but not kept.

    async def append(call):                     # door(..., streams=True): the body has not been read
        intake = Intake.load(session["intake"])
        taken = await intake.take(call.request.stream(), limit=64 * MEBIBYTE)
        session["intake"] = intake.dump()

What is kept of a file is its size, its CRC-32 (which can be carried on from piece to piece, so that a test can compare
it with that of the file it sent) and its first bytes, which say what it is: `HEAD` of them, and of a film whose index
begins there and is longer all of the index, up to `MOST_HEAD`.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Any

from apps.sandbox.core import mp4

MEBIBYTE = 1024 * 1024
HEAD, MOST_HEAD = 64 * 1024, 4 * MEBIBYTE


def kept_length(start: bytes) -> int:
    """How many bytes are kept of a file that begins like this."""
    return max(HEAD, min(mp4.index_end(start[:HEAD]), MOST_HEAD))


class TooMuch(Exception):
    """More came in than was announced or is allowed; nothing of this piece was counted."""


@dataclass(slots=True)
class Intake:
    """What has come in of one file so far. `received` also counts pieces that were sent again."""

    size: int = 0
    crc32: int = 0
    head: bytes = b""
    received: int = 0

    async def take(self, stream: AsyncIterable[bytes], *, limit: int) -> int:
        """Add the next piece, of at most `limit` bytes, and say how long it was; raises TooMuch.

        A piece whose connection broke counts up to its last byte, as on platforms that can be asked how far they
        are."""
        before, taken = (self.size, self.crc32, self.head), 0
        async for piece in stream:
            taken += len(piece)
            self.received += len(piece)
            if taken > limit:
                self.size, self.crc32, self.head = before
                raise TooMuch
            self._add(piece)
        return taken

    def add(self, piece: bytes) -> None:
        """Add a piece that has been read already."""
        self.received += len(piece)
        self._add(piece)

    def _add(self, piece: bytes) -> None:
        self.size += len(piece)
        self.crc32 = zlib.crc32(piece, self.crc32)
        known = self.head + piece[: max(0, HEAD - len(self.head))]
        room = kept_length(known) - len(self.head)
        if room > 0:
            self.head += piece[:room]

    def dump(self) -> dict[str, Any]:
        """Plain JSON, for `Thing.data`."""
        return {
            "size": self.size,
            "crc32": self.crc32,
            "head": base64.b64encode(self.head).decode(),
            "received": self.received,
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Intake:
        return cls(data["size"], data["crc32"], base64.b64decode(data["head"]), data["received"])
