"""What each platform says of files, by its fact sheet: the last that passes and the first that does not."""

from __future__ import annotations

import pytest

from apps.platforms import registry
from apps.platforms.validation import problems
from tests.platforms.drafts import draft, picture, video


def codes(platform, media, chosen=""):
    """The codes of the problems of a file, in the format `chosen`."""
    can = registry.capabilities(platform)
    options = {"format": chosen} if chosen else {}
    found = problems(draft("Good morning", *media, options=options), can, label=platform)
    return {one.code for one in found if one.field.startswith("media")}


def shaped(width, height, **changes):
    return video(width=width, height=height, **changes)


def gif(**changes):
    return picture(mime_type="image/gif", **changes)


@pytest.mark.parametrize(
    ("platform", "chosen", "media", "code"),
    [
        ("x", "video", video(frame_rate=61.0), "frame_rate"),
        ("x", "video", video(video_codec="hevc"), "codec"),
        ("x", "video", video(audio_codec="mp3"), "audio_codec"),
        ("x", "video", shaped(31, 60), "too_small"),
        ("x", "video", shaped(1281, 720), "too_large_dimensions"),
        ("x", "video", shaped(1280, 1025), "too_many_pixels"),
        ("x", "gif", gif(width=1281, height=720), "too_large_dimensions"),
        ("x", "gif", gif(width=720, height=1081), "too_large_dimensions"),
        ("x", "gif", gif(width=200, height=200, frames=351), "too_many_frames"),
        ("x", "gif", gif(width=1280, height=1080, frames=300), "animation_too_large"),
        ("instagram", "reel", video(frame_rate=22.0), "frame_rate"),
        ("instagram", "reel", video(frame_rate=61.0), "frame_rate"),
        ("instagram", "reel", video(bit_rate=25_000_001), "bit_rate"),
        ("instagram", "reel", video(video_codec="vp9"), "codec"),
        ("instagram", "reel", video(audio_codec="opus"), "audio_codec"),
        ("instagram", "reel", shaped(1921, 1080), "too_large_dimensions"),
        ("instagram", "story", video(bit_rate=25_000_001), "bit_rate"),
        ("threads", "media", video(bit_rate=100_000_001), "bit_rate"),
        ("threads", "media", video(frame_rate=22.0), "frame_rate"),
        ("threads", "media", shaped(1921, 1080), "too_large_dimensions"),
        ("threads", "media", video(video_codec="av1"), "codec"),
        ("facebook", "reel", shaped(539, 958), "too_small"),
        ("facebook", "reel", shaped(960, 959), "too_small"),
        ("facebook", "reel", video(frame_rate=23.0), "frame_rate"),
        ("facebook", "reel", video(video_codec="vp8"), "codec"),
        ("facebook", "story", video(frame_rate=61.0), "frame_rate"),
        ("linkedin", "video", video(video_codec="hevc"), "codec"),
        ("linkedin", "video", video(audio_codec="opus"), "audio_codec"),
        ("linkedin", "pictures", gif(frames=251), "too_many_frames"),
        ("mastodon", "media", video(frame_rate=121.0), "frame_rate"),
        ("mastodon", "media", shaped(3840, 2161), "too_many_pixels"),
        ("mastodon", "media", gif(width=1281, height=720, frames=2), "animation_too_large"),
        ("tiktok", "video", video(frame_rate=22.0), "frame_rate"),
        ("tiktok", "video", video(video_codec="av1"), "codec"),
        ("tiktok", "video", shaped(359, 640), "too_small"),
        ("tiktok", "video", shaped(1080, 4097), "too_large_dimensions"),
        ("tiktok", "photos", picture(width=1081, height=1080), "too_large_dimensions"),
        ("tiktok", "photos", picture(width=1080, height=1921), "too_large_dimensions"),
        ("youtube", "video", video(frame_rate=23.0), "frame_rate"),
        ("youtube", "short", video(frame_rate=61.0), "frame_rate"),
        ("pinterest", "", picture(width=199, height=300), "too_small"),
        ("pinterest", "", video(video_codec="vp9"), "codec"),
        ("google_business", "update", picture(width=399, height=300), "too_small"),
        ("google_business", "update", picture(width=400, height=299), "too_small"),
        ("bluesky", "video", video(size=300_000_001), "media_too_large"),
    ],
)
def test_a_file_just_beyond_what_a_platform_takes(platform, chosen, media, code):
    assert codes(platform, [media], chosen) == {code}


@pytest.mark.parametrize(
    ("platform", "chosen", "media"),
    [
        ("x", "video", shaped(720, 1280, frame_rate=60.0)),
        ("x", "video", shaped(1280, 1024)),
        ("x", "gif", gif(width=1280, height=720, frames=325)),
        ("instagram", "reel", shaped(1080, 1920, bit_rate=25_000_000, video_codec="hevc", frame_rate=23.0)),
        ("instagram", "feed", picture(width=1600, height=1600)),
        ("threads", "media", shaped(1080, 1920, bit_rate=100_000_000)),
        ("facebook", "reel", shaped(540, 960, video_codec="av1", frame_rate=23.976)),
        ("facebook", "feed", shaped(320, 240, video_codec="mpeg4", frame_rate=15.0)),
        ("linkedin", "video", shaped(3840, 2160, frame_rate=120.0)),
        ("linkedin", "pictures", gif(frames=250)),
        ("mastodon", "media", shaped(3840, 2160, frame_rate=120.0, video_codec="prores")),
        ("mastodon", "media", gif(width=1280, height=720, frames=90)),
        ("tiktok", "video", shaped(360, 4096, video_codec="vp8", audio_codec="opus", mime_type="video/webm")),
        ("youtube", "video", shaped(7680, 4320, video_codec="prores", frame_rate=24.0)),
        ("pinterest", "", shaped(1000, 1500, video_codec="hevc")),
        ("google_business", "update", picture(width=400, height=300)),
        ("bluesky", "video", video(video_codec="vp9", size=300_000_000)),
    ],
)
def test_a_file_that_a_platform_surely_takes(platform, chosen, media):
    assert codes(platform, [media], chosen) == set()
