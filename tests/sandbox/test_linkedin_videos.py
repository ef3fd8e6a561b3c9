"""LinkedIn: videos in parts with ETags, put together, processed, and shown."""

from __future__ import annotations

import os
import struct
import zlib

import httpx
import pytest

from apps.sandbox.linkedin.parts import joined_crc32
from tests.sandbox.gallery import picture
from tests.sandbox.linkedin_client import LinkedIn

PART = 4 * 1024 * 1024


@pytest.fixture
def linkedin(sandbox):
    sandbox.set("linkedin", part_bytes=100_000, min_video_bytes=1000)
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def film(
    *, seconds: int = 30, width: int = 1280, height: int = 720, brand: bytes = b"mp42", size: int = 250_000
) -> bytes:
    """An MP4 that says how long and how large it is, and is noise otherwise."""
    length = struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80)
    sides = bytes(76) + struct.pack(">II", width << 16, height << 16)
    start = box(b"ftyp", brand + bytes(8)) + box(b"moov", box(b"mvhd", length) + box(b"trak", box(b"tkhd", sides)))
    return start + box(b"mdat", os.urandom(size - len(start) - 8))


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def announced(linkedin: LinkedIn, content: bytes, **switches: bool) -> dict:
    answer = linkedin.announce_video(len(content), **switches)
    assert answer.status_code == 200, answer.text
    return answer.json()["value"]


def test_the_parts_are_four_mebibytes_unless_set_otherwise(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as linkedin:
        value = linkedin.announce_video(5_242_900, uploadCaptions=False, uploadThumbnail=False).json()["value"]

    spans = [(part["firstByte"], part["lastByte"]) for part in value["uploadInstructions"]]
    assert spans == [(0, PART - 1), (PART, 5_242_899)]
    assert value["uploadToken"] == ""
    assert "thumbnailUploadUrl" not in value


def test_a_video_goes_its_way_from_the_first_part_to_the_feed(linkedin):
    content = film()
    value = announced(linkedin, content)
    etags = linkedin.send_parts(value, content)
    assert linkedin.look(value["video"])["status"] == "WAITING_UPLOAD"
    assert linkedin.finalize(value, etags).content == b""
    assert linkedin.look(value["video"])["status"] == "PROCESSING"
    linkedin.sandbox.advance(seconds=10)
    seen = linkedin.look(value["video"])
    assert (seen["status"], seen["duration"], seen["aspectRatioWidth"]) == ("AVAILABLE", 30_000, 1280)

    urn = linkedin.post(content={"media": {"id": value["video"], "title": "Roasting"}})

    assert urn.startswith("urn:li:ugcPost:")
    (post,) = linkedin.sandbox.posts("linkedin")
    assert (post["media"][0]["mime"], post["media"][0]["size"]) == ("video/mp4", len(content))
    (upload,) = linkedin.sandbox.things("linkedin", "upload")
    assert (upload["crc32"], upload["received"]) == (zlib.crc32(content), len(content))


def test_etags_come_in_quotes_and_as_opaque_paths(linkedin):
    content = film()
    value = announced(linkedin, content)
    first, second = value["uploadInstructions"][:2]

    quoted = linkedin.put(first["uploadUrl"], content[:100_000], Authorization="").headers["ETag"]
    opaque = linkedin.put(second["uploadUrl"], content[100_000:200_000], Authorization="").headers["ETag"]

    assert quoted.startswith('"')
    assert opaque.startswith("/ambry-videoei/signedId/")


@pytest.mark.parametrize("size", [99_999, 100_001, 0])
def test_a_part_is_exactly_as_long_as_it_was_asked_for(linkedin, size):
    value = announced(linkedin, film())

    answer = linkedin.put(value["uploadInstructions"][0]["uploadUrl"], bytes(size), Authorization="")

    assert code_of(answer) == (400, "ILLEGAL_ARGUMENT")


def test_a_part_may_be_sent_again_and_out_of_order(linkedin):
    content = film()
    value = announced(linkedin, content)
    backwards = value | {"uploadInstructions": value["uploadInstructions"][::-1]}
    linkedin.send_parts(backwards, content)
    etags = linkedin.send_parts(value, content)

    assert linkedin.finalize(value, etags).status_code == 200
    (upload,) = linkedin.sandbox.things("linkedin", "upload")
    assert (upload["crc32"], upload["received"]) == (zlib.crc32(content), 2 * len(content))


def test_the_addresses_of_parts_are_signed_and_take_no_token(linkedin):
    content = film()
    url = announced(linkedin, content)["uploadInstructions"][0]["uploadUrl"]

    assert linkedin.put(url, content[:100_000]).status_code == 400
    assert linkedin.put(url, content[:100_000], **{"Authorization": "", "Content-Type": "video/mp4"}).status_code == 400
    assert linkedin.put(url + "x", content[:100_000], Authorization="").status_code == 403
    assert linkedin.put(url.replace("part=0", "part=9"), b"", Authorization="").status_code == 400


def test_the_addresses_end_after_thirty_days(linkedin):
    content = film()
    value = announced(linkedin, content)
    linkedin.sandbox.advance(days=30)

    answer = linkedin.put(value["uploadInstructions"][0]["uploadUrl"], content[:100_000], Authorization="")

    assert code_of(answer) == (400, "EXPIRED_UPLOAD_URL")
    assert code_of(linkedin.finalize(value, [])) == (400, "EXPIRED_UPLOAD_URL")


def test_a_video_is_put_together_from_all_its_parts_in_their_order(linkedin):
    content = film()
    value = announced(linkedin, content)
    some = value | {"uploadInstructions": value["uploadInstructions"][:2]}
    assert code_of(linkedin.finalize(value, linkedin.send_parts(some, content))) == (400, "UPDATING_ASSET_FAILED")
    etags = linkedin.send_parts(value, content)

    assert code_of(linkedin.finalize(value, etags[::-1])) == (400, "ILLEGAL_ARGUMENT")
    assert code_of(linkedin.finalize(value, [f'"{etag}"' for etag in etags])) == (400, "ILLEGAL_ARGUMENT")
    assert linkedin.finalize(value, etags).status_code == 200
    assert linkedin.finalize(value, etags).status_code == 200
    url = value["uploadInstructions"][0]["uploadUrl"]
    assert code_of(linkedin.put(url, content[:100_000], Authorization="")) == (400, "UPDATING_ASSET_FAILED")


def test_an_upload_token_has_to_come_back(linkedin):
    linkedin.sandbox.set("linkedin", upload_token=True)
    content = film()
    value = announced(linkedin, content)
    etags = linkedin.send_parts(value, content)

    assert value["uploadToken"]
    assert linkedin.finalize(value, etags, uploadToken="").status_code == 400
    assert linkedin.finalize(value, etags).status_code == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (film(brand=b"qt  "), "UNSUPPORTED_FORMAT"),
        (os.urandom(150_000), "UNSUPPORTED_FORMAT"),
        (film(seconds=2), "UNSUPPORTED_DURATION"),
        (film(seconds=1801), "UNSUPPORTED_DURATION"),
        (film(width=1000, height=400), "UNSUPPORTED_ASPECT_RATIO"),
        (film(width=400, height=1000), "UNSUPPORTED_ASPECT_RATIO"),
    ],
    ids=["QuickTime", "noise", "too short", "too long", "too wide", "too tall"],
)
def test_what_is_wrong_with_a_video_comes_out_in_processing(linkedin, content, reason):
    urn = linkedin.upload_video(content)

    assert linkedin.look(urn)["processingFailureReason"] == reason
    answer = linkedin.create(content={"media": {"id": urn}})
    assert code_of(answer) == (400, "MEDIA_ASSET_PROCESSING_FAILED")


