"""TikTok: videos in chunks or pulled, what becomes of them, drafts, and everything that is refused on the way."""

from __future__ import annotations

import socket
import zlib
from urllib.parse import urlsplit

import pytest

from tests.sandbox.threads_client import film
from tests.sandbox.tiktok_client import TikTok, code_of, data_of, message_of, upload_of

MEBIBYTE = 1024 * 1024
FILM = film(21)
PULL = "PULL_FROM_URL"
# Size, size of a chunk, number of chunks.
PLANS = (
    (4_194_304, 4_194_304, 1),
    (64_000_000, 64_000_000, 1),
    (64_000_001, 10_000_000, 6),
    (129_999_999, 10_000_000, 12),
    (50_000_123, 10_000_000, 5),
    (4_000_000_000, 10_000_000, 400),
)
UNUSABLE = (
    (b"not a film at all", "file_format_check_failed"),
    (film(21, 320, 640), "picture_size_check_failed"),
    (film(21, 4098, 640), "picture_size_check_failed"),
    (film(601), "duration_check_failed"),
    (film(2), "duration_check_failed"),
)


@pytest.fixture
def tiktok(sandbox):
    with TikTok(sandbox, "harbourcoffee") as client:
        yield client


def range_of(answer):
    return answer.status_code, answer.headers["content-range"]


