"""A multipart form as it comes in, piece by piece: fields, and one file that is counted and not kept."""

from __future__ import annotations

from collections.abc import AsyncIterable

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from apps.sandbox.core.uploads import Intake

FILE = "file"
MOST_OF_A_FIELD = 64 * 1024


class NotAForm(Exception):
    """The body is no multipart form, or breaks off."""


class Form:
    """`fields` are those before the file: what comes after it is not looked at, as S3 does."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.intake = Intake()
        self.files = 0
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value, self._field = b"", b"", b""
        self._name = ""
        self._is_whole = False

    async def read(self, content_type: str, body: AsyncIterable[bytes]) -> None:
        """Read to the end; raises NotAForm."""
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise NotAForm
        parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._in_header,
                "on_header_value": self._in_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open,
                "on_part_data": self._in_part,
                "on_part_end": self._close,
                "on_end": self._end,
            },
        )
        try:
            async for piece in body:
                parser.write(piece)
        except MultipartParseError as error:
            raise NotAForm from error
        if not self._is_whole:
            raise NotAForm

    def _begin(self) -> None:
        self._headers, self._field = {}, b""

    def _in_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _in_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self.files += self._name == FILE

    def _in_part(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE:
            self.intake.add(data[start:end])
        elif len(self._field) < MOST_OF_A_FIELD:
            self._field += data[start:end]

    def _close(self) -> None:
        if self._name != FILE and not self.files:
            self.fields[self._name] = self._field.decode("utf-8", "replace")

    def _end(self) -> None:
        self._is_whole = True
