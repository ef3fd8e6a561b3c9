"""Faults: each does what its name says, to whom it is aimed at, and as often as it was told."""

from __future__ import annotations

import json
import time
from datetime import datetime

import httpx
import pytest

from tests.sandbox.clients import Mastodon
from tests.sandbox.gallery import picture


@pytest.mark.parametrize(("kind", "published"), [("lost_before", 0), ("lost_after", 1)])
def test_an_answer_is_lost(mastodon, kind, published):
    mastodon.sandbox.fault(kind, platform="mastodon", path="commit")

    with pytest.raises(httpx.RemoteProtocolError):
        mastodon.post("once")

    assert len(mastodon.sandbox.texts("mastodon", "harbourcoffee")) == published
    assert mastodon.post("again").status_code == 200


@pytest.mark.parametrize(("kind", "published"), [("error_before", 0), ("error_after", 1)])
def test_the_platform_fails(mastodon, kind, published):
    mastodon.sandbox.fault(kind)

    assert mastodon.post("once").status_code == 500
    assert len(mastodon.sandbox.texts("mastodon", "harbourcoffee")) == published


@pytest.mark.parametrize(("kind", "published"), [("garbage_before", 0), ("garbage", 1)])
def test_the_answer_is_garbage(mastodon, kind, published):
    mastodon.sandbox.fault(kind)
    answer = mastodon.post("once")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")
    assert len(mastodon.sandbox.texts("mastodon", "harbourcoffee")) == published


def test_mastodon_throttles_with_the_time_of_its_reset(mastodon):
    now = datetime.fromisoformat(mastodon.sandbox.health()["now"])
    mastodon.sandbox.fault("rate_limited", seconds=90)
    answer = mastodon.post("once")

    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (429, "0")
    assert 80 < (datetime.fromisoformat(answer.headers["x-ratelimit-reset"]) - now).total_seconds() < 120
    assert mastodon.sandbox.posts() == []


def test_instagram_throttles_with_a_code_and_minutes_in_a_header(instagram):
    instagram.sandbox.fault("rate_limited", seconds=90)
    answer = instagram.get("/v26.0/me")

    assert answer.json()["error"]["code"] == 80002
    usage = json.loads(answer.headers["x-business-use-case-usage"])[instagram.id]
    assert usage[0]["estimated_time_to_regain_access"] == 2


def test_instagram_fails_with_its_envelope(instagram):
    instagram.sandbox.fault("error_before")
    answer = instagram.get("/v26.0/me")

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 2)


def test_instagram_publishes_and_the_answer_is_lost(instagram, gallery):
    container = instagram.container(image_url=gallery.hang(picture()))
    instagram.sandbox.advance(seconds=2)
    instagram.sandbox.fault("lost_after", platform="instagram", path="commit")

    with pytest.raises(httpx.RemoteProtocolError):
        instagram.publish(container)

    assert instagram.status(container) == "PUBLISHED"
    assert len(instagram.sandbox.posts("instagram")) == 1


def test_a_token_is_revoked_while_it_is_used_and_stays_so(mastodon):
    mastodon.sandbox.fault("token_revoked")

    assert [mastodon.post("once").status_code for _ in range(2)] == [401, 401]
    assert mastodon.sandbox.posts() == []


def test_latency_makes_one_request_wait_and_nobody_else(mastodon):
    mastodon.sandbox.fault("latency", seconds=0.3)
    start = time.monotonic()
    assert mastodon.post("late").status_code == 200
    late = time.monotonic() - start
    mastodon.post("soon")

    assert late >= 0.3
    assert [entry["fault"] for entry in mastodon.sandbox.stats(recent=2)["recent"]] == ["", "latency"]


def test_a_client_that_stops_waiting_is_published_all_the_same(mastodon):
    mastodon.sandbox.fault("latency", path="commit", seconds=0.2)

    with pytest.raises(httpx.ReadTimeout):
        mastodon.call("POST", "/api/v1/statuses", json={"status": "late"}, timeout=0.1)

    until = time.monotonic() + 5
    while not mastodon.sandbox.posts() and time.monotonic() < until:
        time.sleep(0.02)
    assert mastodon.sandbox.texts("mastodon", "harbourcoffee") == ["late"]


