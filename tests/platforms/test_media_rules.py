from __future__ import annotations

import dataclasses

import pytest

from apps.platforms.capabilities import Capabilities, Counting
from apps.platforms.caption_rules import captions_of
from apps.platforms.formats import with_limits
from apps.platforms.validation import problems
from tests.platforms.drafts import caption, document, draft, picture, video

SCREEN = Capabilities(
    max_text=100,
    counting=Counting.CODE_POINTS,
    max_media=3,
    media_types=frozenset({"image/jpeg", "image/gif", "video/mp4", "application/pdf"}),
    max_image_bytes=1_000_000,
    min_width=200,
    min_height=100,
    max_width=2000,
    max_height=1500,
    max_frames=100,
    max_animated_pixels=500_000,
    max_frame_pixels=10_000_000,
    max_videos=1,
    mixes_media=True,
    max_video_bytes=9_000_000,
    max_video_seconds=60,
    min_video_seconds=1,
    video_codecs=frozenset({"h264", "hevc", "vp9"}),
    audio_codecs=frozenset({"aac"}),
    min_frame_rate=24.0,
    max_frame_rate=60.0,
    max_video_bit_rate=25_000_000,
    min_video_width=300,
    min_video_height=300,
    max_video_width=1920,
    max_video_height=1920,
    max_video_pixels=1920 * 1080,
    max_document_bytes=100_000,
    max_captions=2,
    max_caption_bytes=500,
)


def found(written, can=SCREEN):
    return [(one.field, one.code) for one in problems(written, can, label="Screen")]


def words(written, can=SCREEN):
    (only,) = problems(written, can, label="Screen")
    return only.words


def gif(**changes):
    return picture(mime_type="image/gif", **changes)


@pytest.mark.parametrize(
    ("media", "code"),
    [
        (picture(width=199, height=300), "too_small"),
        (picture(width=300, height=99), "too_small"),
        (picture(width=2001, height=300), "too_large_dimensions"),
        (picture(width=300, height=1501), "too_large_dimensions"),
        (gif(frames=101, width=200, height=200), "too_many_frames"),
        (gif(frames=2, width=1000, height=501), "animation_too_large"),
        (gif(frames=100, width=400, height=300), "animation_too_large"),
        (document(size=100_001), "media_too_large"),
        (video(size=9_000_001), "media_too_large"),
        (video(seconds=60.5), "video_too_long"),
        (video(seconds=0.9), "video_too_short"),
        (video(video_codec="prores"), "codec"),
        (video(audio_codec="opus"), "audio_codec"),
        (video(frame_rate=15.0), "frame_rate"),
        (video(frame_rate=120.0), "frame_rate"),
        (video(bit_rate=25_000_001), "bit_rate"),
        (video(width=299, height=400), "too_small"),
        (video(width=1000, height=1921), "too_large_dimensions"),
        (video(width=1900, height=1900), "too_many_pixels"),
    ],
)
def test_what_a_file_is_refused_for(media, code):
    assert found(draft("a", media)) == [("media.0", code)]


@pytest.mark.parametrize(
    "media",
    [
        picture(width=200, height=100),
        picture(width=2000, height=1500),
        picture(width=2000, height=1500, frames=1),
        gif(frames=100, width=300, height=300),
        video(width=1080, height=1920, bit_rate=25_000_000, frame_rate=60.0),
        video(frame_rate=23.976),
        video(frame_rate=60.04),
    ],
)
def test_what_is_just_within_the_limits_passes(media):
    assert found(draft("a", media)) == []


@pytest.mark.parametrize(
    "media",
    [
        picture(width=0, height=0),
        gif(frames=0, width=0, height=0),
        video(width=0, height=0, seconds=0.0, frame_rate=0.0, video_codec="", audio_codec="", bit_rate=0),
    ],
)
def test_what_is_not_known_of_a_file_is_no_problem(media):
    assert found(draft("a", media)) == []


def test_a_platform_without_numbers_takes_all_shapes():
    open_to_all = Capabilities(max_text=100, counting=Counting.CODE_POINTS, max_media=1, max_videos=1)
    odd = video(width=9000, height=16, frame_rate=1.0, video_codec="prores", audio_codec="opus", bit_rate=10**9)
    assert found(draft("a", odd), open_to_all) == []


def test_the_words_say_what_is_taken_what_was_found_and_what_to_do():
    assert words(draft("a", video(video_codec="prores"))) == (
        "Videos on Screen must be H.264, H.265 or VP9, not ProRes: export it again as H.264."
    )
    assert words(draft("a", video(frame_rate=120.0))) == (
        "Screen takes videos of 24 to 60 pictures a second; this one has 120: export it again with 30."
    )
    assert words(draft("a", video(bit_rate=31_400_000))) == (
        "Screen takes videos of up to 25 megabits a second; this one has 31.4: export it again with a lower bit rate."
    )
    assert words(draft("a", picture(width=150, height=300))) == (
        "Screen takes pictures of at least 200 x 100 pixels; this one has 150 x 300 pixels. "
        "Use a larger version of it: enlarging makes it blurred."
    )


def test_a_bound_of_one_side_names_that_side():
    wide = dataclasses.replace(SCREEN, min_width=0, min_height=0, max_height=None)
    assert "at most 2,000 pixels of width" in words(draft("a", picture(width=2001, height=300)), wide)


# --- captions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("captions", "problem"),
    [
        ([caption("en"), caption("de"), caption("fr")], ("captions", "too_many_captions")),
        ([caption("en", size=501)], ("captions.0", "media_too_large")),
        ([caption("en"), caption("de", mime_type="text/srt")], ("captions.1", "caption_type")),
        ([caption("")], ("captions.0", "no_language")),
        ([caption("en"), caption("EN")], ("captions.1", "same_language")),
    ],
)
def test_what_captions_are_refused_for(captions, problem):
    assert found(draft("a", video(), captions=tuple(captions))) == [problem]


def test_captions_within_the_limits_pass():
    captions = (caption("en"), caption("de-AT", mime_type="text/vtt; charset=utf-8"))
    assert found(draft("a", video(), captions=captions)) == []


def test_captions_are_left_out_where_a_platform_takes_none():
    without = dataclasses.replace(SCREEN, max_captions=0)
    written = draft("a", video(), captions=(caption("", size=10**9, mime_type="image/png"),))
    assert found(written, without) == []
    assert captions_of(written, without) == ()


def test_captions_are_left_out_where_there_is_no_video():
    written = draft("a", picture(), captions=(caption("", mime_type="image/png"),))
    assert found(written) == []


# --- numbers of an account's own server -------------------------------------------------------------------------------


def test_a_server_names_its_own_codecs_and_rates_as_plain_values():
    told = {"video_codecs": ["vp9"], "audio_codecs": ["opus"], "max_frame_rate": 30}
    own = with_limits(SCREEN, told)
    written = draft("a", video(video_codec="vp9", audio_codec="opus", frame_rate=50.0))
    assert found(written, own) == [("media.0", "frame_rate")]
