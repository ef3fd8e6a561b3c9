"""Reels and stories of a Page: start, upload to the other host, finish, and what their status tells."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.sandbox.facebook_client import Facebook, arrived, code_of, film
from tests.sandbox.gallery import Gallery, picture
from tests.support.sandbox import Sandbox


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def test_a_reel_is_started_sent_finished_and_processed(facebook):
    content = film()
    video, url = facebook.begin()
    assert facebook.status(video)["uploading_phase"]["status"] == "not_started"
    assert facebook.send(url, content).json() == {"success": True}
    assert facebook.status(video)["video_status"] == "upload_complete"

    answer = facebook.finish(video).json()
    assert answer["success"] is True
    assert facebook.status(video)["processing_phase"]["status"] == "in_progress"
    facebook.sandbox.advance(seconds=5)
    status = facebook.status(video)
    assert status["uploading_phase"] == {"status": "complete", "bytes_transferred": len(content)}
    assert status["publishing_phase"]["publish_status"] == "published"
    assert facebook.read(video, fields="post_id").json()["post_id"] == answer["post_id"]
    assert facebook.edge("published_posts").json()["data"] == []
    assert [reel["id"] for reel in facebook.edge("video_reels").json()["data"]] == [video]


def test_the_status_can_be_spelled_as_it_is_documented(facebook):
    facebook.sandbox.set("facebook", documented_spelling=True)
    video = facebook.reel()
    facebook.sandbox.advance(seconds=5)

    status = facebook.status(video)
    assert status["publishing_phase"]["status"] == "completed"
    assert status["uploading_phase"]["bytes_transfered"] > 0


def test_the_last_phase_of_a_reel_does_not_see_json(facebook):
    video, url = facebook.begin()
    facebook.send(url, film())
    body = {"upload_phase": "finish", "video_id": video, "video_state": "PUBLISHED"}

    assert code_of(facebook.post_to("video_reels", json=body)) == (100, None)
    assert facebook.finish(video).status_code == 200
    assert code_of(facebook.finish(video)) == (100, None)


def test_an_interrupted_reel_goes_on_where_it_broke(facebook):
    content = film(size=300_000)
    video, url = facebook.begin()
    headers = {"Authorization": f"OAuth {facebook.token}", "offset": "0", "file_size": str(len(content))}
    facebook.break_off(urlsplit(url).path, headers, content, after=180_000)

    offset = arrived(lambda: facebook.status(video)["uploading_phase"]["bytes_transferred"])
    answer = facebook.send(url, content[:10], size=len(content))
    assert answer.json()["debug_info"]["type"] == "OffsetInvalidError"
    assert facebook.send(url, content[offset:], offset=offset, size=len(content)).json() == {"success": True}
    facebook.finish(video)
    assert facebook.kept_videos() == [(len(content), zlib.crc32(content))]


def test_a_reel_that_does_not_fit_its_announcement_is_refused(facebook):
    content = film()
    video, url = facebook.begin()

    assert facebook.send(url, content, size=len(content) - 1).json()["debug_info"]["type"] == "PartialRequestError"
    part = facebook.send(url, content[:1000], size=len(content)).json()
    assert part["debug_info"]["type"] == "PartialRequestError"
    assert facebook.status(video)["uploading_phase"]["status"] == "in_progress"
    assert code_of(facebook.finish(video)) == (100, None)


def test_a_reel_wants_the_word_oauth_before_the_token(facebook):
    _, url = facebook.begin()
    headers = {"Authorization": f"Bearer {facebook.token}", "offset": "0", "file_size": "4"}

    assert code_of(facebook.http.post(url, content=b"abcd", headers=headers)) == (190, None)


def test_a_hosted_reel_is_fetched_unless_its_host_forbids_it(facebook, gallery):
    content = film()
    headers = {"Authorization": f"OAuth {facebook.token}"}
    video, url = facebook.begin()

    refused = {"file_url": "https://video.fbcdn.net/a.mp4"}
    assert facebook.http.post(url, headers=headers | refused).json()["debug_info"]["type"] == "ProcessingFailedError"
    with Gallery() as closed:
        closed.put("/robots.txt", b"User-agent: facebookexternalhit\nDisallow: /")
        forbidden = {"file_url": closed.hang(content)}
        answer = facebook.http.post(url, headers=headers | forbidden)
    assert answer.json()["debug_info"]["type"] == "ProcessingFailedError"
    hosted = {"file_url": gallery.hang(content)}
    assert facebook.http.post(url, headers=headers | hosted).json() == {"success": True}
    assert facebook.finish(video).status_code == 200
    assert facebook.kept_videos() == [(len(content), zlib.crc32(content))]


@pytest.mark.parametrize(
    ("shape", "subcode"),
    [
        ({"seconds": 2}, 1363128),
        ({"seconds": 91}, 1363128),
        ({"width": 1000, "height": 2000}, 1363040),
        ({"width": 360, "height": 640}, 1363127),
    ],
    ids=str,
)
def test_a_reel_of_the_wrong_shape_is_refused(facebook, shape, subcode):
    video, url = facebook.begin()
    facebook.send(url, film(**shape))

    assert code_of(facebook.finish(video)) == (100, subcode)
    assert facebook.sandbox.posts("facebook", "harbourcoffee") == []


def test_a_page_has_thirty_reels_in_moving_24_hours(facebook):
    facebook.sandbox.set("facebook", daily_reels=2)
    facebook.reel()
    facebook.sandbox.advance(hours=12)
    facebook.reel()

    answer = facebook.post_to("video_reels", params={"upload_phase": "start"})
    assert code_of(answer) == (613, None)
    facebook.sandbox.advance(hours=12)
    assert facebook.post_to("video_reels", params={"upload_phase": "start"}).status_code == 200


def test_a_reel_can_be_scheduled_or_kept_as_a_draft(facebook):
    later = datetime.fromisoformat(facebook.sandbox.health()["now"]) + timedelta(hours=1)
    first, url = facebook.begin()
    facebook.send(url, film())
    second, url = facebook.begin()
    facebook.send(url, film())

    assert code_of(facebook.finish(first, video_state="SCHEDULED")) == (100, None)
    late = int((later + timedelta(days=29)).timestamp())
    assert code_of(facebook.finish(first, video_state="SCHEDULED", scheduled_publish_time=late)) == (100, None)
    when = int(later.timestamp())
    assert facebook.finish(first, video_state="SCHEDULED", scheduled_publish_time=when).status_code == 200
    assert facebook.finish(second, video_state="DRAFT").status_code == 200
    facebook.sandbox.advance(minutes=1)
    states = [facebook.status(video)["publishing_phase"]["publish_status"] for video in (first, second)]
    assert (states, facebook.sandbox.posts("facebook", "harbourcoffee")) == (["scheduled", "draft"], [])

    facebook.sandbox.advance(hours=1)
    assert facebook.status(first)["publishing_phase"]["publish_status"] == "published"
    assert facebook.sandbox.texts("facebook", "harbourcoffee") == ["Pouring"]


def test_processing_can_fail_and_can_be_slow(facebook):
    facebook.sandbox.fault("failed_processing", platform="facebook", path="commit")
    failed = facebook.reel()
    facebook.sandbox.fault("slow_processing", platform="facebook", path="commit", seconds=100)
    slow = facebook.reel()
    facebook.sandbox.advance(seconds=50)

    assert facebook.status(failed)["video_status"] == "error"
    assert facebook.status(slow)["video_status"] == "processing"
    assert len(facebook.sandbox.posts("facebook", "harbourcoffee")) == 1


def test_an_upload_that_nobody_ends_expires(facebook):
    video, url = facebook.begin()
    facebook.sandbox.advance(hours=24)

    assert facebook.status(video)["video_status"] == "expired"
    assert facebook.send(url, film()).json()["debug_info"]["type"] == "ProcessingFailedError"


def test_a_video_is_listed_found_by_its_text_and_deleted_with_its_post(facebook):
    video = facebook.reel()
    facebook.sandbox.advance(seconds=5)

    (listed,) = facebook.edge("videos", fields="id,description,created_time,status").json()["data"]
    assert (listed["id"], listed["description"]) == (video, "Pouring")
    assert facebook.call("DELETE", f"/v26.0/{video}").json() == {"success": True}
    assert code_of(facebook.read(video)) == (100, 33)
    assert facebook.sandbox.counts("facebook")["deleted"] == 1


def test_a_photo_story_is_made_of_a_photo_that_no_post_has_used(facebook, gallery):
    photo = facebook.staged_photo(gallery.hang(picture()))
    answer = facebook.post_to("photo_stories", params={"photo_id": photo}).json()

    (story,) = facebook.edge("stories").json()["data"]
    assert (story["post_id"], story["media_id"]) == (answer["post_id"], photo)
    assert (story["status"], story["media_type"]) == ("PUBLISHED", "photo")
    assert story["creation_time"].isdigit()
    assert code_of(facebook.post_to("photo_stories", params={"photo_id": photo})) == (100, 1366051)
    assert facebook.edge("published_posts").json()["data"] == []


def test_a_story_runs_for_a_day_and_stays_in_the_archive_of_pages_that_keep_one(facebook, gallery):
    facebook.post_to("photo_stories", params={"photo_id": facebook.staged_photo(gallery.hang(picture()))})
    facebook.sandbox.advance(hours=24)

    assert facebook.edge("stories").json() == {"data": []}
    facebook.sandbox.set("facebook", story_archive=True)
    assert facebook.edge("stories").json()["data"][0]["status"] == "ARCHIVED"


def test_a_video_story_waits_for_its_upload_and_lasts_a_minute_at_most(facebook):
    video, url = facebook.begin("video_stories")
    facebook.send(url, film(seconds=60))
    assert code_of(facebook.finish(video, "video_stories")) == (100, None)
    facebook.sandbox.advance(seconds=2)
    assert facebook.finish(video, "video_stories").json()["post_id"]

    long, url = facebook.begin("video_stories")
    facebook.send(url, film(seconds=61))
    facebook.sandbox.advance(seconds=5)
    assert code_of(facebook.finish(long, "video_stories")) == (100, 1363128)
    (story,) = facebook.edge("stories").json()["data"]
    assert (story["media_id"], story["media_type"]) == (video, "video")


def test_a_reel_that_was_uploaded_and_never_finished_is_gone_after_a_day(facebook):
    video, url = facebook.begin()
    facebook.send(url, film())
    facebook.sandbox.advance(hours=23)
    assert facebook.status(video)["video_status"] == "upload_complete"
    facebook.sandbox.advance(hours=1)

    assert facebook.status(video)["video_status"] == "expired"
    assert code_of(facebook.finish(video)) == (100, 33)
