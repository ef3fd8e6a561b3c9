"""Threads: pictures, videos and carousels; processing takes time, and what is wrong comes out in the status."""

from __future__ import annotations

import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.sandbox.gallery import animation, picture, video
from tests.sandbox.threads_client import Threads, code_of, film, message_of


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


def test_a_picture_is_staged_waits_and_is_published(threads, gallery):
    container = threads.container("IMAGE", image_url=gallery.hang(picture()), text="Fresh beans", alt_text="Beans")
    assert threads.status(container) == {"status": "IN_PROGRESS"}
    assert code_of(threads.publish(container)) == (24, 4279009)

    threads.sandbox.advance(seconds=2)
    assert threads.status(container) == {"status": "FINISHED"}
    post = threads.publish(container).json()["id"]

    said = threads.read(post, "media_type,media_url,alt_text,text,thumbnail_url,link_attachment_url")
    assert (said["media_type"], said["alt_text"], said["text"]) == ("IMAGE", "Beans", "Fresh beans")
    assert threads.http.get(said["media_url"]).content == picture()
    assert set(said) == {"id", "media_type", "media_url", "alt_text", "text"}


def test_a_video_is_counted_and_its_beginning_kept(threads, gallery):
    content = film(30, 1080, 1920, more=300_000)
    container = threads.container("VIDEO", video_url=gallery.hang(content), text="Pouring")
    assert threads.status(container) == {"status": "IN_PROGRESS"}
    threads.sandbox.advance(seconds=5)
    post = threads.publish(container).json()["id"]

    assert threads.read(post, "media_type,thumbnail_url")["media_type"] == "VIDEO"
    (medium,) = threads.sandbox.posts("threads")[0]["media"]
    assert (medium["size"], medium["width"], medium["height"]) == (len(content), 1080, 1920)
    assert medium["data"] == {"crc32": zlib.crc32(content), "received": len(content)}
    assert len(threads.http.get(medium["url"]).content) == 64 * 1024


def test_the_times_of_processing_are_settings(threads, gallery):
    threads.sandbox.set("threads", image_seconds=0, video_seconds=0, text_seconds=9)

    assert threads.status(threads.container("IMAGE", image_url=gallery.hang(picture())))["status"] == "FINISHED"
    assert threads.status(threads.container("VIDEO", video_url=gallery.hang(video())))["status"] == "FINISHED"
    assert threads.status(threads.container(text="x"))["status"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (animation(), "UNKNOWN"),
        (b"<html>not found, with a smile</html>", "UNKNOWN"),
        (picture() + bytes(8 * 1024 * 1024), "UNKNOWN"),
        (picture(1100, 100), "INVALID_ASPEC_RATIO"),
        (picture(100, 1100), "INVALID_ASPEC_RATIO"),
    ],
    ids=["gif", "no picture", "too large", "too wide", "too tall"],
)
def test_a_picture_is_judged_by_its_bytes(threads, gallery, content, message):
    container = threads.container("IMAGE", image_url=gallery.hang(content))
    threads.sandbox.advance(seconds=2)

    assert threads.status(container) == {"status": "ERROR", "error_message": message}
    assert message in message_of(threads.publish(container))


@pytest.mark.parametrize(
    "content", [picture(kind="PNG"), picture(1000, 100), picture(100, 1000)], ids=["png", "10:1", "1:10"]
)
def test_pictures_within_the_rules_are_taken(threads, gallery, content):
    container = threads.container("IMAGE", image_url=gallery.hang(content))
    threads.sandbox.advance(seconds=2)

    assert threads.status(container) == {"status": "FINISHED"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (picture(), "FAILED_PROCESSING_VIDEO"),
        (b"\x1aE\xdf\xa3" + bytes(64), "FAILED_PROCESSING_VIDEO"),
        (film(10, 2560, 1440), "FAILED_PROCESSING_VIDEO"),
        (film(301), "INVALID_DURATION"),
        (film(10, 1920, 100), "INVALID_ASPEC_RATIO"),
    ],
    ids=["no video", "webm", "too wide", "too long", "too flat"],
)
def test_a_video_is_judged_by_its_beginning(threads, gallery, content, message):
    container = threads.container("VIDEO", video_url=gallery.hang(content))
    threads.sandbox.advance(seconds=5)

    assert threads.status(container) == {"status": "ERROR", "error_message": message}


def test_five_minutes_are_short_enough(threads, gallery):
    container = threads.container("VIDEO", video_url=gallery.hang(film(300)))
    threads.sandbox.advance(seconds=5)

    assert threads.status(container) == {"status": "FINISHED"}


def test_a_picture_that_cannot_be_fetched_is_refused_or_fails_later(threads, gallery):
    for url in (gallery.missing(), "http://127.0.0.1:9/a.jpg", "file:///etc/hostname"):
        assert code_of(threads.stage("IMAGE", image_url=url)) == (9004, 2207052)
    assert message_of(threads.stage("IMAGE", text="No picture at all"))

    threads.sandbox.set("threads", fetch_errors_in_status=True, image_seconds=0)
    container = threads.container("IMAGE", image_url=gallery.missing())
    assert threads.status(container) == {"status": "ERROR", "error_message": "UNKNOWN"}


