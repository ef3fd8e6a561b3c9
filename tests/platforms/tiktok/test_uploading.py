from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from apps.platforms import http as wire
from apps.platforms.adapters.tiktok.content import fingerprint
from apps.platforms.adapters.tiktok.uploading import CHUNK, Plan, plan, stored
from apps.platforms.contract import Staged, Verdict
from apps.platforms.errors import NotSent, Rejected, StagedLost, Throttled, Uncertain
from tests.platforms.conformance.tiktok_bench import PUBLIC
from tests.platforms.drafts import draft, video
from tests.platforms.tiktok.conftest import fine, refused

CREATOR, START = "POST /v2/post/publish/creator_info/query/", "POST /v2/post/publish/video/init/"
STATUS, PUT = "POST /v2/post/publish/status/fetch/", "PUT /video/"
INFO = fine(creator_username="demo.shop", privacy_level_options=[PUBLIC], max_video_post_duration_sec=600)
OPTIONS = {"privacy": PUBLIC}
# Bytes nobody looks at: three chunks, of which the last one is longer.
LONG = draft("Long", video(content=bytes(3 * CHUNK + 123)), options=OPTIONS)
SHORT = draft("Short", video(content=bytes(2000)), options=OPTIONS)


def row(staged):
    """Staged data as it comes back from a row."""
    return replace(staged, data=json.loads(json.dumps(dict(staged.data))))


def under_way(origin, sent=0, started_at="2026-11-21T09:59:00+00:00", written=LONG):
    address = f"{origin}/video/?upload_id=1&upload_token=a%2Bb~c"
    upload = {"publish_id": "v_pub_file~1", "address": address, "started_at": started_at, "sent": sent, "starts": 1}
    return Staged({"draft": fingerprint(written), "username": "demo.shop", "upload": upload}, ready=False)


def range_of(number, size=LONG.media[0].size):
    return {"content_range": f"bytes 0-{number}/{size}"}


@pytest.mark.parametrize(
    ("size", "chunk", "count", "last"),
    [
        (4_194_304, 4_194_304, 1, (0, 4_194_303)),
        (64_000_001, CHUNK, 6, (50_000_000, 64_000_000)),
        (129_999_999, CHUNK, 12, (110_000_000, 129_999_998)),
        (50_000_123, CHUNK, 5, (40_000_000, 50_000_122)),
        (4_000_000_000, CHUNK, 400, (3_990_000_000, 3_999_999_999)),
        # One chunk or several is right here; with several, the commit is short.
        (64_000_000, CHUNK, 6, (50_000_000, 63_999_999)),
        (19_999_999, 19_999_999, 1, (0, 19_999_998)),
        (20_000_000, CHUNK, 2, (10_000_000, 19_999_999)),
    ],
)
def test_a_file_is_cut_as_tiktok_counts(size, chunk, count, last):
    found = plan(size)
    assert found == Plan(size, chunk, count)
    assert found.count == size // found.chunk, "the number of chunks is rounded down"
    assert found.span(found.last_start) == last
    assert found.span(0)[0] == 0
    assert found.count == 1 or found.span(0)[1] == chunk - 1


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("bytes 0-9999999/30000123", CHUNK),  # the last byte
        ("bytes 0-10000000/30000123", CHUNK),  # their number
        ("bytes 0-30000122/30000123", 30_000_123),
        ("bytes 0-30000123/30000123", 30_000_123),
        ("bytes 0-5000/30000123", None),  # in the middle of a chunk
        ("bytes 0-9999999/64", None),
        ("", None),
    ],
)
def test_how_much_tiktok_has_is_read_either_way(told, found):
    answer = wire.Answer(206, httpx.Headers({"content-range": told}), b"")
    assert stored(answer, plan(30_000_123)) == found


