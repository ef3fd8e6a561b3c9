"""Which films each platform takes, by codec, frame rate, bit rate and sound; one that does not tell is taken."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from tests.platforms.drafts import video_bytes
from tests.sandbox.clients import Instagram, Mastodon
from tests.sandbox.facebook_client import Facebook, code_of
from tests.sandbox.gallery import animation, picture
from tests.sandbox.linkedin_client import LinkedIn
from tests.sandbox.pinterest_client import Pinterest
from tests.sandbox.test_video_probe import webm
from tests.sandbox.threads_client import Threads
from tests.sandbox.tiktok_client import TikTok
from tests.sandbox.x_client import X
from tests.sandbox.youtube_client import YouTube

GOOD: dict[str, Any] = {"codec": "avc1", "sound": "mp4a", "frame_rate": 30, "width": 720, "height": 1280}
film = functools.partial(video_bytes, **GOOD)
HEVC, VP9, PRORES = film(codec="hvc1"), film(codec="vp09"), film(codec="apch")
SLOW, FAST = film(frame_rate=20), film(frame_rate=72)
CINEMA, FASTEST_OF_TV = film(frame_rate=23.976), film(frame_rate=59.94)
DOLBY, SURROUND, SILENT = film(sound="ac-3"), film(channels=6), film(sound="")
UNTOLD = video_bytes(width=720, height=1280)


def of_instagram(sandbox, gallery, content: bytes, media_type: str = "REELS") -> str:
    with Instagram(sandbox, "harbourcoffee") as instagram:
        container = instagram.container(media_type=media_type, video_url=gallery.hang(content))
        sandbox.advance(seconds=2)
        told = instagram.get(f"/v26.0/{container}", fields="status_code,status").json()
    return "" if told["status_code"] == "FINISHED" else str(told["status"]).rsplit(maxsplit=1)[-1]


INSTAGRAM = [
    (film(), ""), (HEVC, ""), (CINEMA, ""), (FASTEST_OF_TV, ""), (SILENT, ""), (UNTOLD, ""),
    (VP9, "2207026"), (PRORES, "2207026"), (SLOW, "2207026"), (FAST, "2207026"), (DOLBY, "2207026"),
    (SURROUND, "2207026"), (film(width=1280, height=2160, rotation=90), "2207026"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "wrong"), INSTAGRAM, ids=range(len(INSTAGRAM)))
def test_instagram_takes_h264_and_hevc_of_23_to_60_frames_with_aac(sandbox, gallery, content, wrong):
    assert of_instagram(sandbox, gallery, content) == wrong


def test_instagram_holds_stories_to_the_same(sandbox, gallery):
    assert of_instagram(sandbox, gallery, VP9, "STORIES") == "2207026"
    assert of_instagram(sandbox, gallery, HEVC, "STORIES") == ""


def test_instagram_counts_bits_and_can_be_strict_about_the_index(sandbox, gallery):
    dense, late = film(seconds=4, size=600_000), film(index_first=False)
    assert of_instagram(sandbox, gallery, dense) == ""
    sandbox.set("instagram", video_megabits=1)
    assert of_instagram(sandbox, gallery, dense) == "2207026"
    assert of_instagram(sandbox, gallery, late) == ""
    sandbox.set("instagram", index_first=True)
    assert of_instagram(sandbox, gallery, late) == "2207026"


THREADS = [
    (film(), ""), (HEVC, ""), (CINEMA, ""), (SILENT, ""), (UNTOLD, ""), (VP9, "FAILED_PROCESSING_VIDEO"),
    (SLOW, "INVALID_FRAME_RATE"), (FAST, "INVALID_FRAME_RATE"), (DOLBY, "FAILED_PROCESSING_AUDIO"),
    (SURROUND, "INVALID_AUDIO_CHANNELS"), (film(seconds=301), "INVALID_DURATION"),
]  # fmt: skip


def of_threads(sandbox, gallery, content: bytes) -> str:
    with Threads(sandbox, "harbourcoffee") as threads:
        container = threads.container("VIDEO", video_url=gallery.hang(content))
        sandbox.advance(seconds=5)
        return threads.status(container).get("error_message", "")


@pytest.mark.parametrize(("content", "wrong"), THREADS, ids=range(len(THREADS)))
def test_threads_says_what_is_wrong_with_a_film(sandbox, gallery, content, wrong):
    assert of_threads(sandbox, gallery, content) == wrong


def test_threads_counts_bits(sandbox, gallery):
    sandbox.set("threads", video_megabits=1)
    assert of_threads(sandbox, gallery, film(seconds=4, size=600_000)) == "INVALID_BIT_RATE"


@pytest.fixture
def facebook(sandbox):
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


@pytest.mark.parametrize("edge", ["video_reels", "video_stories"])
def test_facebook_refuses_reels_and_stories_of_a_wrong_frame_rate(facebook, edge):
    for content, wrong in ((SLOW, 1363129), (FAST, 1363129), (CINEMA, 0), (FASTEST_OF_TV, 0)):
        video, url = facebook.begin(edge)
        facebook.send(url, content)
        facebook.sandbox.advance(seconds=2)
        answer = facebook.finish(video, edge)
        assert (code_of(answer) if wrong else answer.status_code) == ((100, wrong) if wrong else 200)


@pytest.mark.parametrize(("content", "wrong"), [(film(), 0), (HEVC, 0), (VP9, 0), (UNTOLD, 0), (PRORES, 2069019),
                                                (DOLBY, 2069019)], ids=range(6))  # fmt: skip
def test_facebook_finds_a_wrong_codec_of_a_reel_in_processing(facebook, content, wrong):
    video = facebook.reel(content)
    facebook.sandbox.advance(seconds=5)
    status = facebook.status(video)
    assert status["video_status"] == ("error" if wrong else "ready")
    assert [error["code"] for error in status["processing_phase"].get("errors", [])] == ([wrong] if wrong else [])


def test_facebook_takes_feed_videos_of_some_formats_and_lengths(facebook, gallery):
    def fate(content: bytes) -> str:
        video = facebook.post_to("videos", data={"file_url": gallery.hang(content)}).json()["id"]
        facebook.sandbox.advance(seconds=5)
        return str(facebook.status(video)["video_status"])

    assert [fate(content) for content in (PRORES, film(seconds=14_400), webm(), film(seconds=14_401))] == [
        "ready", "ready", "error", "error",
    ]  # fmt: skip
    facebook.sandbox.set("facebook", video_formats="video/webm", video_hours=5)
    assert [fate(content) for content in (webm(), PRORES)] == ["ready", "error"]


@pytest.fixture
def x(sandbox):
    with X(sandbox, "harbourcoffee") as client:
        yield client


X_REFUSES = [(HEVC, "video"), (VP9, "video"), (DOLBY, "audio"), (SURROUND, "audio")]


@pytest.mark.parametrize(("content", "message"), X_REFUSES, ids=range(len(X_REFUSES)))
def test_x_takes_h264_with_aac_alone(x, content, message):
    id = x.sent(content)
    x.sandbox.advance(seconds=2)
    info = x.status(id).json()["data"]["processing_info"]
    assert info["error"]["message"] == f"Unsupported {message} format"


@pytest.mark.parametrize(("content", "status"), [(FAST, 400), (FASTEST_OF_TV, 201), (SLOW, 201), (SILENT, 201)])
def test_x_notices_more_than_60_frames_when_it_is_posted_only(x, content, status):
    id = x.sent(content)
    x.sandbox.advance(seconds=2)
    assert x.status(id).json()["data"]["processing_info"]["state"] == "succeeded"
    answer = x.post("Look", media={"media_ids": [id]})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["errors"][0]["message"] == "Your media IDs are invalid."


TIKTOK = [
    (film(), ""), (HEVC, ""), (VP9, ""), (DOLBY, ""), (UNTOLD, ""), (webm(width=720, height=1280), ""), (CINEMA, ""),
    (PRORES, "file_format_check_failed"), (SLOW, "frame_rate_check_failed"), (FAST, "frame_rate_check_failed"),
    (webm(width=300, height=300), "picture_size_check_failed"),
    (webm(width=720, height=720, rate=72), "frame_rate_check_failed"),
    (webm(width=720, height=720, seconds=2), "duration_check_failed"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "wrong"), TIKTOK, ids=range(len(TIKTOK)))
def test_tiktok_checks_format_frames_sides_and_length_of_every_container(sandbox, content, wrong):
    with TikTok(sandbox, "harbourcoffee") as tiktok:
        publish = tiktok.upload(content)
        sandbox.advance(seconds=10)
        assert tiktok.status(publish).get("fail_reason", "") == wrong


LINKEDIN = [(film(), ""), (UNTOLD, ""), (SILENT, ""), (FAST, ""), (HEVC, "UNSUPPORTED_FORMAT"),
            (DOLBY, "UNSUPPORTED_FORMAT"), (film(brand=b"qt  "), "UNSUPPORTED_FORMAT")]  # fmt: skip


@pytest.mark.parametrize(("content", "wrong"), LINKEDIN, ids=range(len(LINKEDIN)))
def test_linkedin_takes_mp4_with_h264_and_aac(sandbox, content, wrong):
    with LinkedIn(sandbox, "harbourcoffee") as linkedin:
        assert linkedin.look(linkedin.upload_video(content)).get("processingFailureReason", "") == wrong


PINTEREST = [(film(), True), (HEVC, True), (film(brand=b"qt  "), True), (VP9, False), (PRORES, False), (webm(), False)]


@pytest.mark.parametrize(("content", "is_taken"), PINTEREST, ids=range(len(PINTEREST)))
def test_pinterest_takes_h264_and_hevc(sandbox, content, is_taken):
    with Pinterest(sandbox, "harbourcoffee") as pinterest:
        registered = pinterest.register()
        pinterest.upload(registered, content)
        sandbox.advance(seconds=5)
        assert pinterest.status(registered["media_id"]) == ("succeeded" if is_taken else "failed")


def test_mastodon_holds_to_what_its_configuration_tells(mastodon: Mastodon):
    def refused(content: bytes) -> str:
        return str(mastodon.upload(content).json().get("error", ""))

    assert refused(film(frame_rate=120)) == ""
    assert "121fps videos are not supported" in refused(film(frame_rate=121))
    assert "too long" in refused(film(frame_rate=60, seconds=601))
    mastodon.sandbox.set("mastodon", video_frame_rate=30, video_bytes=1_048_576)
    told = mastodon.get("/api/v2/instance").json()["configuration"]["media_attachments"]
    assert (told["video_frame_rate_limit"], told["video_size_limit"]) == (30, 1_048_576)
    assert "fps" in refused(FAST)
    assert "less than 1 MB" in refused(film(size=1_100_000))


def test_mastodon_takes_larger_pictures_than_animations(mastodon: Mastodon):
    mastodon.sandbox.set("mastodon", gif_pixels=1000, image_pixels=20_000)
    assert "32x32 GIF files are not supported" in mastodon.upload(animation()).json()["error"]
    assert mastodon.upload(picture(100, 100)).status_code == 200
    assert "200x200 images are not supported" in mastodon.upload(picture(200, 200)).json()["error"]


def test_youtube_processes_what_others_refuse(sandbox):
    with YouTube(sandbox, "harbourcoffee") as youtube:
        for content in (PRORES, VP9, FAST, DOLBY, webm()):
            assert youtube.video(youtube.upload(content))["status"]["uploadStatus"] == "processed"
