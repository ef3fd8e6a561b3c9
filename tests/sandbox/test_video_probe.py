"""What the sandbox tells of a film by its beginning: codecs, frame rate, rotation, and where its index stands."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.sandbox.core.uploads import HEAD, MOST_HEAD, Intake
from apps.sandbox.core.video import NO_SOUND, probe
from tests.platforms.drafts import video_bytes


def of(content: bytes):
    found = probe(content, size=len(content))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("described", "codec"),
    [
        ("avc1", "h264"), ("avc3", "h264"), ("hvc1", "hevc"), ("hev1", "hevc"), ("vp09", "vp9"), ("av01", "av1"),
        ("mp4v", "mpeg4"), ("apch", "prores"), ("zzzz", "other"),
    ],
)  # fmt: skip
def test_the_sample_description_names_the_codec_of_the_pictures(described, codec):
    assert of(video_bytes(codec=described)).video_codec == codec


def test_a_film_without_a_description_has_an_unknown_codec_that_nobody_refuses():
    found = of(video_bytes())
    assert (found.video_codec, found.audio_codec, found.frame_rate) == ("", "", 0.0)
    assert found.has_video_codec("h264")
    assert found.has_audio_codec("aac")
    assert found.has_frame_rate(24, 60)


def test_sound_is_told_with_its_channels_and_its_absence_too():
    found = of(video_bytes(codec="avc1", sound="mp4a", channels=6))
    assert (found.audio_codec, found.audio_channels, found.audio_rate) == ("aac", 6, 48_000)
    assert of(video_bytes(codec="avc1", sound="ac-3")).audio_codec == "ac3"
    assert of(video_bytes(codec="avc1")).audio_codec == NO_SOUND


def test_what_is_called_mp4a_may_be_an_mp3():
    content = video_bytes(codec="avc1", sound="mp4a")
    at = content.rindex(b"mp4a") - 4
    (size,) = struct.unpack_from(">I", content, at)
    described = content[at + 8 : at + size] + b"\0\0\0\x16esds\0\0\0\0\x03\x80\x80\x19\0\0\0\x04\x11\x6b"
    entry = struct.pack(">I4s", len(described) + 8, b"mp4a") + described
    # The boxes around it are too short now, so that what is behind them is cut off.
    longer = content[:at] + entry + content[at + size :]
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd"):
        place = longer.rindex(name, 0, at + 8) - 4
        (before,) = struct.unpack_from(">I", longer, place)
        longer = longer[:place] + struct.pack(">I", before + len(entry) - size) + longer[place + 4 :]
    assert of(longer).audio_codec == "mp3"


@pytest.mark.parametrize(("rate", "told"), [(25, 25.0), (30, 30.0), (23.976, 23.976), (59.94, 59.94), (120, 120.0)])
def test_the_frame_rate_is_samples_by_their_time(rate, told):
    assert of(video_bytes(codec="avc1", frame_rate=rate)).frame_rate == pytest.approx(told, abs=0.001)


def test_rates_by_their_names_lie_within_whole_limits():
    film = of(video_bytes(codec="avc1", frame_rate=23.976))
    assert film.has_frame_rate(24, 60)
    assert not of(video_bytes(codec="avc1", frame_rate=22)).has_frame_rate(24, 60)
    assert not of(video_bytes(codec="avc1", frame_rate=61)).has_frame_rate(24, 60)


@pytest.mark.parametrize(
    ("rotation", "sides"), [(0, (640, 360)), (90, (360, 640)), (180, (640, 360)), (270, (360, 640))]
)
def test_a_film_is_as_wide_as_people_see_it(rotation, sides):
    found = of(video_bytes(width=640, height=360, rotation=rotation))
    assert (found.rotation, found.width, found.height) == (rotation, *sides)


def test_the_bit_rate_is_that_of_the_whole_file():
    content = video_bytes(seconds=2, size=1_000_000)
    assert of(content).bit_rate == len(content) * 4


def test_it_is_told_where_the_index_stands():
    assert of(video_bytes()).index_first is True
    assert of(video_bytes(index_first=False)).index_first is False
    beyond = of(video_bytes(size=HEAD, index_first=False)[:HEAD])
    assert (beyond.index_first, beyond.seconds) == (False, 0.0)
    assert of(b"\0\0\0\x18ftypmp42" + bytes(64)).index_first is None


def test_a_long_index_is_kept_whole_and_a_short_one_keeps_a_little_of_the_rest():
    long, short = video_bytes(codec="avc1", sound="mp4a", padding=1_000_000), video_bytes(codec="avc1", sound="mp4a")
    for content in (long, short):
        intake = Intake()
        for at in range(0, len(content), 10_007):
            intake.add(content[at : at + 10_007])
            intake = Intake.load(intake.dump())
        assert of(intake.head).audio_codec == "aac"
        assert len(intake.head) == (HEAD if content is short else len(content) - 200_008)


def test_of_an_endless_index_a_bounded_part_is_kept():
    intake = Intake()
    intake.add(video_bytes(codec="avc1", sound="mp4a", padding=2 * MOST_HEAD))
    assert len(intake.head) == MOST_HEAD
    assert (of(intake.head).video_codec, of(intake.head).audio_codec) == ("h264", "")


def test_a_picture_that_is_wrapped_like_a_film_is_none():
    assert probe(b"\0\0\0\x18ftypavif" + bytes(64)) is None
    assert probe(b"\0\0\0\x18ftypheic" + bytes(64)) is None


def element(id: int, body: bytes) -> bytes:
    name = id.to_bytes((id.bit_length() + 7) // 8, "big")
    return name + (0x0100000000000000 | len(body)).to_bytes(8, "big") + body


def webm(*, codec: str = "V_VP9", seconds: float = 12.0, rate: int = 30, width: int = 640, height: int = 360) -> bytes:
    info = element(0x2AD7B1, (1_000_000).to_bytes(4, "big")) + element(0x4489, struct.pack(">d", seconds * 1000))
    sides = element(0xB0, width.to_bytes(2, "big")) + element(0xBA, height.to_bytes(2, "big"))
    length = element(0x23E383, (1_000_000_000 // rate).to_bytes(4, "big"))
    pictures = element(0x83, b"\x01") + element(0x86, codec.encode()) + length + element(0xE0, sides)
    sound = element(0x83, b"\x02") + element(0x86, b"A_OPUS") + element(0xE1, element(0x9F, b"\x02"))
    tracks = element(0x1654AE6B, element(0xAE, pictures) + element(0xAE, sound))
    start = element(0x1A45DFA3, element(0x4282, b"webm"))
    # A segment of unknown size, as live recordings have it.
    return start + bytes.fromhex("18538067 01FFFFFFFFFFFFFF") + element(0x1549A966, info) + tracks


def test_a_webm_tells_the_same_by_its_head():
    found = of(webm())
    assert (found.mime, found.seconds, found.width, found.height) == ("video/webm", 12.0, 640, 360)
    assert (found.video_codec, found.audio_codec, found.audio_channels) == ("vp9", "opus", 2)
    assert found.frame_rate == pytest.approx(30, abs=0.001)
    assert of(webm(codec="V_THEORA")).video_codec == "other"


FILMS = (
    video_bytes(codec="avc1", sound="mp4a", frame_rate=25, size=100),
    video_bytes(size=10, index_first=False),
    webm(),
)


@given(film=st.sampled_from(FILMS), harm=st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=9))),
       cut=st.integers(0, 2000))  # fmt: skip
def test_hostile_bytes_come_to_an_answer(film, harm, cut):
    content = bytearray(film)
    for place, bytes_ in harm:
        content[place : place + len(bytes_)] = bytes_
    found = probe(bytes(content[:cut] if cut < len(content) else content), size=len(content))
    if found:
        assert min(found.seconds, found.width, found.height, found.frame_rate, found.bit_rate) >= 0


@given(st.binary(max_size=300))
def test_noise_behind_a_true_beginning_is_read_without_trouble(noise):
    for start in (b"\0\0\0\x10ftypisom\0\0\0\0", b"\0\0\0\x10ftypisom\0\0\0\0\0\0\x01\0moov", b"\x1aE\xdf\xa3"):
        probe(start + noise)
        intake = Intake()
        intake.add(start + noise)