def test_a_killed_upload_goes_on_where_it_ended_and_arrives_whole(bench, connected):
    written = draft("Whole", video(filling=3 * CHUNK), options=OPTIONS)
    staged = bench.adapter.stage(written, connected, key="k", before=None)
    assert (staged.ready, staged.data["upload"]["sent"]) == (False, 0)
    bench.sandbox.fault("lost_after", platform="tiktok", path="^/video/")
    with pytest.raises(NotSent):
        bench.fresh().stage(written, connected, key="k", before=row(staged))
    # The chunk is there, but the row does not know it: TikTok answers 416, and from where on it wants more.
    staged = bench.fresh().stage(written, connected, key="k", before=row(staged))
    assert staged.data["upload"]["sent"] == CHUNK
    bench.sandbox.fault("error_before", platform="tiktok", path="^/video/")
    with pytest.raises(NotSent):
        bench.fresh().stage(written, connected, key="k", before=row(staged))
    staged = bench.fresh().stage(written, connected, key="k", before=row(staged))
    assert (staged.ready, staged.data["upload"]["sent"]) == (True, 2 * CHUNK)
    assert bench.seen() == []

    bench.strike("error_before", "commit")
    trace = bench.trace(written, staged)
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, row(staged), connected, key="k")
    bench.wait_until_settled()
    assert bench.adapter.find(trace, connected).verdict is Verdict.ABSENT
    again = bench.adapter.stage(written, connected, key="k", before=row(staged))
    assert again == staged, "what TikTok has is not sent again"
    bench.adapter.commit(written, row(again), connected, key="k")
    assert len(bench.seen()) == 1
    assert bench.checksums() == [zlib.crc32(written.media[0].open().read())]


def test_an_upload_that_is_complete_is_never_completed_again(bench, connected):
    written = bench.post("Once")
    staged = bench.stage(written, connected, key="k")
    bench.adapter.commit(written, staged, connected, key="k")
    for _ in range(2):
        again = bench.adapter.stage(written, connected, key="k", before=row(staged))
        assert again.ready
        with pytest.raises(Uncertain):
            bench.adapter.commit(written, row(again), connected, key="k")
    assert len(bench.seen()) == 1


def test_the_address_is_used_to_the_letter_and_our_token_stays_here(tiktok, credential, sent):
    server, adapter = tiktok({PUT: [(206, {}, range_of(9_999_999))]})
    staged = adapter.stage(LONG, credential, key="k", before=under_way(server.origin))
    assert staged.data["upload"]["sent"] == CHUNK
    (request,) = sent
    assert server.requests == [("PUT", "/video/?upload_id=1&upload_token=a%2Bb~c")]
    assert "authorization" not in request.headers
    assert request.headers["content-range"] == "bytes 0-9999999/30000123"
    assert (request.headers["content-length"], request.headers["content-type"]) == ("10000000", "video/mp4")


@pytest.mark.parametrize(
    "address", ["https://evil.example/video/", "http://open-upload.tiktokapis.com/v", "", "https:/["]
)
def test_bytes_go_nowhere_but_to_tiktok(tiktok, credential, address):
    _, adapter = tiktok({CREATOR: [INFO], START: [fine(publish_id="v_pub_file~1", upload_url=address)]})
    with pytest.raises(NotSent):
        adapter.stage(SHORT, credential, key="k", before=None)


@pytest.mark.parametrize("age", [timedelta(minutes=56), timedelta(seconds=30)])
def test_an_upload_that_is_over_is_begun_again_under_another_name(tiktok, credential, clock, age):
    """An upload lives for an hour; before that TikTok may have lost it."""
    answers = {PUT: [(404, b"")], CREATOR: [INFO]}
    server, adapter = tiktok(answers)
    answers[START] = [fine(publish_id="v_pub_file~2", upload_url=f"{server.origin}/video/?upload_id=2")]
    before = under_way(server.origin, started_at=(clock() - age).isoformat())
    staged = adapter.stage(LONG, credential, key="k", before=before)
    if not staged.data["upload"]["publish_id"]:
        staged = adapter.stage(LONG, credential, key="k", before=row(staged))
    upload = staged.data["upload"]
    assert (upload["publish_id"], upload["sent"], upload["starts"]) == ("v_pub_file~2", 0, 2)
    tired = {**upload, "publish_id": "", "starts": 4}
    with pytest.raises(Rejected):  # and not for ever
        adapter.stage(LONG, credential, key="k", before=Staged({**staged.data, "upload": tired}))


