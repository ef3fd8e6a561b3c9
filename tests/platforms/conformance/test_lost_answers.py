from __future__ import annotations

from dataclasses import replace

import pytest

from apps.platforms.contract import Verdict
from apps.platforms.errors import NotSent, Throttled, Uncertain

BEFORE = ["error_before", "lost_before", "garbage_before"]
AFTER = ["error_after", "lost_after", "garbage"]


def lose(bench, credential, written, fault, *, call="commit", key="key-1", known=frozenset()):
    """A commit whose answer was lost, and what is known of it."""
    staged = bench.stage(written, credential, key=key)
    trace = bench.trace(written, staged, key=key, known=known)
    bench.strike(fault, call)
    with pytest.raises(Uncertain) as caught:
        bench.adapter.commit(written, staged, credential, key=key)
    assert caught.value.words
    bench.wait_until_settled()
    return trace


@pytest.mark.parametrize("fault", AFTER)
@pytest.mark.parametrize("pictures", [0, 2])
def test_a_post_that_went_out_is_found(bench, credential, fault, pictures):
    trace = lose(bench, credential, bench.post("Lost & found", pictures=pictures), fault)

    finding = bench.adapter.find(trace, credential)

    (post,) = bench.seen()
    assert finding.verdict is Verdict.FOUND
    assert bench.known_as(finding.receipt) == post.remote_id
    assert bench.adapter.locate(finding.receipt, credential).startswith("http")
    assert finding.looked_at


@pytest.mark.parametrize("fault", BEFORE)
def test_a_post_that_never_arrived_is_absent_and_may_be_sent_again(bench, credential, fault):
    written = bench.post("Never arrived")
    trace = lose(bench, credential, written, fault)
    assert bench.seen() == []

    assert bench.adapter.find(trace, credential).verdict is Verdict.ABSENT

    staged = bench.adapter.stage(written, credential, key="key-1", before=trace.staged)
    bench.adapter.commit(written, staged, credential, key="key-1")
    assert len(bench.seen()) == 1


def test_an_earlier_post_with_the_same_words_is_not_taken_for_the_lost_one(bench, credential):
    first = bench.publish(bench.post("Every day"), credential, key="key-1")
    trace = lose(
        bench, credential, bench.post("Every day"), "lost_before", key="key-2", known=frozenset({first.remote_id})
    )
    assert bench.adapter.find(trace, credential).verdict is Verdict.ABSENT


def test_other_posts_around_the_lost_one_do_not_confuse_the_search(bench, credential):
    bench.publish(bench.post("Before"), credential, key="key-0")
    trace = lose(bench, credential, bench.post("The lost one"), "lost_after")
    bench.publish(bench.post("After"), credential, key="key-2")

    finding = bench.adapter.find(trace, credential)

    lost = next(post for post in bench.seen() if post.text == "The lost one")
    assert (finding.verdict, bench.known_as(finding.receipt)) == (Verdict.FOUND, lost.remote_id)


@pytest.mark.parametrize(("fault", "verdict"), [("lost_after", Verdict.FOUND), ("lost_before", Verdict.ABSENT)])
def test_a_lost_first_comment_is_looked_up_too(bench, credential, fault, verdict):
    if not bench.adapter.capabilities.first_comment:
        return
    main = bench.publish(bench.post("Main"), credential, key="key-1")
    trace = lose(bench, credential, bench.comment("First!", main), fault, call="comment", key="key-2")

    finding = bench.adapter.find(trace, credential)

    assert finding.verdict is verdict
    if verdict is Verdict.FOUND:
        assert finding.receipt.remote_id == bench.seen()[-1].remote_id


@pytest.mark.parametrize(
    ("fault", "error"),
    [("error_before", NotSent), ("lost_after", NotSent), ("garbage", NotSent), ("rate_limited", Throttled)],
)
def test_a_search_that_fails_says_so_and_can_be_made_again(bench, credential, fault, error):
    trace = lose(bench, credential, bench.post("Search me"), "lost_after")
    bench.strike(fault, "find")
    with pytest.raises(error):
        bench.adapter.find(trace, credential)
    assert bench.adapter.find(trace, credential).verdict is Verdict.FOUND


BY_KEY = frozenset({"bluesky", "mastodon", "memory"})  # what is sent twice there is the same post


def test_nothing_is_absent_while_the_last_request_may_still_take_effect(bench, credential):
    """However long ago the first one left."""
    trace = lose(bench, credential, bench.post("Sent twice"), "lost_before")

    finding = bench.adapter.find(replace(trace, last_sent_at=bench.clock()), credential)

    assert finding.verdict is (Verdict.ABSENT if bench.name in BY_KEY else Verdict.UNCLEAR)
