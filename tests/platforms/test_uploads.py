from __future__ import annotations

import io
import tracemalloc
from typing import IO, cast

import pytest

from apps.platforms.errors import NotSent, Rejected
from apps.platforms.uploads import PIECE, pieces
from tests.platforms.drafts import video


class Zeros(io.RawIOBase):
    """A file of a gigabyte that nobody had to write."""

    def __init__(self, size: int) -> None:
        self.size, self.place = size, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        found = max(0, min(size, self.size - self.place))
        self.place += found
        return bytes(found)


def test_a_part_of_a_file_comes_piece_by_piece():
    content = bytes(range(256)) * 3000
    file = video(content=content)
    found = list(pieces(file, start=1000, size=PIECE + 17, field="media.0"))
    assert [len(piece) for piece in found] == [PIECE, 17]
    assert b"".join(found) == content[1000 : 1000 + PIECE + 17]


def test_a_gigabyte_passes_through_a_megabyte_of_memory():
    size = 1024**3
    file = video(open=lambda: cast(IO[bytes], Zeros(size)), size=size)
    tracemalloc.start()
    sent = sum(len(piece) for piece in pieces(file, start=0, size=64 * 1024 * 1024, field="media.0"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent == 64 * 1024 * 1024
    assert most < 1024 * 1024


def test_a_file_that_ends_early_breaks_the_request_off():
    with pytest.raises(NotSent, match="shorter"):
        list(pieces(video(content=b"short"), start=0, size=100, field="media.0"))


def test_a_file_that_is_gone_is_named():
    def gone() -> IO[bytes]:
        raise FileNotFoundError

    with pytest.raises(Rejected) as caught:
        list(pieces(video(open=gone), start=0, size=1, field="media.2"))
    assert caught.value.field == "media.2"


def test_a_storage_that_fails_is_tried_again():
    def broken() -> IO[bytes]:
        raise OSError("no route")

    with pytest.raises(NotSent):
        list(pieces(video(open=broken), start=0, size=1, field="media.0"))
