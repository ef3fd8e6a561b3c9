"""Pinterest: videos registered, sent to the store as a form, processed and shown; and everything that can be wrong."""

from __future__ import annotations

import base64
import zlib

import httpx
import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.pinterest_client import Pinterest, code_of, film

FIELDS = {
    "x-amz-date", "x-amz-signature", "x-amz-security-token", "x-amz-algorithm", "key", "policy", "x-amz-credential",
    "Content-Type",
}  # fmt: skip


@pytest.fixture
def pinterest(sandbox):
    with Pinterest(sandbox, "harbourcoffee") as client:
        yield client


def shown(pinterest: Pinterest, media_id: str, **cover) -> httpx.Response:
    return pinterest.create({"source_type": "video_id", "media_id": media_id} | cover, title="Ride")


def test_a_video_goes_from_registered_to_succeeded_and_on_to_pins(pinterest, gallery):
    content, cover = film(size=300_000), gallery.hang(picture())
    registered = pinterest.register()
    media_id = registered["media_id"]
    assert set(registered["upload_parameters"]) == FIELDS
    assert pinterest.status(media_id) == "registered"
    sent = pinterest.upload(registered, content)
    assert (sent.status_code, sent.content) == (204, b"")
    assert pinterest.status(media_id) == "processing"
    early = shown(pinterest, media_id, cover_image_url=cover)
    assert code_of(early) == (400, 1)
    pinterest.sandbox.advance(seconds=5)
    assert pinterest.read("/media").json()["items"] == [
        {"media_id": media_id, "media_type": "video", "status": "succeeded"}
    ]

    made = shown(pinterest, media_id, cover_image_url=cover).json()

    assert (made["creative_type"], made["media"]["media_type"]) == ("VIDEO", "video")
    assert [made["media"][name] for name in ("duration", "width", "height", "video_url")] == [None] * 4
    assert httpx.get(made["media"]["cover_image_url"]).content == picture()
    pinterest.sandbox.advance(seconds=10)
    media = pinterest.read(f"/pins/{made['id']}").json()["media"]
    assert (media["duration"], media["width"], media["height"]) == (12_000, 1080, 1920)
    again = shown(pinterest, media_id, cover_image_key_frame_time=99)
    assert again.status_code == 201
    posts = pinterest.sandbox.posts("pinterest")
    assert [post["media"][0]["mime"] for post in posts] == ["video/mp4"] * 2
    told = posts[0]["media"][0]["data"]
    assert (told["crc32"], told["size"], told["received"]) == (zlib.crc32(content), len(content), len(content))
    changed = pinterest.send("PATCH", f"/pins/{made['id']}", {"alt_text": "A ride"}).json()
    assert changed["alt_text"] == "A ride"


def test_a_video_has_exactly_one_cover(pinterest, gallery):
    media_id, cover = pinterest.video(), gallery.hang(picture())
    inline = {
        "cover_image_content_type": "image/jpeg",
        "cover_image_data": base64.b64encode(picture()).decode(),
    }
    assert shown(pinterest, media_id, **inline).status_code == 201

    none = shown(pinterest, media_id)
    assert code_of(none) == (400, 1)
    assert "cover_image_url or cover_image_content_type" in none.json()["message"]
    for wrong in (
        inline | {"cover_image_url": cover},
        {"cover_image_content_type": "image/jpeg"},
        {"cover_image_key_frame_time": -1},
        {"cover_image_key_frame_time": 1.5},
        {"cover_image_key_frame_time": True},
    ):
        assert code_of(shown(pinterest, media_id, **wrong)) == (400, 1), wrong
    away = shown(pinterest, media_id, cover_image_url=gallery.missing())
    assert code_of(away) == (400, 400)


@pytest.mark.parametrize(
    "content",
    [picture(), film(seconds=3), film(seconds=901), film(width=500, height=1100), film(width=2000, height=1000)],
    ids=["picture", "short", "long", "narrow", "wide"],
)
def test_what_cannot_be_used_fails_without_a_word(pinterest, content):
    registered = pinterest.register()
    assert pinterest.upload(registered, content).status_code == 204
    pinterest.sandbox.advance(seconds=5)

    told = pinterest.read(f"/media/{registered['media_id']}").json()

    assert told == {"media_id": registered["media_id"], "media_type": "video", "status": "failed"}
    assert code_of(shown(pinterest, registered["media_id"], cover_image_key_frame_time=0)) == (400, 1)


