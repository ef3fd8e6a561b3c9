from __future__ import annotations

from pathlib import Path

import pytest

from apps.media import probing
from apps.media.errors import FileRefused

SUBRIP = """1\r
00:00:01,500 --> 00:00:03,000 X1:40\r
<font color="red">Fish & chips</font>\r
<i>twice</i>, 3 < 4\r
\r
2\r
00:00:04,000 --> 00:00:05,250\r
{\\an8}--> later\r
"""
WEBVTT = """WEBVTT - made by Somebody

NOTE private

STYLE
::cue { background: url(https://tracker.example/) }

first
00:01.500 --> 00:03.000 align:start line:0 onclick:1
Fish &amp; chips

01:00:04.000 --> 01:00:05.250
<c.loud>Later</c> <b>too</b>
"""


def of(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return probing.captions(path, name="words.srt")


def test_subrip_becomes_webvtt(tmp_path: Path) -> None:
    assert of(tmp_path / "words", SUBRIP) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\nFish &amp; chips\n<i>twice</i>, 3 &lt; 4\n\n"
        "00:00:04.000 --> 00:00:05.250\n--&gt; later\n"
    )


def test_webvtt_keeps_times_and_words_alone(tmp_path: Path) -> None:
    assert of(tmp_path / "words", WEBVTT) == (
        "WEBVTT\n\n00:00:01.500 --> 00:00:03.000 align:start line:0\nFish &amp; chips\n\n"
        "01:00:04.000 --> 01:00:05.250\nLater <b>too</b>\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_ways_of_writing_are_read(encoding: str, tmp_path: Path) -> None:
    assert "Grüße" in of(tmp_path / "words", "WEBVTT\n\n00:01.000 --> 00:02.000\nGrüße\n".encode(encoding))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"hello", "no picture, video or document"),
        (b"\xff\xd8\xff\xe0", "is no caption file"),
        (b"WEBVTT\n\nNOTE nothing\n", "no captions with a time"),
        (b"WEBVTT\n\n00:02.000 --> 00:01.000\nbackwards\n", "no captions with a time"),
        (b"WEBVTT\n\n00:0x.000 --> 00:01.000\nHello\n", "damaged"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nGr\xfc\xdfe\n", "UTF-8"),
        (b"WEBVTT\n\n" + b"x" * 2_100_000, "larger than 2 MB"),
    ],
)
def test_what_holds_no_captions_is_refused_by_name(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=words) as refusal:
        of(tmp_path / "words", content)
    assert refusal.value.words.startswith("words.srt ")
