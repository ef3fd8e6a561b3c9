"""LinkedIn: images and documents on their way into posts, and what is wrong with them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from tests.sandbox.gallery import picture
from tests.sandbox.linkedin_client import LinkedIn, code_of, encoded

PDF = b"%PDF-1.7\n" + b"<< /Type /Page >>\n" * 3


@pytest.fixture
def linkedin(sandbox):
    with LinkedIn(sandbox, "harbourcoffee") as client:
        yield client


def test_an_image_is_announced_sent_and_shown_with_its_alternative_text(linkedin):
    content = picture()
    value = linkedin.announce()
    assert linkedin.status(value["image"]) == "WAITING_UPLOAD"
    assert linkedin.put(value["uploadUrl"], content).status_code == 201
    assert linkedin.status(value["image"]) == "PROCESSING"
    linkedin.sandbox.advance(seconds=2)
    assert linkedin.status(value["image"]) == "AVAILABLE"

    urn = linkedin.post(content={"media": {"id": value["image"], "altText": "A red bike"}})

    (post,) = linkedin.sandbox.posts("linkedin")
    assert (post["id"], post["media"][0]["alt"], post["media"][0]["size"]) == (urn, "A red bike", len(content))
    (upload,) = linkedin.sandbox.things("linkedin", "upload")
    assert (upload["crc32"], upload["received"]) == (zlib.crc32(content), len(content))


def test_several_images_keep_their_order(linkedin):
    images = [{"id": linkedin.upload(picture(width, 100)), "altText": str(width)} for width in (300, 200, 100)]

    linkedin.post(content={"multiImage": {"images": images}})

    (post,) = linkedin.sandbox.posts("linkedin")
    assert [one["width"] for one in post["media"]] == [300, 200, 100]


@pytest.mark.parametrize("count", [1, 21])
def test_several_images_are_two_to_twenty(linkedin, count):
    images = [{"id": linkedin.upload(picture(50, 50), wait=2)}] * count

    assert code_of(linkedin.create(content={"multiImage": {"images": images}})) == (400, "INVALID_VALUE_FOR_FIELD")


def test_an_image_is_not_shown_before_it_is_there_and_processed(linkedin):
    value = linkedin.announce()
    content = {"media": {"id": value["image"]}}
    assert linkedin.create(content=content).json() == {
        "status": 400,
        "code": "MEDIA_ASSET_WAITING_UPLOAD",
        "message": "Media asset is waiting upload",
    }

    linkedin.put(value["uploadUrl"], picture())
    assert code_of(linkedin.create(content=content)) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    linkedin.sandbox.advance(seconds=2)
    assert linkedin.create(content=content).status_code == 201


def huge() -> bytes:
    """The beginning of a PNG of 6013 x 6013 pixels, which is enough to tell."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 6013, 6013, 8, 2, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b""), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def film() -> bytes:
    """A GIF of 251 frames."""
    frames = [Image.new("L", (2, 1), number) for number in range(251)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"<html>", picture(kind="WEBP"), picture() + bytes(5 * 1024 * 1024), huge(), film()],
    ids=["no picture", "WebP", "too large", "too many pixels", "too many frames"],
)
def test_what_is_wrong_with_an_image_comes_out_in_processing(linkedin, content):
    urn = linkedin.upload(content)

    assert linkedin.status(urn) == "PROCESSING_FAILED"
    assert code_of(linkedin.create(content={"media": {"id": urn}})) == (400, "MEDIA_ASSET_PROCESSING_FAILED")


def test_processing_can_be_slow_and_can_fail(linkedin):
    linkedin.sandbox.fault("slow_processing", platform="linkedin", seconds=300, path="uploaded-image")
    slow = linkedin.upload(picture())
    linkedin.sandbox.fault("failed_processing", platform="linkedin", path="uploaded-image")
    failed = linkedin.upload(picture())

    assert (linkedin.status(slow), linkedin.status(failed)) == ("PROCESSING", "PROCESSING_FAILED")
    linkedin.sandbox.advance(seconds=300)
    assert linkedin.status(slow) == "AVAILABLE"


def test_an_upload_address_wants_the_token_the_raw_bytes_and_is_good_for_a_day(linkedin):
    value = linkedin.announce()
    assert linkedin.put(value["uploadUrl"], picture(), Authorization="").status_code == 401
    assert linkedin.call("PUT", value["uploadUrl"], files={"file": picture()}).status_code == 400
    assert linkedin.put(value["uploadUrl"], b"").status_code == 400

    linkedin.sandbox.advance(days=1)
    assert code_of(linkedin.put(value["uploadUrl"], picture())) == (400, "EXPIRED_UPLOAD_URL")


def test_an_image_belongs_to_its_owner_alone(linkedin):
    urn = linkedin.upload(picture(), owner=linkedin.person)

    answer = linkedin.create(content={"media": {"id": urn}})
    assert answer.json()["message"] == "Accessing this image resource is forbidden"
    assert linkedin.create(author=linkedin.person, content={"media": {"id": urn}}).status_code == 201


def test_a_members_image_cannot_be_looked_at_with_a_token_that_only_writes(linkedin):
    urn = linkedin.upload(picture(), owner=linkedin.person)

    assert linkedin.rest("GET", f"images/{encoded(urn)}").status_code == 403


def test_a_document_is_shown_under_its_title(linkedin):
    urn = linkedin.upload(PDF, kind="document")
    assert linkedin.status(urn) == "AVAILABLE"
    assert code_of(linkedin.create(content={"media": {"id": urn}})) == (422, "MISSING_FIELD")

    linkedin.post(content={"media": {"id": urn, "title": "Deck.pdf"}})

    (post,) = linkedin.sandbox.posts("linkedin")
    assert (post["media"][0]["mime"], post["media"][0]["size"]) == ("application/pdf", len(PDF))


@pytest.mark.parametrize(
    "content", [b"plain text", PDF + b"<< /Type /Page >>\n" * 300], ids=["no document", "303 pages"]
)
def test_a_wrong_document_fails_in_processing(linkedin, content):
    assert linkedin.status(linkedin.upload(content, kind="document")) == "PROCESSING_FAILED"


def test_an_image_that_no_post_uses_is_forgotten_and_one_that_is_used_is_kept(linkedin):
    used, unused = linkedin.upload(picture()), linkedin.upload(picture(50, 50))
    linkedin.post(content={"media": {"id": used}})
    linkedin.sandbox.advance(days=13)
    assert (linkedin.status(used), linkedin.status(unused)) == ("AVAILABLE", "AVAILABLE")
    linkedin.sandbox.advance(days=1)

    assert linkedin.status(used) == "AVAILABLE"
    assert linkedin.create(content={"media": {"id": unused}}).status_code == 400
