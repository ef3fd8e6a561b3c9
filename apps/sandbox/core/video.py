"""What a video is, by the boxes at its beginning (ISO base media file format: MP4 and QuickTime)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VideoProbe:
    """`seconds`, `width` and `height` are 0 where the beginning does not tell (its index is at the end)."""

    mime: str
    seconds: float = 0.0
    width: int = 0
    height: int = 0

    @property
    def ratio(self) -> float:
        return self.width / self.height if self.height else 0.0


def probe(head: bytes) -> VideoProbe | None:
    """None when these first bytes begin neither an MP4 or QuickTime file nor a WebM."""
    if head[:4] == b"\x1aE\xdf\xa3":
        return VideoProbe("video/webm")
    if head[4:8] != b"ftyp":
        return None
    mime = "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    movie = next((body for name, body in _boxes(head) if name == b"moov"), b"")
    seconds, width, height = 0.0, 0, 0
    for name, body in _boxes(movie):
        if name == b"mvhd":
            seconds = _seconds(body)
        elif name == b"trak" and not width:
            header = next((inner for kind, inner in _boxes(body) if kind == b"tkhd"), b"")
            width, height = (side >> 16 for side in struct.unpack(">II", header[-8:])) if len(header) >= 8 else (0, 0)
    return VideoProbe(mime, seconds, width, height)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each box; one that is cut off gives what is there of it."""
    at = 0
    while at + 8 <= len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        start = at + 8
        if size == 1 and at + 16 <= len(content):
            (size,) = struct.unpack(">Q", content[at + 8 : at + 16])
            start = at + 16
        end = len(content) if size == 0 else at + size
        if end < start:
            return
        yield name, content[start:end]
        at = end


def _seconds(body: bytes) -> float:
    if len(body) >= 20 and body[0] == 0:
        scale, length = struct.unpack(">II", body[12:20])
    elif len(body) >= 32:
        scale, length = struct.unpack(">IQ", body[20:32])
    else:
        return 0.0
    return length / scale if scale else 0.0