def test_the_store_takes_nothing_but_what_was_signed(pinterest):
    registered, content = pinterest.register(), film()
    url, fields = registered["upload_url"], registered["upload_parameters"]
    file = {"file": ("a.mp4", content)}
    last = [(name, (None, value)) for name, value in fields.items()]

    def xml(answer: httpx.Response) -> tuple[int, str]:
        assert answer.headers["content-type"] == "application/xml"
        return answer.status_code, answer.text.partition("<Code>")[2].partition("<")[0]

    http = pinterest.http
    assert xml(pinterest.upload(registered, content, policy=None)) == (403, "AccessDenied")
    assert xml(pinterest.upload(registered, content, acl="public")) == (403, "AccessDenied")
    assert xml(pinterest.upload(registered, content, key="mine")) == (403, "SignatureDoesNotMatch")
    # Fields after the file are not looked at.
    assert xml(http.post(url, files=[("file", ("a.mp4", content)), *last])) == (403, "AccessDenied")
    assert xml(http.post(url, data=fields, files={"video": ("a.mp4", content)})) == (400, "InvalidArgument")
    signed_in = {"Authorization": f"Bearer {pinterest.token}"}
    assert xml(http.post(url, data=fields, files=file, headers=signed_in)) == (400, "InvalidArgument")
    assert xml(http.post(url, data=fields)) == (412, "PreconditionFailed")
    assert xml(http.put(url, content=content)) == (405, "MethodNotAllowed")
    assert xml(http.post(url.replace(registered["media_id"], "1"), data=fields, files=file)) == (404, "NoSuchBucket")
    whole = httpx.Request("POST", url, data=fields, files=file)
    endless = http.post(url, content=iter([whole.read()]), headers={"Content-Type": whole.headers["Content-Type"]})
    assert xml(endless) == (411, "MissingContentLength")
    broken = http.post(url, content=whole.read()[:-20], headers={"Content-Type": whole.headers["Content-Type"]})
    assert xml(broken) == (412, "PreconditionFailed")
    assert pinterest.status(registered["media_id"]) == "registered"
    pinterest.sandbox.set("pinterest", max_video_megabytes=0)
    assert xml(pinterest.upload(registered, content)) == (400, "EntityTooLarge")
    pinterest.sandbox.set("pinterest", max_video_megabytes=1, upload_status=201)
    assert pinterest.upload(registered, content).status_code == 201
    pinterest.sandbox.advance(minutes=61)
    assert xml(pinterest.upload(registered, content)) == (403, "AccessDenied")


def test_an_upload_whose_answer_was_lost_is_sent_again(pinterest):
    registered, content = pinterest.register(), film()
    for kind in ("lost_after", "slow_processing"):
        pinterest.sandbox.fault(kind, platform="pinterest", account="harbourcoffee", path="/media-upload/", seconds=30)
    with pytest.raises(httpx.RemoteProtocolError):
        pinterest.upload(registered, content)
    pinterest.sandbox.advance(seconds=30)
    assert pinterest.status(registered["media_id"]) == "processing"

    pinterest.sandbox.fault("failed_processing", platform="pinterest", path="/media-upload/")
    assert pinterest.upload(registered, content).status_code == 204
    pinterest.sandbox.advance(seconds=5)

    assert pinterest.status(registered["media_id"]) == "failed"
    (upload,) = pinterest.sandbox.things("pinterest", "upload")
    assert (upload["size"], upload["received"]) == (len(content), 2 * len(content))
    pinterest.sandbox.fault("error_before", platform="pinterest", path="/media-upload/")
    assert "<Code>InternalError</Code>" in pinterest.upload(registered, content).text


def test_media_belong_to_an_account_and_are_videos(sandbox, pinterest):
    media_id = pinterest.video()

    with Pinterest(sandbox, "lumenyoga") as other:
        assert code_of(other.read(f"/media/{media_id}")) == (404, 404)
        assert code_of(shown(other, media_id, cover_image_key_frame_time=0)) == (400, 1)
    assert code_of(shown(pinterest, "abc", cover_image_key_frame_time=0)) == (400, 1)
    for wrong in ({}, {"media_type": "image"}, {"media_type": "video", "size": 5}):
        assert code_of(pinterest.send("POST", "/media", wrong)) == (400, 1)
    with Pinterest(sandbox, "harbourcoffee", scopes=["pins:read"]) as reader:
        assert code_of(reader.send("POST", "/media", {"media_type": "video"})) == (403, 29)


def test_a_video_is_kept_for_its_pin_for_a_day_and_a_half(pinterest):
    registered = pinterest.register()
    pinterest.upload(registered, film())
    pinterest.sandbox.advance(hours=35)
    assert pinterest.status(registered["media_id"]) == "succeeded"
    pinterest.sandbox.advance(hours=1, seconds=5)

    assert pinterest.read(f"/media/{registered['media_id']}").status_code == 404
    assert code_of(shown(pinterest, registered["media_id"], cover_image_key_frame_time=1))[0] == 400
