"""X: pictures in one request, films in segments, processing on the sandbox's clock, and what comes with a medium."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.sandbox.gallery import animation, picture, video
from tests.sandbox.x_client import MEBIBYTE, X, detail_of, film, message_of, pieces
from tests.support.sandbox import Sandbox

BAD_MEDIA = "Your media IDs are invalid."
SRT = b"1\n00:00:00,000 --> 00:00:02,000\nFresh beans\n"


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    with X(sandbox, "harbourcoffee") as client:
        yield client


def show(x: X, *ids: str, text: str = "Look") -> str:
    return x.posted(text, media={"media_ids": list(ids)})


def test_a_picture_is_uploaded_described_and_shown(x):
    content = picture(800, 600, "PNG")
    data = x.upload(content).json()["data"]
    assert data["image"] == {"image_type": "image/png", "w": 800, "h": 600}
    assert (data["size"], data["media_key"], data["expires_after_secs"]) == (len(content), f"3_{data['id']}", 86400)

    body = {"id": data["id"], "metadata": {"alt_text": {"text": "A red bike"}}}
    assert x.call("POST", "/2/media/metadata", json=body).json()["data"] == {
        "id": data["id"],
        "associated_metadata": {"alt_text": {"text": "A red bike"}},
    }
    show(x, data["id"])
    (post,) = x.sandbox.posts("x")
    assert [(one["alt"], one["size"], one["mime"]) for one in post["media"]] == [
        ("A red bike", len(content), "image/png")
    ]


def test_four_pictures_stand_in_the_order_of_their_ids(x):
    ids = [x.uploaded(picture(100 + n, 100)) for n in range(4)]
    show(x, *reversed(ids))

    (post,) = x.sandbox.posts("x")
    assert [one["width"] for one in post["media"]] == [103, 102, 101, 100]


def test_a_medium_can_be_shown_without_words_and_again(x):
    id = x.uploaded(picture())
    x.posted(media={"media_ids": [id]})
    x.posted(media={"media_ids": [id]})

    assert [len(post["media"]) for post in x.sandbox.posts("x")] == [1, 1]
    assert x.sandbox.counts("x")["repeated"] == 1


@pytest.mark.parametrize(
    ("content", "category"),
    [
        (picture() + bytes(5 * MEBIBYTE), "tweet_image"),
        (b"<html>not found</html>", "tweet_image"),
        (animation(), "tweet_image"),
        (b"", "tweet_image"),
        (picture(), "tweet_video"),
        (picture(), ""),
    ],
    ids=["too large", "no picture", "animated", "empty", "another category", "no category"],
)
def test_a_picture_that_x_does_not_take_is_refused(x, content, category):
    assert x.upload(content, category).status_code == 400


@pytest.mark.parametrize("text", ["", "x" * 1001], ids=["empty", "long"])
def test_alternative_text_has_between_1_and_1000_characters(x, text):
    body = {"id": x.uploaded(picture()), "metadata": {"alt_text": {"text": text}}}

    assert x.call("POST", "/2/media/metadata", json=body).status_code == 400


def test_a_film_is_sent_in_segments_processed_and_shown(x):
    content = film(size=2_500_000)
    data = x.initialize(len(content)).json()["data"]
    id = data["id"]
    assert (data["media_key"], data["expires_after_secs"]) == (f"13_{id}", 86400)
    for index, piece in enumerate(pieces(content)):
        assert x.append(id, index, piece).json()["data"]["expires_at"] > 0

    final = x.finalize(id).json()["data"]
    assert (final["size"], final["media_key"]) == (2_500_000, f"13_{id}")
    assert final["processing_info"]["state"] == "pending"
    assert final["processing_info"]["check_after_secs"] >= 1
    assert message_of(x.post("Early", media={"media_ids": [id]})) == BAD_MEDIA

    x.sandbox.advance(seconds=1)
    info = x.status(id).json()["data"]["processing_info"]
    assert (info["state"], 40 <= info["progress_percent"] < 100) == ("in_progress", True)
    x.sandbox.advance(seconds=1)
    assert x.status(id).json()["data"]["processing_info"] == {"state": "succeeded", "progress_percent": 100}
    show(x, id)
    (post,) = x.sandbox.posts("x")
    assert (post["media"][0]["size"], post["media"][0]["mime"]) == (2_500_000, "video/mp4")


def medium_of(x: X, id: str) -> dict[str, int]:
    """What the sandbox knows of how an upload came in."""
    return next(thing for thing in x.sandbox.things("x", "received") if thing["id"] == id)


def test_segments_come_in_any_order_and_again_and_are_compared(x):
    content = film(size=3 * MEBIBYTE)
    id = x.initialize(len(content)).json()["data"]["id"]
    parts = list(enumerate(pieces(content)))
    for index, piece in [parts[2], parts[0], parts[1], parts[0]]:
        assert x.append(id, index, piece).status_code == 200
    assert x.finalize(id).status_code == 200

    known = medium_of(x, id)
    assert (known["size"], known["crc32"], known["received"]) == (len(content), zlib.crc32(content), 4 * MEBIBYTE)


def test_a_segment_can_come_as_base64_in_json(x):
    content = film(size=2000)
    id = x.initialize(len(content)).json()["data"]["id"]
    body = {"segment_index": 0, "media": base64.b64encode(content).decode()}

    assert x.call("POST", f"/2/media/upload/{id}/append", json=body).status_code == 200
    assert x.finalize(id).status_code == 200
    assert medium_of(x, id)["crc32"] == zlib.crc32(content)


def test_older_servers_answer_a_segment_with_nothing(x):
    x.sandbox.set("x", empty_append=True)
    id = x.initialize(100).json()["data"]["id"]
    answer = x.append(id, 0, bytes(100))

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("category", "kind", "size"),
    [
        ("tweet_film", "video/mp4", 1000),
        ("tweet_video", "video/ogg", 1000),
        ("tweet_video", "image/png", 1000),
        ("tweet_video", "video/mp4", 0),
        ("tweet_video", "video/mp4", 512 * MEBIBYTE + 1),
        ("tweet_image", "image/png", 5 * MEBIBYTE + 1),
        ("tweet_gif", "image/gif", 15 * MEBIBYTE + 1),
    ],
)
def test_an_upload_that_x_does_not_take_is_refused_before_it_begins(x, category, kind, size):
    assert x.initialize(size, category=category, kind=kind).status_code == 400


def test_premium_uploads_larger_films(x):
    x.sandbox.set("x", premium_handles="harbourcoffee")

    assert x.initialize(1024 * MEBIBYTE).status_code == 200


def test_segments_are_at_most_five_million_bytes_and_a_thousand(x):
    id = x.initialize(20_000_000).json()["data"]["id"]

    assert x.append(id, 0, bytes(5_000_000)).status_code == 200
    assert "larger than 5000000" in message_of(x.append(id, 1, bytes(5_000_001)))
    assert "[segment_index]" in message_of(x.append(id, 1000, b"x"))
    assert "[segment_index]" in message_of(x.call("POST", f"/2/media/upload/{id}/append", files={"media": ("a", b"x")}))


def test_segments_have_to_add_up(x):
    id = x.initialize(2000).json()["data"]["id"]
    x.append(id, 0, bytes(1000))
    assert "do not add up" in message_of(x.finalize(id))
    assert "larger than total_bytes" in message_of(x.append(id, 1, bytes(1001)))
    x.append(id, 2, bytes(1000))
    assert "do not add up" in message_of(x.finalize(id))


def test_an_upload_that_was_not_finalized_has_no_status(x):
    id = x.initialize(2000).json()["data"]["id"]

    assert "not been finalized" in message_of(x.status(id))
    assert x.status("123").status_code == 404
    assert x.get("/2/media/upload", command="LOOK", media_id=id).status_code == 400


def test_finalizing_again_answers_how_far_it_is(x):
    id = x.sent(film(size=2000))
    x.sandbox.advance(seconds=3)

    assert x.finalize(id).json()["data"]["processing_info"]["state"] == "succeeded"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no film at all" * 100, "Unsupported video format"),
        (b"\x1aE\xdf\xa3" + bytes(100), "Unsupported video format"),
        (film(seconds=0.4), "Video is too short"),
        (film(width=16, height=32), "Video dimensions are too small"),
        (film(width=3840, height=2160), "Video dimensions are too large"),
        (film(width=1280, height=400), "Video aspect ratio is out of range"),
    ],
    ids=["no film", "webm", "short", "small", "large", "wide"],
)
def test_a_film_that_x_cannot_use_fails_in_processing(x, content, words):
    id = x.sent(content)
    x.sandbox.advance(seconds=2)

    assert x.status(id).json()["data"]["processing_info"] == {
        "state": "failed",
        "error": {"code": 1, "name": "InvalidMedia", "message": words},
    }
    assert message_of(x.post("Look", media={"media_ids": [id]})) == BAD_MEDIA


@pytest.mark.parametrize("content", [film(), film(brand=b"qt  "), film(width=1080, height=1920), video()], ids=len)
def test_a_film_within_the_rules_is_taken(x, content):
    id = x.sent(content)
    x.sandbox.advance(seconds=2)

    assert show(x, id)


def test_processing_can_be_slow_and_can_fail(x):
    x.sandbox.fault("slow_processing", platform="x", seconds=300)
    slow = x.sent(film())
    x.sandbox.fault("failed_processing", platform="x", account="harbourcoffee")
    failed = x.sent(film())

    x.sandbox.advance(seconds=60)
    states = [x.status(id).json()["data"]["processing_info"]["state"] for id in (slow, failed)]
    assert states == ["in_progress", "failed"]
    assert x.status(slow).json()["data"]["processing_info"]["check_after_secs"] == 30


def test_a_film_can_seem_to_succeed_and_be_refused_by_the_post(x):
    x.sandbox.set("x", fails_at_post=True)
    id = x.sent(b"no film at all")
    x.sandbox.advance(seconds=2)

    assert x.status(id).json()["data"]["processing_info"]["state"] == "succeeded"
    assert message_of(x.post("Look", media={"media_ids": [id]})) == BAD_MEDIA


def test_a_film_of_more_than_140_seconds_is_for_premium(x):
    id = x.sent(film(seconds=141))
    x.sandbox.advance(seconds=2)

    assert "longer than 2 minutes" in detail_of(x.post("Long", media={"media_ids": [id]}), 403)
    x.sandbox.set("x", premium_handles="harbourcoffee")
    assert show(x, id)


def moving(frames: int, width: int = 8, height: int = 8) -> bytes:
    pictures = [Image.new("L", (width, height), n % 256) for n in range(frames)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def test_an_animation_has_its_own_category_and_stands_alone(x):
    gif = x.sent(moving(3), category="tweet_gif", kind="image/gif")
    still = x.uploaded(picture())
    x.sandbox.advance(seconds=2)

    assert "1 GIF" in message_of(x.post("Both", media={"media_ids": [gif, still]}))
    id = show(x, gif)
    media = x.get(f"/2/tweets/{id}", expansions="attachments.media_keys").json()["includes"]["media"]
    assert media == [{"media_key": f"16_{gif}", "type": "animated_gif"}]


@pytest.mark.parametrize(
    "content", [moving(351), moving(2, 1281, 8), moving(2, 8, 1081)], ids=["frames", "wide", "tall"]
)
def test_an_animation_beyond_the_rules_fails(x, content):
    id = x.sent(content, category="tweet_gif", kind="image/gif")
    x.sandbox.advance(seconds=2)

    assert x.status(id).json()["data"]["processing_info"]["state"] == "failed"


def test_a_picture_can_be_sent_in_segments_too_and_is_ready_at_once(x):
    content = picture(kind="PNG")
    id = x.sent(content, category="tweet_image", kind="image/png")

    assert "processing_info" not in x.status(id).json()["data"]
    show(x, id)
    assert x.sandbox.posts("x")[0]["media"][0]["size"] == len(content)


def test_media_last_a_day(x):
    used, unused = x.uploaded(picture()), x.uploaded(picture())
    x.sandbox.advance(hours=24)
    x.token = x.sandbox.create_account("x", "harbourcoffee")["credentials"]["token"]

    assert message_of(x.post("Late", media={"media_ids": [used]})) == BAD_MEDIA
    assert x.status(unused).status_code == 404


def test_media_belong_to_whoever_uploaded_them(x):
    own, film_of_own = x.uploaded(picture()), x.initialize(1000).json()["data"]["id"]
    with X(x.sandbox, "lumenyoga") as stranger:
        assert message_of(stranger.post("Mine", media={"media_ids": [own]})) == BAD_MEDIA
        assert stranger.append(film_of_own, 0, bytes(1000)).status_code == 404
        assert stranger.status(own).status_code == 404
    assert message_of(x.post("Twice", media={"media_ids": [own, own]})) == BAD_MEDIA
    assert x.post("Nobody's", media={"media_ids": ["123"]}).json()["errors"][0]["parameters"] == {
        "media.media_ids": ["123"]
    }


def test_photos_and_a_film_mix_only_where_that_is_switched_on(x):
    both = [x.uploaded(picture()), x.sent(film())]
    x.sandbox.advance(seconds=2)

    assert x.post("Both", media={"media_ids": both}).status_code == 400
    x.sandbox.set("x", mixed_media=True)
    assert show(x, *both)


def test_subtitles_belong_to_a_film(x):
    words, own = x.upload(SRT, "subtitles").json()["data"]["id"], x.sent(film())
    subtitles = {"id": words, "language_code": "EN", "display_name": "English"}
    body = {"id": own, "media_category": "TweetVideo", "subtitles": subtitles}

    answer = x.call("POST", "/2/media/subtitles", json=body).json()["data"]
    assert answer["associated_subtitles"] == [subtitles]
    assert x.call("POST", "/2/media/subtitles", json=body | {"id": x.uploaded(picture())}).status_code == 400
    assert x.call("POST", "/2/media/subtitles", json=body | {"subtitles": {"id": words}}).status_code == 400
    assert message_of(x.post("Words", media={"media_ids": [words]})) == BAD_MEDIA


def test_alternative_text_is_not_for_films(x):
    body = {"id": x.sent(film()), "metadata": {"alt_text": {"text": "A film"}}}

    assert x.call("POST", "/2/media/metadata", json=body).status_code == 400
    x.sandbox.set("x", video_alt_text=True)
    assert x.call("POST", "/2/media/metadata", json=body).status_code == 200


def test_the_older_form_on_one_address_is_there_only_where_it_is_switched_on(x):
    content = film(size=2000)
    begin = {"command": "INIT", "media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": "2000"}
    assert "[command]" in message_of(x.call("POST", "/2/media/upload", data=begin))

    x.sandbox.set("x", single_endpoint=True)
    id = x.call("POST", "/2/media/upload", data=begin).json()["data"]["id"]
    form = {"command": "APPEND", "media_id": id, "segment_index": "0"}
    assert x.call("POST", "/2/media/upload", data=form, files={"media": ("a", content)}).status_code == 200
    x.call("POST", "/2/media/upload", data={"command": "FINALIZE", "media_id": id})
    x.sandbox.advance(seconds=2)
    assert show(x, id)