@pytest.mark.parametrize("answer", [(416, b"", range_of(0)), (206, b"", range_of(0))])
def test_a_chunk_that_moves_nothing_is_a_failure_and_not_a_reason_to_go_on_at_once(tiktok, credential, answer):
    """Whoever goes on at once would send the same bytes for hours."""
    server, adapter = tiktok({PUT: [answer]})
    with pytest.raises(NotSent):
        adapter.stage(LONG, credential, key="k", before=under_way(server.origin))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, b""), Rejected),
        ((403, b""), StagedLost),
        ((404, b""), StagedLost),
        ((416, b"", range_of(0, 2000)), NotSent),
        ((416, b"", range_of(1999, 2000)), Uncertain),
        ((416, b""), Uncertain),
        ((201, b""), Uncertain),  # it does not say that all bytes are there
        ((206, b"", range_of(1999, 2000)), Uncertain),
        ((200, b"<html>"), Uncertain),
        ((500, b""), Uncertain),
        (refused(429, "rate_limit_exceeded"), Throttled),
    ],
)
def test_only_a_last_chunk_that_is_counted_is_a_success(tiktok, credential, answer, error):
    receiving = fine(status="PROCESSING_UPLOAD", uploaded_bytes=0)
    server, adapter = tiktok({STATUS: [receiving], PUT: [answer]})
    staged = under_way(server.origin, written=SHORT)
    with pytest.raises(error):
        adapter.commit(SHORT, staged, credential, key="k")


def test_what_opens_an_upload_is_not_quoted(tiktok, credential):
    receiving = fine(status="PROCESSING_UPLOAD", uploaded_bytes=0)
    server, adapter = tiktok({STATUS: [receiving], PUT: [(500, {"asked": "upload_token=a+b~c-and-more"})]})
    staged = under_way(server.origin, written=SHORT)
    staged.data["upload"]["address"] = f"{server.origin}/video/?upload_token=a%2Bb~c-and-more"
    with pytest.raises(Uncertain) as caught:
        adapter.commit(SHORT, staged, credential, key="k")
    assert "***" in caught.value.evidence.text
    assert "and-more" not in repr(caught.value.evidence)


@pytest.mark.parametrize(("status", "header"), [(201, "1999"), (200, "1999"), (201, "2000")])
def test_a_counted_last_chunk_is_one(tiktok, credential, status, header):
    server, adapter = tiktok({STATUS: [fine(status="PROCESSING_UPLOAD")], PUT: [(status, b"", range_of(header, 2000))]})
    receipt = adapter.commit(SHORT, under_way(server.origin, written=SHORT), credential, key="k")
    assert (receipt.remote_id, receipt.facts["username"]) == ("v_pub_file~1", "demo.shop")


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (fine(status="FAILED", fail_reason="frame_rate_check_failed"), Rejected),
        (fine(status="FAILED", fail_reason="internal"), StagedLost),
        (fine(status="PROCESSING_UPLOAD", uploaded_bytes=2000), Uncertain),
        (fine(status="PUBLISH_COMPLETE"), Uncertain),
        (fine(status="SOMETHING_NEW"), NotSent),
        (refused(400, "invalid_publish_id"), StagedLost),
    ],
)
def test_the_last_chunk_stays_here_unless_tiktok_waits_for_it(tiktok, credential, told, error):
    server, adapter = tiktok({STATUS: [told]})
    with pytest.raises(error):
        adapter.commit(SHORT, under_way(server.origin, written=SHORT), credential, key="k")
    assert [method for method, _ in server.requests] == ["POST"]


def test_a_video_that_was_one_too_many_goes_up_again_once_there_is_room(tiktok, credential):
    """Its upload has failed for good: waiting for that one would be waiting for ever."""
    failed = fine(status="FAILED", fail_reason="spam_risk_too_many_posts")
    answers = {STATUS: [failed], CREATOR: [refused(200, "spam_risk_too_many_posts"), INFO]}
    server, adapter = tiktok(answers)
    answers[START] = [fine(publish_id="v_pub_file~2", upload_url=f"{server.origin}/video/?upload_id=2")]
    staged = replace(under_way(server.origin, written=SHORT), ready=True)
    with pytest.raises(Throttled):
        adapter.commit(SHORT, staged, credential, key="k")
    with pytest.raises(Throttled):
        adapter.stage(SHORT, credential, key="k", before=row(staged))
    again = adapter.stage(SHORT, credential, key="k", before=row(staged))
    assert again.data["upload"]["publish_id"] == "v_pub_file~2"


def test_an_answer_without_an_upload_in_it_is_asked_for_again(tiktok, credential):
    """It says "ok" and nothing else, so that nothing is wrong with the film."""
    nothing = 200, {"data": None, "error": {"code": "ok", "message": "", "log_id": "L1"}}
    _, adapter = tiktok({CREATOR: [INFO], START: [nothing]})
    with pytest.raises(NotSent):
        adapter.stage(SHORT, credential, key="k", before=None)
