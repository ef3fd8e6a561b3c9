"""Videos for the feed by every way: upload, processing, status, publishing."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.facebook_client import Facebook, arrived, code_of, film
from tests.sandbox.gallery import picture
from tests.support.sandbox import Sandbox


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def by_address(facebook: Facebook, content: bytes, gallery: Any) -> str:
    fields = {"file_url": gallery.hang(content), "description": "Pouring"}
    return str(facebook.post_to("videos", data=fields).json()["id"])


def in_one_form(facebook: Facebook, content: bytes, gallery: Any) -> str:
    answer = facebook.post_to("videos", data={"description": "Pouring"}, files={"source": ("a.mp4", content)})
    return str(answer.json()["id"])


def by_handle(facebook: Facebook, content: bytes, gallery: Any) -> str:
    session, headers = upload_session(facebook, len(content))
    handle = facebook.http.post(f"/v26.0/{session}", content=content, headers=headers | {"file_offset": "0"}).json()[
        "h"
    ]
    fields = {"fbuploader_video_file_chunk": handle, "description": "Pouring"}
    return str(facebook.post_to("videos", data=fields).json()["id"])


def in_chunks(facebook: Facebook, content: bytes, gallery: Any) -> str:
    start = facebook.post_to("videos", data={"upload_phase": "start", "file_size": len(content)}).json()
    offsets = start
    while offsets["start_offset"] != offsets["end_offset"]:
        offsets = transfer(facebook, start, offsets, content).json()
    finish = {"upload_phase": "finish", "upload_session_id": start["upload_session_id"], "description": "Pouring"}
    assert facebook.post_to("videos", data=finish).json() == {"success": True}
    return str(start["video_id"])


def upload_session(facebook: Facebook, length: int, **changes: str) -> tuple[str, dict[str, str]]:
    user = str(facebook.credentials()["user_token"])
    query = {"file_name": "a.mp4", "file_length": str(length), "file_type": "video/mp4"} | changes
    session = facebook.as_user("POST", "/800100200300400/uploads", user, **query).json()["id"]
    return session, {"Authorization": f"OAuth {user}"}


def transfer(facebook: Facebook, start: dict[str, str], offsets: dict[str, str], content: bytes) -> Any:
    chunk = content[int(offsets["start_offset"]) : int(offsets["end_offset"])]
    fields = {"upload_phase": "transfer", "upload_session_id": start["upload_session_id"]}
    fields["start_offset"] = offsets["start_offset"]
    return facebook.post_to("videos", data=fields, files={"video_file_chunk": ("chunk", chunk)})


@pytest.mark.parametrize("way", [by_address, in_one_form, by_handle, in_chunks], ids=lambda way: way.__name__)
def test_a_video_comes_into_the_feed(facebook, gallery, way):
    facebook.sandbox.set("facebook", chunk_bytes=3000)
    content = film(size=10_000)
    video = way(facebook, content, gallery)

    assert facebook.kept_videos() == [(len(content), zlib.crc32(content))]
    assert facebook.status(video)["video_status"] == "processing"
    assert facebook.edge("published_posts").json()["data"] == []
    assert "post_id" not in facebook.read(video, fields="status,post_id,permalink_url").json()

    facebook.sandbox.advance(seconds=5)
    shown = facebook.read(video, fields="status,post_id,permalink_url").json()
    assert shown["status"]["publishing_phase"]["publish_status"] == "published"
    assert facebook.read(shown["post_id"], fields="message").json()["message"] == "Pouring"
    (listed,) = facebook.edge("published_posts", fields="id,attachments{media_type,target{id}}").json()["data"]
    assert listed["attachments"]["data"] == [
        {"media_type": "video", "target": listed["attachments"]["data"][0]["target"]}
    ]
    assert listed["attachments"]["data"][0]["target"]["id"] == video


def test_an_upload_session_goes_on_where_it_broke(facebook):
    content = film(size=300_000)
    session, headers = upload_session(facebook, len(content))
    facebook.break_off(f"/v26.0/{session}", headers | {"file_offset": "0"}, content, after=180_000)

    offset = arrived(lambda: facebook.http.get(f"/v26.0/{session}", headers=headers).json()["file_offset"])
    rest = facebook.http.post(
        f"/v26.0/{session}", content=content[offset:], headers=headers | {"file_offset": str(offset)}
    )

    assert facebook.post_to("videos", data={"fbuploader_video_file_chunk": rest.json()["h"]}).status_code == 200
    assert facebook.kept_videos() == [(len(content), zlib.crc32(content))]


def test_an_upload_session_refuses_what_does_not_fit(facebook):
    session, headers = upload_session(facebook, 10)
    address = f"/v26.0/{session}"

    assert code_of(facebook.http.post(address, content=b"x", headers=headers | {"file_offset": "5"})) == (100, None)
    assert code_of(facebook.http.post(address, content=b"x" * 11, headers=headers | {"file_offset": "0"})) == (
        100,
        None,
    )
    bearer = {"Authorization": headers["Authorization"].replace("OAuth", "Bearer"), "file_offset": "0"}
    assert code_of(facebook.http.post(address, content=b"x" * 10, headers=bearer)) == (190, None)
    query = {"file_length": "10", "file_type": "video/mp4"}
    assert code_of(facebook.call("POST", "/v26.0/800100200300400/uploads", params=query)) == (100, None)
    assert code_of(facebook.as_user("POST", "/800100200300400/uploads", file_length="1", file_type="x/y")) == (
        100,
        None,
    )


def test_a_handle_is_used_once(facebook):
    content = film()
    session, headers = upload_session(facebook, len(content))
    handle = facebook.http.post(f"/v26.0/{session}", content=content, headers=headers | {"file_offset": "0"}).json()[
        "h"
    ]
    fields = {"fbuploader_video_file_chunk": handle}

    assert facebook.post_to("videos", data=fields).status_code == 200
    assert code_of(facebook.post_to("videos", data=fields)) == (100, None)


def test_chunks_come_in_their_order_and_size(facebook):
    facebook.sandbox.set("facebook", chunk_bytes=3000)
    content = film(size=10_000)
    start = facebook.post_to("videos", data={"upload_phase": "start", "file_size": len(content)}).json()
    assert (start["start_offset"], start["end_offset"]) == ("0", "3000")

    too_large = {"start_offset": "0", "end_offset": "3001"}
    skipped = {"start_offset": "3000", "end_offset": "6000"}
    assert code_of(transfer(facebook, start, too_large, content)) == (100, None)
    assert code_of(transfer(facebook, start, skipped, content)) == (100, None)
    finish = {"upload_phase": "finish", "upload_session_id": start["upload_session_id"]}
    assert code_of(facebook.post_to("videos", data=finish)) == (100, None)
    cancel = {"upload_phase": "cancel", "upload_session_id": start["upload_session_id"]}
    assert facebook.post_to("videos", data=cancel).json() == {"success": True}
    assert code_of(facebook.post_to("videos", data=finish)) == (100, None)


def test_a_video_that_cannot_be_fetched_is_refused(facebook, gallery):
    assert code_of(facebook.post_to("videos", data={"file_url": gallery.missing()})) == (100, 2061006)
    assert code_of(facebook.post_to("videos", data={"description": "none"})) == (100, None)


def test_what_is_no_video_fails_in_processing_and_leaves_no_post(facebook, gallery):
    video = by_address(facebook, picture(), gallery)
    facebook.sandbox.advance(seconds=5)

    status = facebook.status(video)
    assert (status["video_status"], status["processing_phase"]["errors"][0]["code"]) == ("error", 2069019)
    assert facebook.sandbox.posts("facebook", "harbourcoffee") == []


def test_a_new_video_may_not_be_readable_at_once(facebook, gallery):
    facebook.sandbox.set("facebook", fresh_video_seconds=4)
    video = by_address(facebook, film(), gallery)

    assert code_of(facebook.read(video, fields="status")) == (100, 33)
    facebook.sandbox.advance(seconds=4)
    assert facebook.status(video)["video_status"] == "processing"
