from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.platforms import webvtt
from apps.platforms.errors import NotSent, Rejected
from tests.platforms.drafts import SAID, caption

ODD = """\ufeffWEBVTT - Of the harbour
Kind: captions

STYLE
::cue { color: papayawhip }

NOTE a --> b is no time

intro
01:02.003 --> 01:04.500 line:90% align:start
<v Ann>The <b>sea</b> is &lt;calm&gt; &amp; blue</v>
Und das Boot <00:01:03.000>ist bereit

99
100:00:05.000\t-->\t100:00:06.000
Much later

00:00:07.000 --> 00:00:08.000
<i></i>
"""


def test_captions_become_subrip():
    assert webvtt.as_srt(SAID.encode()).decode() == (
        "1\n00:00:01,000 --> 00:00:03,500\nThe sea is calm.\n\n"
        "2\n00:00:04,000 --> 00:00:06,000\nAnd the boat is ready.\n"
    )


def test_names_places_styles_and_notes_are_left_out():
    assert webvtt.as_srt(ODD.encode()).decode() == (
        "1\n00:01:02,003 --> 00:01:04,500\nThe sea is <calm> & blue\nUnd das Boot ist bereit\n\n"
        "2\n100:00:05,000 --> 100:00:06,000\nMuch later\n"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_machine(end):
    assert webvtt.as_srt(SAID.replace("\n", end).encode()) == webvtt.as_srt(SAID.encode())


def test_without_words_there_is_nothing():
    assert webvtt.as_srt(b"WEBVTT\n\nNOTE nothing\n") == b""


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd(content):
    webvtt.as_srt(b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n" + content)


def test_a_caption_file_is_read_whole():
    assert webvtt.read(caption(), field="captions.0") == SAID.encode()


@pytest.mark.parametrize("content", [b"1\n00:00:01,000 --> 00:00:02,000\nHi\n", b"", b"WEBVTT\n" + b"x" * 1_000_000])
def test_what_is_no_caption_file_is_refused_in_words(content):
    with pytest.raises(Rejected, match=r"\.vtt") as refused:
        webvtt.read(caption(open=lambda: io.BytesIO(content)), field="captions.0")
    assert refused.value.field == "captions.0"


@pytest.mark.parametrize(("trouble", "error"), [(FileNotFoundError, Rejected), (TimeoutError, NotSent)])
def test_a_file_that_is_gone_is_told_apart_from_a_storage_that_is_ill(trouble, error):
    def fail():
        raise trouble

    with pytest.raises(error):
        webvtt.read(caption(open=fail), field="captions.0")