def test_a_fault_strikes_as_often_as_it_was_told(mastodon):
    mastodon.sandbox.fault("error_before", times=2)
    assert [mastodon.post("x").status_code for _ in range(3)] == [500, 500, 200]

    mastodon.sandbox.fault("error_before", times=None)
    assert [mastodon.post("x").status_code for _ in range(3)] == [500, 500, 500]
    assert [fault["hits"] for fault in mastodon.sandbox.faults()] == [2, 3]
    mastodon.sandbox.clear()
    assert mastodon.post("x").status_code == 200


def test_a_fault_strikes_by_chance(mastodon):
    mastodon.sandbox.set("mastodon", api_limit=0, status_limit=0)
    mastodon.sandbox.fault("error_before", times=None, probability=0.5)
    struck = sum(mastodon.post("x").status_code == 500 for _ in range(60))

    assert 5 < struck < 55


@pytest.mark.parametrize(
    "aim",
    [
        {"platform": "instagram"},
        {"account": "lumenyoga"},
        {"path": "stage"},
        {"path": "comment"},
        {"path": "/api/v2/"},
        {"probability": 0},
    ],
    ids=str,
)
def test_a_fault_spares_whom_it_is_not_aimed_at(mastodon, aim):
    mastodon.sandbox.fault("error_before", **aim)

    assert mastodon.post("safe").status_code == 200


@pytest.mark.parametrize(
    "aim", [{"account": "harbourcoffee"}, {"account": "14702"}, {"path": "commit"}, {"path": "/statuses$"}, {}], ids=str
)
def test_a_fault_strikes_whom_it_is_aimed_at(mastodon, aim):
    mastodon.sandbox.fault("error_before", platform="mastodon", **aim)

    assert mastodon.post("struck").status_code == 500


def test_a_reply_is_a_comment_and_not_a_commit(mastodon):
    parent = mastodon.post("one").json()["id"]
    mastodon.sandbox.fault("error_before", path="comment")

    assert mastodon.post("two").status_code == 200
    assert mastodon.post("three", in_reply_to_id=parent).status_code == 500


def test_a_fault_after_accepting_waits_for_something_that_is_accepted(mastodon):
    mastodon.sandbox.fault("error_after", path="commit")

    assert mastodon.post("").status_code == 422
    assert mastodon.post("now").status_code == 500


def test_a_request_can_ask_for_its_own_fault(mastodon):
    def post(fault: str) -> httpx.Response:
        return mastodon.call("POST", "/api/v1/statuses", json={"status": "x"}, headers={"X-Sandbox-Fault": fault})

    start = time.monotonic()
    assert post("latency; seconds=0.2, error_after").status_code == 500
    assert time.monotonic() - start >= 0.2
    assert len(mastodon.sandbox.posts()) == 1
    assert mastodon.post("x").status_code == 200
    refused = post("earthquake")
    assert refused.status_code == 400
    assert "earthquake" in refused.json()["sandbox_error"]


def test_the_journal_tells_what_was_done_to_whom(mastodon):
    mastodon.sandbox.fault("lost_after")
    with pytest.raises(httpx.RemoteProtocolError):
        mastodon.post("x")
    (entry,) = mastodon.sandbox.stats(recent=1)["recent"]

    assert (entry["operation"], entry["account"], entry["status"], entry["fault"]) == (
        "commit",
        "harbourcoffee",
        0,
        "lost_after",
    )
    assert mastodon.sandbox.count("mastodon", "commit") == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "earthquake"},
        {"kind": "latency", "probability": 2},
        {"kind": "latency", "path": "("},
        {"kind": "latency", "colour": "red"},
        {"kind": "latency", "platform": "orkut"},
        {"kind": "latency", "seconds": "soon"},
        {"kind": "latency", "times": "often"},
        {},
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_refused_with_words(sandbox, fault):
    answer = httpx.post(f"{sandbox.url}/_control/faults", json=fault)

    assert answer.status_code in {400, 404}
    assert answer.json()["error"]
    assert sandbox.faults() == []


def test_one_fault_can_be_taken_away(sandbox):
    first, second = sandbox.fault("latency"), sandbox.fault("garbage")
    answer = httpx.delete(f"{sandbox.url}/_control/faults/{first['id']}")

    assert answer.json() == {"cleared": 1}
    assert [fault["id"] for fault in sandbox.faults()] == [second["id"]]


def test_faults_of_one_account_leave_another_alone(mastodon, sandbox):
    sandbox.fault("error_before", account="lumenyoga", times=None)
    with Mastodon(sandbox, "lumenyoga") as other:
        assert (other.post("x").status_code, mastodon.post("x").status_code) == (500, 200)
