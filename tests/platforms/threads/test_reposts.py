"""Passing another post on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.contract import RemotePost, Role, Staged, Trace, Verdict
from apps.platforms.errors import (
    Disconnected,
    MissingPermission,
    NotSent,
    PlatformError,
    Rejected,
    StagedLost,
    Throttled,
    Uncertain,
)
from apps.platforms.validation import post_problems, problems
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import draft, picture
from tests.platforms.threads.answers import POSTS, error, listed, post

REPOST = "POST /v1.0/777/repost"


def repost(what="777", **changes):
    return draft("", options={"format": "repost", "repost": what}, **changes)


def stage(adapter, written, credential, before=None):
    return adapter.stage(written, credential, key="k", before=before)


# --- what is passed on ------------------------------------------------------------------------------------------------


def test_a_post_of_somebody_else_is_passed_on_by_its_number_and_one_request(bench, connected):
    original = bench.post_of_a_stranger()
    staged = bench.stage(repost(original), connected, key="k")
    assert bench.seen() == []
    made = len(bench.requests)

    receipt = bench.adapter.commit(repost(original), staged, connected, key="k")

    assert [(one.method, one.url.path) for one in bench.requests[made:]] == [("POST", f"/v1.0/{original}/repost")]
    (shown,) = bench.sandbox.posts("threads", bench.handle)
    assert (shown["id"], shown["data"]["reposted"]) == (receipt.remote_id, original)
    assert receipt.facts == {"kind": "repost"}
    assert bench.adapter.locate(receipt, connected).startswith("http")
    bench.adapter.delete(remote(receipt), connected)
    assert bench.seen() == []


def test_a_post_of_ones_own_is_passed_on_by_its_address_too(bench, connected):
    bench.publish(bench.post("Another"), connected, key="k1")
    original = bench.publish(bench.post("Evergreen"), connected, key="k2")
    address = bench.adapter.locate(original, connected)
    bench.publish(repost(address), connected, key="k3")
    assert bench.sandbox.posts("threads", bench.handle)[-1]["data"]["reposted"] == original.remote_id


@pytest.mark.parametrize(
    "address", ["https://www.threads.com/@acme/post/AbC", "https://threads.net/@acme/post/AbC/?xmt=1", " 18100 "]
)
def test_an_address_is_read_however_it_was_copied(threads, credential, address):
    front = post(id="3", media_type="REPOST_FACADE", shortcode="AbC")
    own = post(id="18100", permalink="https://www.threads.com/@acme/post/AbC")
    _, adapter = threads({POSTS: [listed(front, own)]})
    assert stage(adapter, repost(address), credential).data["repost"] == "18100"


def test_a_post_is_looked_up_once(threads, credential):
    server, adapter = threads({POSTS: [listed(post(id="5", shortcode="AbC"))]})
    written = repost("https://www.threads.com/@acme/post/AbC")
    first = stage(adapter, written, credential)
    looks = len([path for _, path in server.requests if "/threads?" in path])
    again = stage(adapter, written, credential, before=replace(first, ready=True))
    assert (again, looks) == (first, 1)
    assert len([path for _, path in server.requests if "/threads?" in path]) == 1


@pytest.mark.parametrize(
    ("written", "field", "words"),
    [
        (repost("https://www.threads.com/@somebody/post/XyZ"), "options.repost", "number"),
        (repost("https://[broken/post"), "options.repost", "neither"),
        (repost("AbC"), "options.repost", "neither"),
        (repost(""), "options.repost", "neither"),
        (replace(repost(), text="Look at this"), "text", "quote"),
        (replace(repost(), media=(picture(),)), "media", "quote"),
    ],
)
def test_what_cannot_be_passed_on_never_leaves(threads, credential, written, field, words):
    server, adapter = threads({POSTS: [listed(post())]})
    with pytest.raises(Rejected, match=words) as caught:
        stage(adapter, written, credential)
    assert caught.value.field == field
    assert {method for method, _ in server.requests} <= {"GET"}


def test_a_repost_needs_nothing_but_its_number_and_takes_nothing_below_it(bench):
    can = bench.adapter.capabilities
    assert problems(repost(), can, label="Threads") == []
    assert [one.field for one in problems(repost(""), can, label="Threads")] == ["options.repost"]
    assert [one.code for one in problems(replace(repost(), text="Hi"), can, label="Threads")] == ["too_long"]
    parts = [repost(), draft("First", role=Role.FIRST_COMMENT), draft("More", role=Role.REPLY)]
    assert [(place, one.field) for place, one in post_problems(parts, can, label="Threads")] == [
        (1, "role"),
        (2, "role"),
    ]
    assert post_problems([draft("Hi"), *parts[1:]], can, label="Threads") == []


def test_a_comment_below_a_repost_never_leaves(threads, credential):
    server, adapter = threads({})
    below = draft("First", role=Role.FIRST_COMMENT, parent=RemotePost("9", {"kind": "repost"}))
    with pytest.raises(Rejected) as caught:
        stage(adapter, below, credential)
    assert caught.value.field == "role"
    assert {method for method, _ in server.requests} <= {"GET"}


# --- the answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(1), Uncertain),
        (error(2, status=500), Uncertain),
        ((502, b""), Uncertain),
        ((200, b"<html>"), Uncertain),
        ((200, {}), Uncertain),
        (error(987654), Uncertain),
        (error(4, 2207051), Uncertain),
        (error(100, 33), Rejected),
        (error(24, 4279009), Rejected),
        (error(100, 33, status=500), Uncertain),
        (error(100), Rejected),
        (error(4), Throttled),
        (error(9, 2207042), Throttled),
        (error(10), MissingPermission),
        (error(190), Disconnected),
    ],
)
def test_the_answer_to_a_repost_is_named_after_what_happens_next(threads, credential, answer, kind):
    server, adapter = threads({REPOST: [answer]})
    staged = stage(adapter, repost(), credential)
    asked = len(server.requests)
    with pytest.raises(PlatformError) as caught:
        adapter.commit(repost(), staged, credential, key="k")
    assert type(caught.value) is kind
    assert caught.value.words
    assert len(server.requests) == asked + 1


def test_another_post_than_was_prepared_is_never_passed_on(threads, credential):
    server, adapter = threads({})
    staged = stage(adapter, repost(), credential)
    with pytest.raises(StagedLost):
        adapter.commit(repost("778"), staged, credential, key="k")
    assert [path for method, path in server.requests if method == "POST"] == []


def test_a_repost_counts_among_the_posts_of_the_day(bench, connected, switch):
    original = bench.post_of_a_stranger()
    bench.publish(bench.post("One"), connected)
    switch(daily_posts=1)
    with pytest.raises(Throttled):
        stage(bench.adapter, repost(original), connected)


# --- a lost answer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("lost_after", Verdict.FOUND),
        ("error_after", Verdict.FOUND),
        ("garbage", Verdict.FOUND),
        ("lost_before", Verdict.ABSENT),
        ("error_before", Verdict.ABSENT),
    ],
)
def test_a_repost_whose_answer_was_lost_is_looked_up(bench, connected, fault, verdict):
    bench.publish(repost(bench.post_of_a_stranger()), connected, key="k0")
    written = repost(bench.post_of_a_stranger())
    staged = bench.stage(written, connected, key="k")
    trace = bench.trace(written, staged)
    bench.sandbox.fault(fault, platform="threads", path="/repost")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, staged, connected, key="k")
    bench.publish(bench.post("Afterwards"), connected, key="k2")
    bench.wait_until_settled()

    finding = bench.adapter.find(trace, connected)

    assert finding.verdict is verdict
    if verdict is Verdict.FOUND:
        ours = [one for one in bench.sandbox.posts("threads", bench.handle) if one["id"] == finding.receipt.remote_id]
        assert ours[0]["data"]["reposted"] == written.options["repost"]
        assert finding.receipt.facts == {"kind": "repost"}


def search(threads, credential, clock, *posts, minutes=4, known=frozenset(), more=False):
    answer = listed(*posts)
    if more:
        answer[1]["paging"] = {"cursors": {"after": "a"}}
    _, adapter = threads({POSTS: [answer]})
    staged = Staged(stage(adapter, repost(), credential).data)
    trace = Trace(repost(), staged, "k", clock(), known)
    clock.advance(minutes=minutes)
    return adapter.find(trace, credential).verdict


def front(clock, **changes):
    return post(
        media_type="REPOST_FACADE", timestamp=clock().isoformat(), **{"reposted_post": {"id": "777"}, **changes}
    )


def test_only_a_repost_of_the_same_post_since_then_is_the_one(threads, credential, clock):
    assert search(threads, credential, clock, front(clock)) is Verdict.FOUND
    assert search(threads, credential, clock, front(clock, reposted_post={"id": "8"})) is Verdict.ABSENT
    assert search(threads, credential, clock, post(timestamp=clock().isoformat())) is Verdict.ABSENT
    earlier = front(clock) | {"timestamp": (clock() - timedelta(hours=1)).isoformat()}
    assert search(threads, credential, clock, earlier) is Verdict.ABSENT
    known = frozenset({front(clock)["id"]})
    assert search(threads, credential, clock, front(clock), known=known) is Verdict.ABSENT


def test_a_repost_is_not_absent_while_a_doubt_remains(threads, credential, clock):
    assert search(threads, credential, clock, front(clock, reposted_post=None)) is Verdict.UNCLEAR
    assert search(threads, credential, clock, minutes=2) is Verdict.UNCLEAR
    assert search(threads, credential, clock, front(clock), front(clock, id="2")) is Verdict.UNCLEAR
    endless = post(timestamp=(clock() + timedelta(minutes=1)).isoformat())
    assert search(threads, credential, clock, endless, more=True) is Verdict.UNCLEAR


def test_a_search_that_cannot_read_says_so(threads, credential, clock):
    _, adapter = threads({POSTS: [error(1)]})
    with pytest.raises(NotSent):
        adapter.find(Trace(repost(), Staged({"repost": "777"}), "k", clock()), credential)
