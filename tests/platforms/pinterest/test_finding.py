"""Whether a Pin is out already: Pinterest has nothing that keeps a second one away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.platforms.adapters.pinterest.staging import print_of
from apps.platforms.contract import Staged, Trace, Verdict
from apps.platforms.errors import NotSent, Uncertain
from tests.platforms.pinterest.answers import BOARD_PINS, PIN, PINS, bike, listed, pin

FOUND, ABSENT, UNCLEAR = Verdict.FOUND, Verdict.ABSENT, Verdict.UNCLEAR


@pytest.fixture
def trace(clock):
    staged = Staged({"files": print_of(bike()), "tries": 0, "is_inline": False, "media_id": ""})
    sent = Trace(bike(), staged, "k", clock(), frozenset({"7"}))
    clock.advance(minutes=7)
    return sent


CASES = {
    "the same": ([pin()], FOUND),
    "a zone in its time": ([pin(created_at="2026-11-21T10:00:03Z")], FOUND),
    "other spaces, another form of the same letters": ([pin(description=" Red\n", title="Bike ")], FOUND),
    "no slash at the end of its link": ([pin(link="https://acme.test")], FOUND),
    "none": ([], ABSENT),
    "one of before": ([pin(created_at="2026-11-21T09:58:50")], ABSENT),
    "one that is known to be another": ([pin(id="7")], ABSENT),
    "other words": ([pin(description="Blue")], ABSENT),
    "another title": ([pin(title="Car")], ABSENT),
    "somebody else's": ([pin(is_owner=False)], ABSENT),
    "twins": ([pin(), pin(id="9")], UNCLEAR),
    "another link, which Pinterest may have written": ([pin(link="https://www.acme.test/?utm=1")], UNCLEAR),
    "another alt text": ([pin(alt_text=None)], UNCLEAR),
    "another kind": ([pin(creative_type="VIDEO")], UNCLEAR),
    "another board": ([pin(board_id="1")], UNCLEAR),
    "another section": ([pin(board_section_id="1")], UNCLEAR),
    "no time": ([pin(created_at=None)], UNCLEAR),
}


def test_only_the_very_same_is_taken_for_it(pinterest, credential, trace):
    _, adapter = pinterest(answers := {})
    for name, (pins, verdict) in CASES.items():
        answers |= {call: [listed(*pins)] for call in (BOARD_PINS, PINS)}
        finding = adapter.find(trace, credential)
        assert finding.verdict is verdict, name
        assert (finding.receipt.remote_id if finding.receipt else "") == (PIN if verdict is FOUND else ""), name


def test_either_list_is_enough_to_find_it_and_both_are_needed_to_miss_it(pinterest, credential, trace):
    for on_board, of_account in ((listed(pin()), listed()), (listed(), listed(pin()))):
        _, adapter = pinterest({BOARD_PINS: [on_board], PINS: [of_account]})
        assert adapter.find(trace, credential).verdict is FOUND
    _, adapter = pinterest({BOARD_PINS: [listed()], PINS: [(200, {"items": None})]})
    with pytest.raises(NotSent):
        adapter.find(trace, credential)


def test_nothing_is_absent_while_pinterest_may_still_be_fetching(pinterest, credential, trace, clock):
    clock.advance(minutes=-5)
    _, adapter = pinterest({BOARD_PINS: [listed()], PINS: [listed()]})
    assert adapter.find(trace, credential).verdict is UNCLEAR


def test_a_request_that_left_a_moment_ago_proves_nothing_however_long_ago_the_first_one_left(
    pinterest, credential, trace, clock
):
    _, adapter = pinterest({BOARD_PINS: [listed()], PINS: [listed()]})
    again = replace(trace, last_sent_at=clock() - timedelta(minutes=2))
    assert adapter.find(again, credential).verdict is UNCLEAR


def test_pins_without_a_word_are_like_any_others(pinterest, credential, trace):
    silent = replace(bike(), text="", link="", options={"board": "549755885175"})
    silent = replace(silent, media=tuple(replace(one, alt="") for one in silent.media))
    told = pin(title="", description=None, link=None, alt_text=None)
    _, adapter = pinterest({BOARD_PINS: [listed(told)], PINS: [listed(told)]})
    assert adapter.find(replace(trace, draft=silent), credential).verdict is UNCLEAR


def later(number, **said):
    at = f"2026-11-21T10:{6 - number:02}:00"
    return pin(id=str(100 + number), description="Another", created_at=at, **said)


def old(number):
    return pin(id=str(200 + number), created_at="2026-11-20T10:00:00")


@pytest.mark.parametrize(
    ("pages", "asked", "verdict"),
    [
        ([listed(later(1), bookmark="b"), listed(later(2), old(1), bookmark="c")], 2, ABSENT),
        ([listed(later(2), later(1), old(1), bookmark="b"), listed(pin())], 2, FOUND),  # no order: read on
        ([listed(old(1), later(1), bookmark="b")] * 3, 3, UNCLEAR),  # no order, and no end in sight
        ([listed(later(1), bookmark="b"), listed(later(2), bookmark="c"), listed(later(3), bookmark="d")], 3, UNCLEAR),
        ([listed({**later(1), "created_at": None}, old(1), bookmark="b"), listed()], 2, ABSENT),  # who knows its order
    ],
)
def test_a_list_is_read_until_it_is_certain(pinterest, credential, trace, pages, asked, verdict):
    server, adapter = pinterest({BOARD_PINS: pages, PINS: [listed()]})
    assert adapter.find(trace, credential).verdict is verdict
    assert len([path for _, path in server.requests if "/boards/" in path]) == asked


@pytest.mark.parametrize(
    ("switched", "verdict"),
    [
        ({"oldest_first": True, "zone_in_times": True, "created_status": 200}, FOUND),
        ({"list_lag_seconds": 30}, FOUND),
        ({"normalises": True}, None),  # found, or a person decides: never another Pin
    ],
)
def test_a_lost_pin_is_found_however_pinterest_lists_it(bench, connected, switch, switched, verdict):
    switch(**switched)
    written = bench.pin("Lost  and\nfound ", bench.picture(alt="Sea"), link="https://A.example/Walk/")
    staged = bench.stage(written, connected, key="k")
    trace = bench.trace(written, staged)
    bench.strike("lost_after", "commit")
    with pytest.raises(Uncertain):
        bench.adapter.commit(written, staged, connected, key="k")
    bench.wait_until_settled()
    finding = bench.adapter.find(trace, connected)
    assert finding.verdict is verdict or (verdict is None and finding.verdict is not ABSENT)
    assert bench.clock() - trace.sent_at > timedelta(minutes=3)
