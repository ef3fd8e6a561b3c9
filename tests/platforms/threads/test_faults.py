"""Every error of Threads that is known of, and what is done about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.platforms.contract import RemotePost, Verdict
from apps.platforms.errors import (
    Disconnected,
    Gone,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)
from tests.platforms.drafts import draft, picture, video
from tests.platforms.threads.answers import CREATE, PUBLISH, QUOTA, container, created, error, staged_for

POST = RemotePost("18100000000000001")
LINKS = "THREADS_API__LINK_LIMIT_EXCEEDED: too many"
FEATURE = "THREADS_API__FEATURE_NOT_AVAILABLE"
COUNTRIES = "THREADS_API__GEO_GATING_INVALID_COUNTRY_CODES"
TOO_LONG = "Param text must be at most 500 characters long."
INVISIBLE = (24, 4279009)

# (code, subcode, HTTP status, message): while publishing, and while preparing.
TABLE = [
    ((24, 4279009, 400, "The requested resource does not exist"), NotSent, NotSent),
    ((1, None, 400, "An unknown error"), Uncertain, NotSent),
    ((2, None, 500, "Try again later"), Uncertain, NotSent),
    ((None, None, 503, "Busy"), Uncertain, NotSent),
    ((4, None, 400, "Limit"), Throttled, Throttled),
    ((17, None, 400, "Limit"), Throttled, Throttled),
    ((32, None, 400, "Limit"), Throttled, Throttled),
    ((613, None, 400, "Limit"), Throttled, Throttled),
    ((80004, None, 400, "Limit"), Throttled, Throttled),
    ((9, 2207042, 400, "Limit"), Throttled, Throttled),
    ((None, None, 429, "Slow down"), Throttled, Throttled),
    ((1, 2207052, 400, "Fetch"), Uncertain, None),
    ((9004, 2207052, 400, "Fetch"), Uncertain, None),
    ((100, None, 400, "The media could not be fetched"), Uncertain, None),
    ((4, 2207051, 400, "Restricted"), Uncertain, Throttled),
    ((100, 4279013, 400, "Restricted"), Disconnected, Disconnected),
    ((190, None, 400, "Error validating access token"), Disconnected, Disconnected),
    ((190, 460, 400, "Password changed"), Disconnected, Disconnected),
    ((102, None, 400, "Session"), Disconnected, Disconnected),
    ((10, None, 403, "No permission"), MissingPermission, MissingPermission),
    ((200, None, 403, "No permission"), MissingPermission, MissingPermission),
    ((299, None, 403, "No permission"), MissingPermission, MissingPermission),
    ((100, None, 400, TOO_LONG), Rejected, Rejected),
    ((100, None, 400, "Tried accessing nonexisting field (nope)"), Rejected, NotSent),
    ((100, 33, 400, "Unsupported get request"), Uncertain, NotSent),
    ((100, None, 400, LINKS), Rejected, Rejected),
    ((100, None, 400, FEATURE), Rejected, Rejected),
    ((100, None, 400, COUNTRIES), Rejected, Rejected),
    ((368, None, 400, "Blocked"), Throttled, Throttled),
    ((987654, None, 400, "Never heard of"), Uncertain, NotSent),
    ((None, None, 400, "No code at all"), Uncertain, NotSent),
]
CASES = pytest.mark.parametrize(("said", "while_publishing", "while_preparing"), TABLE, ids=lambda one: str(one)[:40])


def caught(call):
    with pytest.raises(PlatformError) as failure:
        call()
    return failure.value


@CASES
def test_an_error_says_what_to_do_next(threads, credential, said, while_publishing, while_preparing):
    code, subcode, status, message = said
    written = draft("Hello")
    refusal = error(code, subcode, status, message)
    _, adapter = threads({PUBLISH: [refusal], CREATE: [refusal]})

    at_commit = caught(lambda: adapter.commit(written, staged_for(written), credential, key="k"))
    assert isinstance(at_commit, while_publishing)
    assert at_commit.words
    assert at_commit.evidence.status == status

    if while_preparing is None:  # A file is tried again before anybody is bothered.
        assert not adapter.stage(written, credential, key="k", before=None).ready
        return
    at_stage = caught(lambda: adapter.stage(written, credential, key="k", before=None))
    assert isinstance(at_stage, while_preparing)
    assert not isinstance(at_stage, Uncertain)


@pytest.mark.parametrize(
    ("message", "field"), [(TOO_LONG, "text"), (LINKS, "text"), (COUNTRIES, "options.countries"), (FEATURE, "options")]
)
def test_a_refused_part_of_the_post_is_named(threads, credential, message, field):
    _, adapter = threads({CREATE: [error(100, message=message)]})
    assert caught(lambda: adapter.stage(draft("Hi"), credential, key="k", before=None)).field == field


def test_words_in_the_language_of_the_user_decide_nothing(threads, credential):
    """They come translated; a text that happens to contain an English phrase is not an error of that kind."""
    said = error(100, message="Invalid parameter", error_user_msg="Das Medium could not be fetched")
    _, adapter = threads({CREATE: [said]})
    failure = caught(lambda: adapter.stage(draft("Hi"), credential, key="k", before=None))
    assert isinstance(failure, Rejected)
    assert "could not be fetched" in failure.words


def test_a_pause_lasts_as_long_as_the_header_says_or_an_hour(threads, credential, clock):
    header = {"x-business-use-case-usage": '{"1": [{"type": "threads", "estimated_time_to_regain_access": 19}]}'}
    _, adapter = threads({PUBLISH: [(*error(4), header), error(4)]})
    written = draft("Hello")

    for pause in (timedelta(minutes=19), timedelta(hours=1)):
        failure = caught(lambda: adapter.commit(written, staged_for(written), credential, key="k"))
        assert failure.retry_at == clock() + pause


@pytest.mark.parametrize(("code", "subcode"), [(100, 33), INVISIBLE])
def test_a_post_that_was_removed_is_gone_and_deleting_it_again_is_fine(threads, credential, code, subcode):
    gone = error(code, subcode)
    _, adapter = threads({"GET /v1.0/18100000000000001/insights": [gone], "DELETE /v1.0/18100000000000001": [gone]})
    with pytest.raises(Gone):
        adapter.post_metrics(POST, credential)
    adapter.delete(POST, credential)


def test_a_deletion_that_threads_does_not_confirm_is_made_again(threads, credential):
    _, adapter = threads({"DELETE /v1.0/18100000000000001": [(200, {"success": False})]})
    with pytest.raises(NotSent):
        adapter.delete(POST, credential)


@pytest.mark.parametrize(("block", "kind"), [("activity", Uncertain), ("profile", Disconnected), ("policy", Throttled)])
def test_a_block_of_the_account_publishes_nothing_twice(bench, connected, switch, block, kind):
    switch(publishing_block=block)
    written = bench.post("Blocked")
    staged = bench.stage(written, connected, key="k")
    trace = bench.trace(written, staged)
    with pytest.raises(kind):
        bench.adapter.commit(written, staged, connected, key="k")
    bench.wait_until_settled()
    assert bench.adapter.find(trace, connected).verdict is Verdict.ABSENT
    assert bench.seen() == []


# --- containers that fail ---------------------------------------------------------------------------------------------


def staged_once(adapter, written, credential, clock):
    """Stage until it is ready, moving the clock through each pause."""
    staged = None
    for _ in range(12):
        staged = adapter.stage(written, credential, key="k", before=staged)
        if staged.ready:
            return staged
        clock.advance(seconds=staged.again_in.total_seconds())
    raise AssertionError("Staging has no end")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("INVALID_ASPEC_RATIO", "crop"),
        ("INVALID_ASPECT_RATIO", "crop"),
        ("INVALID_BIT_RATE", "bit rate"),
        ("INVALID_DURATION", "5 minutes"),
        ("INVALID_FRAME_RATE", "frames"),
        ("INVALID_AUDIO_CHANNELS", "stereo"),
        ("INVALID_AUDIO_CHANNEL_LAYOUT", "stereo"),
        ("SOMETHING_NEW", "could not process this file"),
    ],
)
def test_a_file_that_threads_cannot_take_is_refused_at_once(threads, credential, said, words):
    _, adapter = threads({CREATE: [created()], "GET /v1.0/18000000000000001": [container("ERROR", said)]})
    with pytest.raises(Rejected, match=words) as failure:
        adapter.stage(draft("Hi", video()), credential, key="k", before=None)
    assert failure.value.field == "media.0"


@pytest.mark.parametrize(
    "said", ["FAILED_DOWNLOADING_VIDEO", "FAILED_PROCESSING_VIDEO", "FAILED_PROCESSING_AUDIO", "UNKNOWN"]
)
def test_a_failure_that_may_pass_gets_one_more_container(threads, credential, clock, said):
    answers = {
        CREATE: [created(), created("2")],
        "GET /v1.0/18000000000000001": [container("ERROR", said)],
        "GET /v1.0/2": [container("FINISHED")],
    }
    server, adapter = threads(answers)
    staged = staged_once(adapter, draft("Hi", video()), credential, clock)
    assert staged.data["post"]["id"] == "2"
    assert server.requests.count(("POST", "/v1.0/me/threads")) == 2

    answers = {
        CREATE: [created(), created("2")],
        "GET /v1.0/18000000000000001": [container("ERROR", said)],
        "GET /v1.0/2": [container("ERROR", said)],
    }
    server, adapter = threads(answers)
    with pytest.raises(Rejected):
        staged_once(adapter, draft("Hi", video()), credential, clock)
    assert server.requests.count(("POST", "/v1.0/me/threads")) == 2


@pytest.mark.parametrize(
    ("made", "status"),
    [(error(9004, 2207052), container()), (created(), container("ERROR", "Media download has failed: 2207052"))],
    ids=["at once", "later"],
)
def test_a_file_that_cannot_be_fetched_is_tried_three_times_more(threads, credential, clock, made, status):
    server, adapter = threads({CREATE: [made], "GET /v1.0/18000000000000001": [status]})
    with pytest.raises(Rejected, match="could not fetch") as failure:
        staged_once(adapter, draft("Hi", picture()), credential, clock)
    assert failure.value.field == "media.0"
    assert server.requests.count(("POST", "/v1.0/me/threads")) == 4


def test_the_file_of_a_carousel_that_failed_is_named(threads, credential):
    answers = {
        CREATE: [created("1"), created("2")],
        "GET /v1.0/1": [container()],
        "GET /v1.0/2": [container("ERROR", "INVALID_ASPEC_RATIO")],
    }
    _, adapter = threads(answers)
    with pytest.raises(Rejected) as failure:
        adapter.stage(draft("Hi", picture("a"), picture("b")), credential, key="k", before=None)
    assert failure.value.field == "media.1"


def test_a_container_that_expired_is_lost(threads, credential):
    _, adapter = threads({CREATE: [created()], "GET /v1.0/18000000000000001": [container("EXPIRED")]})
    with pytest.raises(StagedLost):
        adapter.stage(draft("Hi"), credential, key="k", before=None)


def test_a_quota_that_is_used_up_stops_a_post_before_anything_is_made(threads, credential, clock):
    quota = {"quota_usage": 250, "config": {"quota_total": 250, "quota_duration": 86400}}
    server, adapter = threads({QUOTA: [(200, {"data": [quota]})]})
    with pytest.raises(Throttled) as failure:
        adapter.stage(draft("Hi"), credential, key="k", before=None)
    assert failure.value.retry_at > clock()
    assert [method for method, _ in server.requests] == ["GET"]
