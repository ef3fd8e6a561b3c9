"""Facebook: what a video is told besides its bytes, and one that is answered with success and fails afterwards."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.facebook_client import Facebook, code_of, film
from tests.sandbox.gallery import picture


@pytest.fixture
def facebook(sandbox):
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def test_a_video_has_the_picture_and_the_title_that_it_was_given(facebook):
    files = {"source": ("a.mp4", film()), "thumb": ("a.jpg", picture(640, 360))}
    video = facebook.post_to("videos", data={"title": "Pouring", "description": "Slowly"}, files=files).json()["id"]
    facebook.sandbox.advance(seconds=5)

    told = facebook.read(video, fields="title,description,picture").json()
    assert (told["title"], told["description"]) == ("Pouring", "Slowly")
    assert httpx.get(told["picture"]).content == picture(640, 360)
    (post,) = facebook.sandbox.posts("facebook")
    assert post["data"]["title"] == "Pouring"
    assert post["data"]["thumb"]
    assert [medium["mime"] for medium in post["media"]] == ["video/mp4"]
    assert facebook.edge("photos", type="uploaded").json()["data"] == []


def test_a_video_in_chunks_gets_its_picture_with_the_last_phase(facebook):
    content = film()
    start = facebook.post_to("videos", data={"upload_phase": "start", "file_size": len(content)}).json()
    session = {"upload_session_id": start["upload_session_id"]}
    transfer = {**session, "upload_phase": "transfer", "start_offset": "0"}
    facebook.post_to("videos", data=transfer, files={"video_file_chunk": ("a", content)})
    facebook.post_to("videos", data={**session, "upload_phase": "finish"}, files={"thumb": ("a.jpg", picture())})
    facebook.sandbox.advance(seconds=5)

    assert httpx.get(facebook.read(start["video_id"], fields="picture").json()["picture"]).content == picture()


def test_a_thumbnail_is_a_picture_of_bounded_size(facebook):
    facebook.sandbox.set("facebook", photo_megabytes=1)
    for wrong, code in ((b"no picture", (100, 2069019)), (picture() + bytes(1_100_000), (1, 1366046))):
        files = {"source": ("a.mp4", film()), "thumb": ("a.jpg", wrong)}
        assert code_of(facebook.post_to("videos", files=files)) == code
    assert facebook.sandbox.posts("facebook") == []


def test_a_reel_keeps_its_title(facebook):
    video, url = facebook.begin()
    facebook.send(url, film())
    facebook.finish(video, title="Roasting day")
    facebook.sandbox.advance(seconds=5)

    assert facebook.read(video, fields="title").json()["title"] == "Roasting day"
    assert facebook.sandbox.posts("facebook")[0]["data"]["title"] == "Roasting day"


def test_a_reel_may_be_published_and_fail_afterwards(facebook):
    facebook.sandbox.set("facebook", fails_after_publishing=True, webhook_url="http://127.0.0.1:9/hook")
    facebook.post_to("subscribed_apps", data={"subscribed_fields": "feed"})
    facebook.sandbox.fault("failed_processing", platform="facebook", path="commit")
    video, url = facebook.begin()
    facebook.send(url, film())
    answer = facebook.finish(video).json()
    assert answer["success"] is True
    assert answer["post_id"]
    assert facebook.status(video)["video_status"] == "processing"
    assert facebook.sandbox.posts("facebook")[0]["deleted_at"] is None

    facebook.sandbox.advance(seconds=5)

    assert facebook.sandbox.posts("facebook")[0]["deleted_at"]
    bodies = [one["body"] for one in facebook.sandbox.things("facebook", "delivery")]
    assert [("add" if '"add"' in body else "remove") for body in bodies] == ["add", "remove"]
    assert facebook.status(video)["video_status"] == "error"