def test_a_video_that_cannot_be_fetched_fails_later(threads, gallery):
    container = threads.container("VIDEO", video_url=gallery.missing())
    threads.sandbox.advance(seconds=5)

    assert threads.status(container) == {"status": "ERROR", "error_message": "FAILED_DOWNLOADING_VIDEO"}
    assert message_of(threads.stage("VIDEO", text="No video at all"))


@pytest.fixture
def slow_video():
    """The address of a video that stays away until it is let go."""
    gate = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gate.wait(10)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(film())

        def log_message(self, format, *args):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/film.mp4", gate
        gate.set()
        server.shutdown()
        thread.join()


def test_a_video_still_on_its_way_is_in_progress(threads, slow_video):
    url, gate = slow_video
    threads.sandbox.set("threads", fetch_patience_seconds=0, video_seconds=0)
    container = threads.container("VIDEO", video_url=url)
    assert threads.status(container) == {"status": "IN_PROGRESS"}
    assert code_of(threads.publish(container)) == (24, 4279009)

    gate.set()
    looks = (threads.status(container)["status"] for _ in range(2000))
    assert next(status for status in looks if status != "IN_PROGRESS") == "FINISHED"


def test_processing_can_be_slow_and_can_fail(threads, gallery):
    url = gallery.hang(picture())
    threads.sandbox.fault("slow_processing", platform="threads", seconds=300)
    slow = threads.container("IMAGE", image_url=url)
    threads.sandbox.fault("failed_processing", platform="threads", account="harbourcoffee")
    failed = threads.container("VIDEO", video_url=gallery.hang(video()))

    threads.sandbox.advance(seconds=60)
    assert threads.status(slow)["status"] == "IN_PROGRESS"
    assert threads.status(failed) == {"status": "ERROR", "error_message": "FAILED_PROCESSING_VIDEO"}


def test_a_failure_can_have_any_of_threads_messages(threads, gallery):
    threads.sandbox.set("threads", failure_message="INVALID_BIT_RATE", video_seconds=0)
    threads.sandbox.fault("failed_processing", platform="threads")
    failed = threads.container("VIDEO", video_url=gallery.hang(film()))

    assert threads.status(failed) == {"status": "ERROR", "error_message": "INVALID_BIT_RATE"}


def children(threads, gallery, count):
    url = gallery.hang(picture())
    ids = [threads.container("IMAGE", image_url=url, is_carousel_item="true") for _ in range(count)]
    threads.sandbox.advance(seconds=2)
    return ids


def test_a_carousel_is_one_post_with_its_media_in_order(threads, gallery):
    ids = [
        threads.container("IMAGE", image_url=gallery.hang(picture()), is_carousel_item="true", alt_text="Bag"),
        threads.container("VIDEO", video_url=gallery.hang(film()), is_carousel_item="true", text="dropped"),
    ]
    threads.sandbox.advance(seconds=5)
    parent = threads.container("CAROUSEL", children=",".join(ids), text="Two views")
    assert code_of(threads.publish(parent)) == (24, 4279009)
    threads.sandbox.advance(seconds=2)
    post = threads.publish(parent).json()["id"]

    said = threads.read(post, "media_type,text,media_url,alt_text,children{media_type,alt_text,media_url}")
    assert (said["media_type"], said["text"]) == ("CAROUSEL_ALBUM", "Two views")
    assert [(one["media_type"], one.get("alt_text")) for one in said["children"]["data"]] == [
        ("IMAGE", "Bag"),
        ("VIDEO", None),
    ]
    assert "media_url" not in said
    assert threads.list("me/threads_publishing_limit", fields="quota_usage") == [{"quota_usage": 1}]


def test_the_children_are_named_by_their_ids_alone_unless_asked(threads, gallery):
    parent = threads.container("CAROUSEL", children=",".join(children(threads, gallery, 2)))
    threads.sandbox.advance(seconds=2)
    said = threads.read(threads.publish(parent).json()["id"], "children")["children"]["data"]

    assert [set(one) for one in said] == [{"id"}, {"id"}]


@pytest.mark.parametrize("count", [1, 21])
def test_a_carousel_has_two_to_twenty_items(threads, gallery, count):
    ids = children(threads, gallery, 1) * count

    assert message_of(threads.stage("CAROUSEL", children=",".join(ids)))


def test_twenty_items_are_taken(threads, gallery):
    assert threads.stage("CAROUSEL", children=",".join(children(threads, gallery, 20))).status_code == 200


def test_a_carousel_wants_finished_children_of_its_own(threads, gallery):
    ids = children(threads, gallery, 2)
    url = gallery.hang(picture())
    plain = threads.container("IMAGE", image_url=url)
    fresh = threads.container("IMAGE", image_url=url, is_carousel_item="true")

    assert code_of(threads.stage("CAROUSEL", children=f"{ids[0]},{plain}")) == (24, 4279009)
    assert "IN_PROGRESS" in message_of(threads.stage("CAROUSEL", children=f"{ids[0]},{fresh}"))
    assert message_of(threads.publish(ids[0]))
    assert message_of(threads.stage("CAROUSEL", children=",".join(ids), is_carousel_item="true"))
