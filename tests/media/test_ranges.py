"""Ranges are slices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.media import ranges

CONTENT = bytes(range(256))
PLACES = st.integers(0, 300)


def cut(header: str, content: bytes = CONTENT) -> bytes:
    part = ranges.wanted(header, len(content))
    return content if part is None else content[part.start : part.end]


@given(first=PLACES, last=PLACES)
def test_from_one_byte_to_another(first: int, last: int) -> None:
    if last < first:
        assert cut(f"bytes={first}-{last}") == CONTENT
    elif first >= len(CONTENT):
        with pytest.raises(ranges.CannotBeServed):
            cut(f"bytes={first}-{last}")
    else:
        assert cut(f"bytes={first}-{last}") == CONTENT[first : last + 1]


@given(first=st.integers(0, 255))
def test_from_one_byte_on(first: int) -> None:
    assert cut(f"bytes={first}-") == CONTENT[first:]


@given(length=st.integers(1, 400))
def test_the_last_bytes(length: int) -> None:
    assert cut(f"bytes=-{length}") == CONTENT[-length:]


@pytest.mark.parametrize("header", ["bytes=-0", "bytes=256-", "bytes=999999999999999999-"])
def test_what_lies_outside_cannot_be_served(header: str) -> None:
    with pytest.raises(ranges.CannotBeServed):
        cut(header)


def test_of_an_empty_file_no_part_can_be_served() -> None:
    with pytest.raises(ranges.CannotBeServed):
        ranges.wanted("bytes=0-0", 0)


@given(st.one_of(st.text(), st.sampled_from(["bytes=0-1,3-4", "bytes=-", "bytes=a-b", "items=0-1", "bytes=1--2", ""])))
def test_whatever_else_is_said_gets_the_whole_file_or_a_slice(header: str) -> None:
    try:
        found = cut(header)
    except ranges.CannotBeServed:
        return
    assert found in CONTENT
    if "," in header or not header.startswith("bytes="):
        assert found == CONTENT or header.strip().startswith("bytes=")
