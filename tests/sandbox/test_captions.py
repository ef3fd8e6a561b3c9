"""Captions of videos: how each platform is sent them, what it refuses, and where people and tests find them again."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sandbox.bluesky_client import error_of, post_record
from tests.sandbox.linkedin_client import LinkedIn
from tests.sandbox.test_bluesky_videos import Film
from tests.sandbox.x_client import X, film
from tests.sandbox.youtube_client import FORCE_SSL, READONLY, UPLOAD, YouTube, reason_of

SRT = b"1\n00:00:00,000 --> 00:00:02,000\nFresh beans\n"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nFresh beans\n"


def shown(sandbox, platform: str) -> list[dict[str, str]]:
    (post,) = sandbox.posts(platform)
    return list(post["media"][0]["data"].get("captions", []))


def page_of(sandbox, platform: str) -> str:
    (post,) = sandbox.posts(platform)
    return httpx.get(post["permalink"]).text


# YouTube


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


def insert(youtube: YouTube, video: str, content: bytes = SRT, *, kind: str = "multipart/related", **snippet: Any):
    described = json.dumps({"snippet": {"videoId": video, "language": "en", "name": "", **snippet}}).encode()
    parts = ((b"application/json; charset=UTF-8", described), (b"application/octet-stream", content))
    body = b"".join(b"--xyz\r\nContent-Type: %s\r\n\r\n%s\r\n" % part for part in parts) + b"--xyz--\r\n"
    headers = {"Content-Type": f'{kind}; boundary="xyz"'}
    query = {"part": "snippet", "uploadType": "multipart"}
    return youtube.call("POST", "/upload/youtube/v3/captions", params=query, content=body, headers=headers)


def test_youtube_takes_a_track_with_its_description_and_lists_it(youtube, sandbox):
    video = youtube.upload()
    made = insert(youtube, video, name="For everybody").json()

    assert (made["kind"], made["snippet"]["status"], made["snippet"]["trackKind"]) == (
        "youtube#caption", "serving", "standard",
    )  # fmt: skip
    (listed,) = youtube.api("GET", "captions", part="snippet", videoId=video).json()["items"]
    assert listed == made
    assert youtube.video(video)["contentDetails"]["caption"] == "true"
    assert shown(sandbox, "youtube") == [{"language": "en", "name": "For everybody", "text": SRT.decode()}]
    assert "Captions: For everybody" in page_of(sandbox, "youtube")

    assert youtube.api("DELETE", "captions", id=made["id"]).status_code == 204
    assert youtube.api("GET", "captions", part="snippet", videoId=video).json()["items"] == []
    assert shown(sandbox, "youtube") == []
    assert reason_of(youtube.api("DELETE", "captions", id=made["id"])) == (404, "captionNotFound")


def test_youtube_has_one_track_for_a_language_and_name(youtube):
    video = youtube.upload()
    assert insert(youtube, video).status_code == 200
    assert reason_of(insert(youtube, video)) == (409, "captionExists")
    assert insert(youtube, video, language="de").status_code == 200
    assert insert(youtube, video, name="Short").status_code == 200


def test_youtube_refuses_what_is_no_track(youtube, sandbox):
    video = youtube.upload()
    assert reason_of(insert(youtube, "vidMISSING1")) == (404, "videoNotFound")
    assert reason_of(insert(youtube, video, b"")) == (400, "contentRequired")
    assert reason_of(insert(youtube, video, language="no language")) == (400, "invalidMetadata")
    assert reason_of(insert(youtube, video, name="x" * 151)) == (400, "nameTooLong")
    assert reason_of(insert(youtube, video, kind="multipart/mixed")) == (400, "badContent")
    failed = insert(youtube, video, b"just words").json()["snippet"]
    assert (failed["status"], failed["failureReason"]) == ("failed", "unknownFormat")
    with YouTube(sandbox, "lumenyoga") as other:
        assert reason_of(insert(other, video)) == (403, "forbidden")


def test_youtube_wants_one_scope_and_400_units_for_a_track(youtube, sandbox):
    video = youtube.upload()
    sandbox.advance(days=1)
    sandbox.set("youtube", daily_units=401)
    with YouTube(sandbox, "harbourcoffee", scopes=[UPLOAD, READONLY]) as poor:
        assert reason_of(insert(poor, video)) == (403, "insufficientPermissions")
    with YouTube(sandbox, "harbourcoffee", scopes=[FORCE_SSL]) as rich:
        assert insert(rich, video).status_code == 200
        assert reason_of(insert(rich, video, language="de")) == (403, "quotaExceeded")


# X


def test_x_shows_the_words_of_an_uploaded_file_with_the_film(sandbox):
    with X(sandbox, "harbourcoffee") as x:
        words, own = x.upload(SRT, "subtitles").json()["data"]["id"], x.sent(film())
        told = {"id": words, "language_code": "EN", "display_name": "English"}
        body = {"id": own, "media_category": "TweetVideo", "subtitles": told}
        assert x.call("POST", "/2/media/subtitles", json=body).status_code == 200
        sandbox.advance(seconds=2)
        x.posted("Look", media={"media_ids": [own]})

    assert shown(sandbox, "x") == [{"language": "en", "name": "English", "text": SRT.decode()}]
    assert "Captions: English" in page_of(sandbox, "x")


# Bluesky


@pytest.fixture
def account(sandbox):
    account = Film(sandbox.origin("bluesky"), sandbox.create_account("bluesky", "shop", name="A Shop"))
    yield account
    account.close()


def with_captions(account: Film, *files: bytes, mime: str = "text/vtt") -> httpx.Response:
    film_blob = account.upload(b"\0\0\0\x18ftypmp42" + bytes(64), "video/mp4").json()["blob"]
    tracks = [{"lang": "en", "file": account.upload(file, mime).json()["blob"]} for file in files]
    embed = {"$type": "app.bsky.embed.video", "video": film_blob, "captions": tracks}
    return account.put("3mzakfuhe222b", post_record("A film", embed=embed))


def test_bluesky_shows_the_captions_of_an_embedded_film(account, sandbox):
    assert with_captions(account, VTT).status_code == 200
    assert shown(sandbox, "bluesky") == [{"language": "en", "name": "", "text": VTT.decode()}]
    assert "Captions: en" in page_of(sandbox, "bluesky")


def test_bluesky_refuses_long_captions_many_and_those_that_are_no_vtt(account, sandbox):
    assert "blob too big (maximum 20000" in error_of(with_captions(account, VTT.ljust(20_001)))[2]
    assert "array too big (maximum 20, got 21)" in error_of(with_captions(account, *[VTT] * 21))[2]
    assert 'Expected "text/vtt"' in error_of(with_captions(account, SRT, mime="text/plain"))[2]
    assert sandbox.posts("bluesky") == []


# LinkedIn


def test_linkedin_keeps_the_captions_of_a_video(sandbox):
    sandbox.set("linkedin", min_video_bytes=1000)
    content = film(size=2000)
    with LinkedIn(sandbox, "harbourcoffee") as linkedin:
        value = linkedin.announce_video(len(content), uploadCaptions=True).json()["value"]
        linkedin.http.put(value["captionsUploadUrl"], files={"file": ("a.srt", SRT)})
        linkedin.finalize(value, linkedin.send_parts(value, content))
        sandbox.advance(seconds=10)
        linkedin.post(content={"media": {"id": value["video"], "title": "Roasting"}})

    assert shown(sandbox, "linkedin") == [{"language": "", "name": "", "text": SRT.decode()}]
    assert "Captions: one language" in page_of(sandbox, "linkedin")
