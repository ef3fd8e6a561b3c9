"""Whether a post is out already: nothing but its words, its kind and its time tell it from others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.google_business.adapter import GoogleBusinessAdapter
from apps.platforms.contract import Credential, Staged, Trace, Verdict
from tests.platforms.conftest import Script
from tests.platforms.drafts import draft, picture

PLACE = "accounts/1/locations/2"
LISTED = f"GET /v4/{PLACE}/localPosts"
BREAD = draft("Fresh rye bread", options={"action": "LEARN_MORE", "action_url": "https://demo.example.com/"})
FOUND, ABSENT, UNCLEAR = Verdict.FOUND, Verdict.ABSENT, Verdict.UNCLEAR


@pytest.fixture
def find(serve, http, clock):
    """The verdict on a lost post, seven minutes after it was sent, given the posts that Google lists."""

    def ask(*posts, written=BREAD, last_sent=7):
        trace = Trace(written, Staged({"location": "2"}), "k", clock(), frozenset({f"{PLACE}/localPosts/7"}))
        clock.advance(minutes=7)
        trace = replace(trace, last_sent_at=clock() - timedelta(minutes=last_sent))
        server = serve(Script({LISTED: [(200, {"localPosts": list(posts)} if posts else {})]}))
        adapter = GoogleBusinessAdapter(http=http, endpoints={"api": server.origin}, clock=clock)
        return adapter.find(trace, Credential("1", Secret("ya29.test01"), channel_id=PLACE)).verdict

    return ask


def post(at="10:00:20", *, number=9, **said):
    told = {
        "name": f"{PLACE}/localPosts/{number}",
        "summary": "Fresh rye bread",
        "topicType": "STANDARD",
        "createTime": f"2026-11-21T{at}Z",
        "callToAction": {"actionType": "LEARN_MORE", "url": "https://demo.example.com/"},
    }
    return {**told, **said}


CASES = {
    "the same": ([post()], FOUND),
    "rejected, but created": ([post(state="REJECTED")], FOUND),
    "none": ([], ABSENT),
    "other words": ([post(summary="Cake")], ABSENT),
    "another kind": ([post(topicType="EVENT")], ABSENT),
    "one of before": ([post("09:40:00")], ABSENT),
    "one that is known to be another": ([post(number=7)], ABSENT),
    "twins": ([post(), post(number=8)], UNCLEAR),
    "no time": ([post(createTime=None)], UNCLEAR),
    "one that our clocks may disagree about": ([post("09:55:00")], UNCLEAR),
    "it, and one that our clocks may disagree about": ([post(), post("09:55:00", number=8)], UNCLEAR),
}


def test_only_the_very_same_is_taken_for_it(find, clock):
    for name, (posts, verdict) in CASES.items():
        assert find(*posts) is verdict, name
        clock.advance(minutes=-7)


def test_nothing_is_absent_while_the_last_request_may_still_take_effect(find):
    assert find(last_sent=1) is UNCLEAR


def test_a_picture_without_a_word_is_like_any_other(find):
    assert find(post(summary="", callToAction=None), written=draft("", picture())) is UNCLEAR
