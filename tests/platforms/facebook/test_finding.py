from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.contract import Staged, Trace, Verdict
from apps.platforms.errors import MissingPermission, NotSent, StagedLost, Uncertain
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import draft, picture, video

POSTED = "GET /v26.0/111/published_posts"
INSPECTED = {
    "data": {"is_valid": True, "user_id": "222", "scopes": ["pages_read_engagement", "pages_read_user_content"]}
}


def lost(bench, credential, written, fault, *, key="key-1"):
    """A commit whose answer was lost, and what is known of it."""
    staged = bench.stage(written, credential, key=key)
    trace = bench.trace(written, staged, key=key)
    bench.sandbox.fault(fault, platform="facebook", account=bench.handle, path="commit")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, staged, credential, key=key)
    bench.wait_until_settled()
    return trace


def test_every_kind_of_post_is_found_after_a_lost_answer(bench, credential):
    for kind, written in bench.samples().items():
        trace = lost(bench, credential, written, "lost_after", key=kind)
        finding = bench.adapter.find(trace, credential)
        assert finding.verdict is Verdict.FOUND, kind
        assert finding.receipt.remote_id == bench.seen()[-1].remote_id, kind


def test_every_kind_of_post_that_never_arrived_goes_out_once_in_the_end(bench, credential):
    for number, (kind, written) in enumerate(bench.samples().items(), start=1):
        trace = lost(bench, credential, written, "lost_before", key=kind)
        assert bench.adapter.find(trace, credential).verdict is Verdict.ABSENT, kind
        staged = bench.adapter.stage(written, credential, key=kind, before=trace.staged)
        bench.adapter.commit(written, staged, credential, key=kind)
        assert len(bench.seen()) == number, kind


def test_a_picture_without_words_is_found_by_itself(bench, credential):
    bench.publish(draft("", bench.picture("other")), credential, key="key-0")
    trace = lost(bench, credential, draft("", bench.picture("mine")), "lost_after")
    bench.publish(draft("", bench.picture("third")), credential, key="key-2")
    finding = bench.adapter.find(trace, credential)
    assert finding.receipt.remote_id == bench.seen()[1].remote_id


@pytest.mark.parametrize(
    ("words", "verdict", "found"), [("Two of us", Verdict.FOUND, "111_1"), ("", Verdict.UNCLEAR, None)]
)
def test_an_album_that_does_not_show_its_pictures_is_told_by_its_words(facebook, known, clock, words, verdict, found):
    """Its own id is none of the pictures': taken for one, the post would be absent and go out twice."""
    written = draft(words, picture("a"), picture("b"))
    album = {"data": [{"media_type": "album", "target": {"id": "900"}}]}
    said = {"id": "111_1", "message": words, "created_time": clock().isoformat(), "attachments": album}
    _, adapter = facebook({POSTED: [(200, {"data": [said]})], "GET /v26.0/debug_token": [(200, INSPECTED)]})
    trace = Trace(written, Staged({"photos": ["601", "602"]}), "k", clock())
    clock.advance(minutes=7)
    finding = adapter.find(trace, known)
    assert (finding.verdict, finding.receipt and finding.receipt.remote_id) == (verdict, found)


def test_a_reel_that_is_still_processed_is_neither_found_nor_absent(bench, credential, switch):
    switch(video_seconds=3600)
    trace = lost(bench, credential, bench.samples()["reel"], "lost_after")
    assert bench.adapter.find(trace, credential).verdict is Verdict.UNCLEAR
    bench.clock.advance(hours=2)
    assert bench.adapter.find(trace, credential).verdict is Verdict.FOUND


def test_a_reel_whose_processing_failed_is_not_public_and_is_uploaded_anew(bench, credential):
    written = bench.samples()["reel"]
    staged = bench.stage(written, credential, key="key-1")
    trace = bench.trace(written, staged)
    bench.sandbox.fault("failed_processing", platform="facebook", account=bench.handle, path="commit")
    bench.adapter.commit(written, staged, credential, key="key-1")
    bench.wait_until_settled()
    assert bench.adapter.find(trace, credential).verdict is Verdict.ABSENT

    again = bench.adapter.stage(written, credential, key="key-1", before=staged)

    assert not again.ready
    while not again.ready:
        bench.clock.advance(seconds=again.again_in.total_seconds())
        again = bench.adapter.stage(written, credential, key="key-1", before=again)
    bench.adapter.commit(written, again, credential, key="key-1")
    bench.clock.advance(minutes=5)
    assert bench.adapter.find(bench.trace(written, again), credential).verdict is Verdict.FOUND


def test_a_list_that_is_empty_because_a_permission_was_taken_back_proves_nothing(bench, credential, switch):
    """The trap that made others publish twice: no error, and nothing in the list."""
    switch(silent_without_scope=True)
    trace = lost(bench, credential, bench.post("Out already"), "lost_after")
    answer = bench.http.post(
        f"{bench.origin}/_people/untick", json={"page": bench.handle, "scope": "pages_read_engagement"}
    )
    assert answer.status_code == 200, answer.text
    bench.requests.pop()
    finding = bench.adapter.find(trace, credential)
    assert finding.verdict is Verdict.UNCLEAR
    assert len(bench.seen()) == 1


def test_a_list_that_is_empty_because_nobody_logged_in_for_90_days_proves_nothing(bench, credential, switch):
    switch(data_access_ends=True)
    bench.clock.advance(days=100)
    trace = lost(bench, credential, bench.post("Out already"), "lost_after")
    assert bench.adapter.find(trace, credential).verdict is Verdict.UNCLEAR


