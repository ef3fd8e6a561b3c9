"""Bytes flipped at random: the answer is a probe or a refusal, and never anything else."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.media import probing
from apps.media.errors import FileRefused
from tests.media.corpus import at

FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12)


@pytest.mark.parametrize("name", ["plain.jpg", "moving.gif", "moving.webp", "film.mp4", "web.webm"])
@settings(max_examples=8)
@given(flips=FLIPS)
def test_a_decoded_file_is_taken_or_refused(name: str, flips: list[tuple[float, int]]) -> None:
    _look_at(name, flips)


@pytest.mark.parametrize("name", ["menu.pdf", "letter.docx", "letter.doc"])
@given(flips=FLIPS)
def test_a_document_is_taken_or_refused(name: str, flips: list[tuple[float, int]]) -> None:
    _look_at(name, flips)


@given(
    head=st.binary(max_size=300), signature=st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b""])
)
def test_whatever_begins_a_file_is_taken_or_refused(head: bytes, signature: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(signature + head)
        with contextlib.suppress(FileRefused):
            assert isinstance(probing.probe(path, name="file"), probing.Probe)


@settings(max_examples=30)
@given(text=st.text(max_size=300), begin=st.sampled_from(["WEBVTT\n\n", "1\n00:00:01,000 --> 00:00:02,000\n", ""]))
def test_captions_are_taken_or_refused(text: str, begin: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "words.srt"
        path.write_bytes((begin + text).encode("utf-8", errors="replace"))
        with contextlib.suppress(FileRefused):
            assert probing.captions(path, name="words.srt").startswith("WEBVTT\n\n")


def _look_at(name: str, flips: list[tuple[float, int]]) -> None:
    with TemporaryDirectory() as folder:
        path = at(name, Path(folder))
        content = bytearray(path.read_bytes())
        for place, change in flips:
            content[int(place * len(content))] ^= change
        path.write_bytes(bytes(content))
        with contextlib.suppress(FileRefused):
            assert isinstance(probing.probe(path, name=name), probing.Probe)
