"""The form in which a video goes up: the fields that Pinterest gave, then the file, which has to be the last of them.

It is streamed from storage, with a length that is known before it begins.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.platforms.contract import MediaFile
from apps.platforms.uploads import length_header, pieces


@dataclass(frozen=True, slots=True)
class UploadForm:
    """`fields` are secrets of a kind: who has them may upload in our name for a while. `at` is the place of the file in
    the draft."""

    fields: Mapping[str, str] = field(repr=False)
    media: MediaFile
    at: str

    def request(self) -> dict[str, Any]:
        """The arguments of `send` that carry it."""
        boundary = secrets.token_hex(16)
        head, tail = self._head(boundary), f"\r\n--{boundary}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return {
            "content": self._parts(head, tail),
            "headers": kind | length_header(len(head) + self.media.size + len(tail)),
        }

    def _head(self, boundary: str) -> bytes:
        parts = [f"{_opening(boundary, name)}\r\n\r\n{value}\r\n" for name, value in self.fields.items()]
        file = f'{_opening(boundary, "file")}; filename="video"\r\nContent-Type: {self.media.mime_type}\r\n\r\n'
        return ("".join(parts) + file).encode()

    def _parts(self, head: bytes, tail: bytes) -> Iterator[bytes]:
        yield head
        yield from pieces(self.media, start=0, size=self.media.size, field=self.at)
        yield tail


def _opening(boundary: str, name: str) -> str:
    quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{quoted}"'
