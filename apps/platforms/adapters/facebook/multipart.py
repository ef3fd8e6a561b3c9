"""A form with one streamed file part: of known length, and never in memory as a whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.platforms.contract import MediaFile
from apps.platforms.uploads import length_header, pieces


@dataclass(frozen=True, slots=True)
class FilePart:
    """The `size` bytes of `media` from `start` on, as the form field `name`; `field` is named where reading fails."""

    media: MediaFile
    name: str
    start: int
    size: int
    field: str

    def request(self) -> dict[str, Any]:
        """The arguments of `send` that carry it."""
        boundary = secrets.token_hex(16)
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{self.name}"; filename="{self.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return {
            "content": self._parts(head, tail),
            "headers": kind | length_header(len(head) + self.size + len(tail)),
        }

    def _parts(self, head: bytes, tail: bytes) -> Iterator[bytes]:
        yield head
        yield from pieces(self.media, start=self.start, size=self.size, field=self.field)
        yield tail