def test_comments_that_may_not_be_read_are_not_searched(bench, switch):
    switch(declined_scopes="pages_read_user_content", silent_without_scope=True)
    credential = bench.connect()
    main = bench.publish(bench.post("Main"), credential, key="key-0")
    written = bench.comment("First", main)
    with pytest.raises(MissingPermission):
        bench.adapter.find(bench.trace(written, Staged({})), credential)


def test_a_duplicate_that_is_refused_may_be_our_own_earlier_try(bench, credential, switch):
    switch(refuse_duplicates=True)
    written = bench.post("Only once")
    trace = lost(bench, credential, written, "lost_after")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, trace.staged, credential, key="key-1")
    assert bench.adapter.find(trace, credential).verdict is Verdict.FOUND
    assert len(bench.seen()) == 1


def test_somebody_elses_comment_with_the_same_words_is_not_ours(bench, credential):
    main = bench.publish(bench.post("Main"), credential, key="key-0")
    written = bench.comment("Congratulations", main)
    trace = bench.trace(written, Staged({}))
    answer = bench.http.post(
        f"{bench.origin}/_people/comment",
        json={"page": bench.handle, "post": main.remote_id, "message": "Congratulations", "name": "Ann"},
    )
    assert answer.status_code == 200, answer.text
    bench.requests.pop()
    bench.wait_until_settled()
    assert bench.adapter.find(trace, credential).verdict is Verdict.ABSENT


# --- by script --------------------------------------------------------------------------------------------------------


def post(message, *, at, id="111_5", **more):
    return {"id": id, "message": message, "created_time": at.strftime("%Y-%m-%dT%H:%M:%S+0000"), **more}


def look(facebook, known, clock, *posts, written=None, staged=None, after=timedelta(minutes=7), listing=None):
    sent_at = clock()
    clock.advance(seconds=after.total_seconds())
    said = listing or {"data": list(posts)}
    _, adapter = facebook({POSTED: [(200, said)], "GET /v26.0/debug_token": [(200, INSPECTED)]})
    trace = Trace(written or draft("Hello\nworld"), Staged(staged or {}), "k", sent_at, frozenset({"111_9"}))
    return adapter.find(trace, known)


def test_line_ends_and_blanks_around_a_text_make_no_difference(facebook, known, clock):
    found = look(facebook, known, clock, post(" Hello\r\nworld ", at=clock()))
    assert (found.verdict, found.receipt.remote_id) == (Verdict.FOUND, "111_5")


@pytest.mark.parametrize("seconds", [0, 60, 119])
def test_nothing_is_absent_within_two_minutes(facebook, known, clock, seconds):
    assert look(facebook, known, clock, after=timedelta(seconds=seconds)).verdict is Verdict.UNCLEAR


def test_two_equal_posts_are_for_a_person_to_decide(facebook, known, clock):
    twins = [post("Hello\nworld", at=clock()), post("Hello\nworld", at=clock(), id="111_6")]
    assert look(facebook, known, clock, *twins).verdict is Verdict.UNCLEAR


def test_posts_that_are_known_or_older_are_not_taken_for_it(facebook, known, clock):
    older = post("Hello\nworld", at=clock() - timedelta(minutes=5), id="111_4")
    other = post("Hello\nworld", at=clock(), id="111_9")
    assert look(facebook, known, clock, other, older).verdict is Verdict.ABSENT


def test_a_list_that_was_not_read_to_its_end_proves_nothing(facebook, known, clock):
    more = {"cursors": {"after": "b"}, "next": "https://graph.facebook.com/v26.0/111/published_posts?after=b"}
    listing = {"data": [post("Another", at=clock())], "paging": more}
    assert look(facebook, known, clock, listing=listing).verdict is Verdict.UNCLEAR


def test_a_post_without_a_time_is_for_a_person_to_decide(facebook, known, clock):
    entry = {"id": "111_5", "message": "Hello\nworld"}
    assert look(facebook, known, clock, entry).verdict is Verdict.UNCLEAR


def test_the_same_words_with_other_pictures_are_another_post(facebook, known, clock):
    attached = {"attachments": {"data": [{"media_type": "photo", "target": {"id": "999"}}]}}
    found = look(
        facebook,
        known,
        clock,
        post("Hello\nworld", at=clock(), **attached),
        written=draft("Hello\nworld"),
        staged={"photos": ["601"]},
    )
    assert found.verdict is Verdict.ABSENT


def test_a_video_that_facebook_does_not_show_is_not_proven_absent(facebook, known, clock):
    gone = {"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}}
    _, adapter = facebook({"GET /v26.0/701": [(400, gone)]})
    trace = Trace(draft("Waves", video()), Staged({"video": {"id": "701"}}), "k", clock())
    clock.advance(minutes=7)
    assert adapter.find(trace, known).verdict is Verdict.UNCLEAR


def test_a_search_without_the_app_secret_proves_nothing(facebook, known, clock):
    _, adapter = facebook({POSTED: [(200, {"data": []})]})
    trace = Trace(draft("Hello"), Staged({}), "k", clock())
    clock.advance(minutes=7)
    assert adapter.find(trace, replace(known, client=None)).verdict is Verdict.UNCLEAR


def test_an_inspection_that_fails_is_a_search_that_fails(facebook, known, clock):
    _, adapter = facebook({POSTED: [(200, {"data": []})], "GET /v26.0/debug_token": [(500, {})]})
    trace = Trace(draft("Hello"), Staged({}), "k", clock())
    clock.advance(minutes=7)
    with pytest.raises(NotSent):
        adapter.find(trace, known)


def test_a_post_that_was_deleted_below_a_comment_is_said_so(bench, credential):
    main = bench.publish(bench.post("Main"), credential)
    bench.adapter.delete(remote(main), credential)
    with pytest.raises(StagedLost):
        bench.publish(bench.comment("First", main), credential)