def test_a_small_video_goes_up_in_one_chunk_and_becomes_public_in_its_time(tiktok, sandbox):
    sandbox.set("tiktok", video_seconds=60, moderation_seconds=60)
    info = {"is_aigc": True, "disable_duet": True, "video_cover_timestamp_ms": -5}
    publish_id, url = tiktok.begin(len(FILM), info=info)
    assert publish_id.startswith("v_pub_file~v2-1.")
    assert (len(publish_id) <= 64, len(url) <= 256) == (True, True)
    assert tiktok.status(publish_id) == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": 0}

    assert range_of(tiktok.put(url, FILM)) == (201, f"bytes 0-{len(FILM)}/{len(FILM)}")
    assert tiktok.status(publish_id) == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": len(FILM)}
    assert sandbox.posts("tiktok") == []
    sandbox.advance(seconds=61)
    assert tiktok.status(publish_id) == {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": []}
    sandbox.advance(seconds=60)
    (number,) = tiktok.status(publish_id)["publicaly_available_post_id"]

    (post,) = sandbox.posts("tiktok")
    assert (post["id"], post["text"], post["visibility"]) == (str(number), "New in store #demo", "public")
    assert number > 2**53
    kept = {name: post["data"][name] for name in ("is_aigc", "disable_duet", "video_cover_timestamp_ms")}
    assert kept == {"is_aigc": True, "disable_duet": True, "video_cover_timestamp_ms": 0}
    (medium,) = post["media"]
    assert (medium["mime"], medium["width"], medium["height"]) == ("video/mp4", 720, 1280)
    came = {name: medium["data"][name] for name in ("size", "received", "crc32", "seconds")}
    assert came == {"size": len(FILM), "received": len(FILM), "crc32": zlib.crc32(FILM), "seconds": 21}


def test_a_large_video_comes_in_sequence_and_says_how_far_it_is(tiktok, sandbox):
    chunk, content = 5 * MEBIBYTE, FILM + bytes(11 * MEBIBYTE)
    total = len(content)
    publish_id, url = tiktok.begin(total, chunk)
    first, rest = content[:chunk], content[chunk:]

    assert range_of(tiktok.put(url, rest, chunk, total)) == (416, f"bytes 0-0/{total}")
    assert range_of(tiktok.put(url, first[:-1], 0, total)) == (400, f"bytes 0-0/{total}")
    assert range_of(tiktok.put(url, first, 0, total)) == (206, f"bytes 0-{chunk}/{total}")
    assert range_of(tiktok.put(url, first, 0, total))[0] == 416
    assert tiktok.status(publish_id)["uploaded_bytes"] == chunk
    sandbox.set("tiktok", range_names_last_byte=True, finished_status=200)
    assert range_of(tiktok.put(url, rest, chunk, total)) == (200, f"bytes 0-{total - 1}/{total}")
    assert range_of(tiktok.put(url, rest, chunk, total))[0] == 416

    sandbox.advance(seconds=5)
    assert tiktok.status(publish_id)["status"] == "PUBLISH_COMPLETE"
    (medium,) = sandbox.posts("tiktok")[0]["media"]
    assert (medium["data"]["crc32"], medium["size"]) == (zlib.crc32(content), total)


def test_a_chunk_needs_its_headers_and_an_upload_its_address_and_its_hour(tiktok, sandbox):
    publish_id, url = tiktok.begin(len(FILM))
    wrong = (
        {"Content-Type": "application/octet-stream"},
        {"Content-Range": f"bytes 0-{len(FILM)}/{len(FILM)}"},
        {"Content-Range": f"bytes 0-{len(FILM) - 1}/{len(FILM) + 1}"},
        {"Content-Range": "bytes 0-/*"},
    )
    assert [tiktok.put(url, FILM, **headers).status_code for headers in wrong] == [400] * 4
    assert tiktok.put(f"{url}x", FILM).status_code == 404
    assert tiktok.put(url.replace("upload_id=", "upload_id=9"), FILM).status_code == 404

    sandbox.advance(minutes=61)
    assert range_of(tiktok.put(url, FILM)) == (403, f"bytes 0-0/{len(FILM)}")
    assert tiktok.status(publish_id) == {
        "status": "FAILED", "fail_reason": "internal", "publicaly_available_post_id": [], "uploaded_bytes": 0,
    }  # fmt: skip


def test_a_chunk_counts_when_all_of_it_has_come(tiktok, sandbox):
    publish_id, url = tiktok.begin(len(FILM))
    parts, half = urlsplit(url), FILM[: len(FILM) // 2]
    head = (
        f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: video/mp4\r\n"
        f"Content-Length: {len(FILM)}\r\nContent-Range: bytes 0-{len(FILM) - 1}/{len(FILM)}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port)) as line:
        line.sendall(head.encode() + half)
    assert tiktok.status(publish_id)["uploaded_bytes"] == 0

    assert tiktok.put(url, FILM).status_code == 201
    sandbox.advance(seconds=5)
    (medium,) = sandbox.posts("tiktok")[0]["media"]
    assert (medium["size"], medium["data"]["crc32"]) == (len(FILM), zlib.crc32(FILM))
    # What had come of the broken one may have been lost with the connection.
    assert len(FILM) <= medium["data"]["received"] <= len(FILM) + len(half)


def test_an_upload_outlives_a_server_error_and_a_lost_answer(tiktok, sandbox):
    publish_id, url = tiktok.begin(len(FILM))
    sandbox.fault("error_before", platform="tiktok", account="harbourcoffee", path="commit")
    assert tiktok.put(url, FILM).status_code == 500
    sandbox.fault("error_after", platform="tiktok", path="^/video/")
    assert tiktok.put(url, FILM).status_code == 500
    assert range_of(tiktok.put(url, FILM)) == (416, f"bytes 0-{len(FILM)}/{len(FILM)}")
    assert tiktok.status(publish_id)["uploaded_bytes"] == len(FILM)

    sandbox.advance(seconds=10)
    assert sandbox.counts("tiktok")["total"] == 1


def test_the_plans_of_the_documentation_are_taken_and_no_others(tiktok, sandbox):
    sandbox.set("tiktok", megabyte_bytes=1_000_000, video_init_per_minute=0)
    for size, chunk_size, count in PLANS:
        plan = upload_of(size, chunk_size, total_chunk_count=count)
        data_of(tiktok.init(plan))
        assert "rounded down" in message_of(tiktok.init({**plan, "total_chunk_count": count + 1}))


def test_a_plan_against_the_rules_is_refused(tiktok, sandbox):
    sandbox.set("tiktok", video_init_per_minute=0)
    size = 65 * MEBIBYTE

    def refusal(size, chunk_size, **changes):
        return message_of(tiktok.init(upload_of(size, chunk_size, **changes)))

    assert "between 5 MB and 64 MB" in refusal(size, size)
    assert "between 5 MB and 64 MB" in refusal(size, 4 * MEBIBYTE)
    assert "larger than the video" in refusal(6 * MEBIBYTE, 7 * MEBIBYTE, total_chunk_count=1)
    assert "less than 5 MB" in refusal(4 * MEBIBYTE, 2 * MEBIBYTE)
    assert "rounded down" in refusal(size, 10 * MEBIBYTE, total_chunk_count=7)
    assert "between 1 and 1000" in refusal(size, 10 * MEBIBYTE, total_chunk_count=1001)
    assert "whole number" in refusal(size, 10 * MEBIBYTE, video_size=str(size))
    assert code_of(tiktok.init(upload_of(4 * 1024**3 + 1, 50_000_000))) == (400, "invalid_file_upload")


def test_what_is_posted_is_checked_word_for_word(tiktok, sandbox):
    sandbox.set("tiktok", video_init_per_minute=0)
    source = upload_of(1000)

    def refusal(**info):
        return message_of(tiktok.init(source, info))

    assert "2200" in refusal(title="🎉" * 1101)
    data_of(tiktok.init(source, {"title": "🎉" * 1100}))
    assert "no text" in message_of(_raw(tiktok, b'{"privacy_level": "SELF_ONLY", "title": "half \\ud83c"}'))
    assert "privacy_level" in refusal(privacy_level="PUBLIC")
    assert "is_aigc" in refusal(is_aigc="false")
    assert "brand_content_toggle" in refusal(brand_content_toggle=None)
    assert "Branded" in refusal(brand_content_toggle=True, privacy_level="SELF_ONLY")
    assert "source" in message_of(tiktok.init({"source": "URL"}))
    assert "post_info" in message_of(tiktok.post("/v2/post/publish/video/init/", {"source_info": source}))
    as_form = tiktok.call("POST", "/v2/post/publish/video/init/", data={"post_info": "{}"})
    assert "Content-Type" in message_of(as_form)
    assert code_of(tiktok.init(source, {"privacy_level": "FOLLOWER_OF_CREATOR"})) == (
        403, "privacy_level_option_mismatch",
    )  # fmt: skip
    data_of(tiktok.init(source, {"unheard_of": 1}))
    sandbox.set("tiktok", refuse_unknown_fields=True, invalid_param_code="invalid_param")
    assert code_of(tiktok.init(source, {"unheard_of": 1})) == (400, "invalid_param")


def _raw(tiktok, info):
    """An init whose post_info was written by hand."""
    headers = {"Content-Type": "application/json"}
    return tiktok.call("POST", "/v2/post/publish/video/init/", content=b'{"post_info": ' + info + b"}", headers=headers)


def test_a_video_that_cannot_be_used_fails_after_the_upload(tiktok, sandbox):
    begun = [(tiktok.upload(content), content, reason) for content, reason in UNUSABLE]
    sandbox.advance(seconds=4)
    for publish_id, content, reason in begun:
        assert tiktok.status(publish_id) == {
            "status": "FAILED",
            "fail_reason": reason,
            "publicaly_available_post_id": [],
            "uploaded_bytes": len(content),
        }
    assert sandbox.posts("tiktok") == []


def test_processing_may_be_slow_or_fail_for_a_reason(tiktok, sandbox):
    sandbox.set("tiktok", failure_reason="frame_rate_check_failed")
    sandbox.fault("failed_processing", platform="tiktok", path="stage")
    failing = tiktok.upload(FILM)
    sandbox.fault("slow_processing", platform="tiktok", path="commit", seconds=120)
    slow = tiktok.upload(FILM)
    sandbox.advance(seconds=60)
    assert tiktok.status(failing)["fail_reason"] == "frame_rate_check_failed"
    assert tiktok.status(slow)["status"] == "PROCESSING_UPLOAD"
    sandbox.advance(seconds=70)
    assert tiktok.status(slow)["status"] == "PUBLISH_COMPLETE"


def test_a_video_is_pulled_from_an_address_that_is_verified(tiktok, sandbox, gallery):
    url = gallery.put("/film.mp4", FILM)
    publish_id = data_of(tiktok.init({"source": PULL, "video_url": url}))["publish_id"]
    assert publish_id.startswith("v_pub_url~v2-1.")
    done = tiktok.pulled(publish_id)
    assert done["status"] == "PUBLISH_COMPLETE"
    (post,) = sandbox.posts("tiktok")
    assert post["media"][0]["data"]["crc32"] == zlib.crc32(FILM)

    gone = data_of(tiktok.init({"source": PULL, "video_url": gallery.missing()}))["publish_id"]
    assert tiktok.pulled(gone)["fail_reason"] == "video_pull_failed"
    elsewhere = f"{sandbox.origin('tiktok')}/@harbourcoffee/video/{post['id']}"
    led = data_of(tiktok.init({"source": PULL, "video_url": elsewhere}))["publish_id"]
    assert tiktok.pulled(led)["fail_reason"] == "video_pull_failed"
    foreign = {"source": PULL, "video_url": "https://bucket.example.com/film.mp4"}
    assert code_of(tiktok.init(foreign)) == (403, "url_ownership_unverified")
    sandbox.set("tiktok", verified="example.com,https://media.example.org/t/", https_only=True)
    for address in ("http://a.example.com/f.mp4", "https://127.0.0.1/f.mp4"):
        assert code_of(tiktok.init({"source": PULL, "video_url": address})) == (400, "invalid_params")
    sandbox.set("tiktok", video_init_per_minute=0)
    for address in ("https://notexample.com/f.mp4", "https://media.example.org/u/f.mp4"):
        assert code_of(tiktok.init({"source": PULL, "video_url": address})) == (403, "url_ownership_unverified")


def test_a_pull_can_be_cancelled_and_an_upload_cannot(tiktok, sandbox, gallery):
    sandbox.set("tiktok", video_seconds=60)
    source = {"source": PULL, "video_url": gallery.put("/film.mp4", FILM)}
    publish_id = data_of(tiktok.init(source))["publish_id"]

    def cancel(publish_id):
        return tiktok.post("/v2/post/publish/cancel/", {"publish_id": publish_id})

    assert data_of(cancel(publish_id)) == {}
    sandbox.advance(seconds=90)
    assert tiktok.status(publish_id)["fail_reason"] == "publish_cancelled"
    assert code_of(cancel(publish_id)) == (400, "publish_not_cancellable")
    assert code_of(cancel(tiktok.begin(1000)[0])) == (400, "publish_not_cancellable")
    assert sandbox.posts("tiktok") == []


def test_a_status_is_told_to_whom_it_belongs(tiktok, sandbox):
    publish_id = tiktok.upload(FILM)
    assert code_of(tiktok.fetch("v_pub_file~v2-1.1")) == (400, "invalid_publish_id")
    assert message_of(tiktok.post("/v2/post/publish/status/fetch/", {}))
    with TikTok(sandbox, "lumenyoga") as other:
        assert code_of(other.fetch(publish_id)) == (400, "token_not_authorized_for_specified_publish_id")
    sandbox.set("tiktok", post_ids="texts")
    sandbox.advance(seconds=10)
    (id,) = tiktok.status(publish_id)["publicaly_available_post_id"]
    assert isinstance(id, str)
    sandbox.set("tiktok", post_ids="bare")
    assert tiktok.status(publish_id)["publicaly_available_post_id"] == id


def test_a_draft_waits_in_the_inbox_until_its_owner_posts_it(tiktok, sandbox):
    publish_id = tiktok.upload(FILM, draft=True)
    assert publish_id.startswith("v_inbox_file~v2-1.")
    sandbox.advance(seconds=5)
    assert tiktok.status(publish_id) == {"status": "SEND_TO_USER_INBOX", "publicaly_available_post_id": []}
    assert sandbox.posts("tiktok") == []

    tiktok.person("finish_draft", publish_id=publish_id, title="By hand", times=2)
    sandbox.advance(seconds=5)
    assert len(tiktok.status(publish_id)["publicaly_available_post_id"]) == 2
    assert sandbox.texts("tiktok", "harbourcoffee") == ["By hand", "By hand"]


def test_five_drafts_are_as_many_as_an_inbox_takes(tiktok, sandbox):
    drafts = [tiktok.upload(FILM, draft=True) for _ in range(5)]
    assert code_of(tiktok.init(upload_of(1000), draft=True)) == (403, "spam_risk_too_many_pending_share")
    sandbox.advance(minutes=2)
    tiktok.person("discard_draft", publish_id=drafts[0])
    tiktok.begin(1000, draft=True)
    assert code_of(tiktok.init(upload_of(1000), draft=True)) == (403, "spam_risk_too_many_pending_share")
    sandbox.advance(hours=24)
    tiktok.log_in()
    tiktok.begin(1000, draft=True)