def test_a_video_is_not_shown_while_it_is_processed(linkedin):
    linkedin.sandbox.fault("slow_processing", platform="linkedin", path="/rest/videos$", seconds=300, times=2)
    urn = linkedin.upload_video(film())

    assert code_of(linkedin.create(content={"media": {"id": urn}})) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    linkedin.sandbox.advance(seconds=300)
    assert linkedin.create(content={"media": {"id": urn}}).status_code == 201


def test_processing_can_fail(linkedin):
    linkedin.sandbox.fault("failed_processing", platform="linkedin", account="harbourcoffee")

    assert linkedin.look(linkedin.upload_video(film()))["status"] == "PROCESSING_FAILED"


@pytest.mark.parametrize("size", [74_999, 500 * 1024 * 1024 + 1, "many", None])
def test_a_size_out_of_bounds_is_refused(sandbox, size):
    with LinkedIn(sandbox, "harbourcoffee") as linkedin:
        assert linkedin.announce_video(size).json()["code"] == "INVALID_VALUE_FOR_FIELD"


def test_a_thumbnail_says_what_it_is_and_captions_come_in_a_form(linkedin):
    content, image = film(), picture()
    value = announced(linkedin, content, uploadThumbnail=True, uploadCaptions=True)

    assert linkedin.put(value["thumbnailUploadUrl"], image, Authorization="").status_code == 400
    told = {"Authorization": "", "media-type-family": "STILLIMAGE"}
    assert linkedin.put(value["thumbnailUploadUrl"], image, **told).status_code == 201
    words = b"1\n00:00:00,000 --> 00:00:02,000\nHello\n"
    assert linkedin.http.put(value["captionsUploadUrl"], content=words).status_code == 400
    assert linkedin.http.put(value["captionsUploadUrl"], files={"file": ("a.srt", words)}).status_code == 201
    (upload,) = linkedin.sandbox.things("linkedin", "upload")
    assert upload["extras"]["thumbnail"] == {"size": len(image), "crc32": zlib.crc32(image)}
    assert upload["extras"]["captions"]["size"] == len(words)


def test_a_member_may_look_at_a_video_with_the_scope_that_only_writes(sandbox, linkedin):
    sandbox.set("linkedin", min_video_bytes=1000)
    with LinkedIn(sandbox, "harbourcoffee", scopes=["w_member_social"]) as writer:
        urn = writer.upload_video(film(), owner=writer.person)
        assert writer.look(urn)["status"] == "AVAILABLE"
    with LinkedIn(sandbox, "lumenyoga") as other:
        assert other.look(urn)["message"] == "Accessing this video resource is forbidden"


def test_two_sums_join_into_the_sum_of_the_whole():
    first, second = os.urandom(1000), os.urandom(77)

    assert joined_crc32(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)
