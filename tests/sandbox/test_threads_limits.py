"""Threads: quotas in moving days, the allowance of calls with its headers, and the words of failures."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.threads_client import Threads, code_of


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


def limits(threads, fields):
    (answer,) = threads.list("me/threads_publishing_limit", fields=fields)
    return answer


def test_the_quotas_are_those_of_the_documentation(threads):
    threads.post("part 2", reply_to_id=threads.post("part 1"))

    day = 86400
    assert limits(threads, "quota_usage,config,reply_quota_usage,reply_config,delete_quota_usage,delete_config") == {
        "quota_usage": 1,
        "config": {"quota_total": 250, "quota_duration": day},
        "reply_quota_usage": 1,
        "reply_config": {"quota_total": 1000, "quota_duration": day},
        "delete_quota_usage": 0,
        "delete_config": {"quota_total": 100, "quota_duration": day},
    }


def test_the_day_has_so_many_posts_and_frees_them_one_by_one(threads):
    threads.sandbox.set("threads", daily_posts=2)
    threads.post("one")
    threads.sandbox.advance(hours=12)
    threads.post("two")
    third = threads.container(text="three")
    assert code_of(threads.publish(third)) == (9, 2207042)
    assert threads.status(third) == {"status": "FINISHED"}

    threads.sandbox.advance(hours=12)
    assert threads.publish(third).status_code == 200


def test_replies_have_a_quota_of_their_own(threads):
    root = threads.post("part 1")
    threads.sandbox.set("threads", daily_posts=1, daily_replies=1)
    threads.post("part 2", reply_to_id=root)

    assert code_of(threads.publish(threads.container(text="part 3", reply_to_id=root))) == (9, 2207042)


def test_deletions_have_a_quota_too(threads):
    threads.sandbox.set("threads", daily_deletions=1)
    first, second = threads.post("one"), threads.post("two")
    threads.call("DELETE", f"/v1.0/{first}")

    assert code_of(threads.call("DELETE", f"/v1.0/{second}")) == (9, 2207042)
    assert limits(threads, "delete_quota_usage") == {"delete_quota_usage": 1}
    threads.sandbox.advance(hours=24)
    assert threads.call("DELETE", f"/v1.0/{second}").status_code == 200


def test_which_code_tells_a_quota_is_a_setting(threads):
    threads.sandbox.set("threads", daily_posts=0, quota_code=613, quota_subcode=7)

    assert code_of(threads.publish(threads.container(text="one"))) == (613, 7)


def test_the_allowance_of_calls_is_told_in_percent_and_then_in_minutes(threads):
    threads.sandbox.set("threads", daily_calls=4)
    headers = [threads.get("/v1.0/me").headers for _ in range(2)]
    assert json.loads(headers[1]["x-app-usage"])["call_count"] == 50

    for _ in range(2):
        assert threads.get("/v1.0/me").status_code == 200
    refused = threads.get("/v1.0/me")
    assert code_of(refused) == (4, None)
    (usage,) = json.loads(refused.headers["x-business-use-case-usage"])[threads.id]
    assert (usage["type"], usage["call_count"]) == ("threads", 100)
    assert usage["estimated_time_to_regain_access"] == pytest.approx(24 * 60, abs=2)
    threads.sandbox.advance(hours=25)
    assert threads.get("/v1.0/me").status_code == 200


def test_a_refusal_tells_the_usage_too(threads):
    threads.sandbox.set("threads", daily_calls=4)

    assert json.loads(threads.get("/v1.0/me", fields="nope").headers["x-app-usage"])["call_count"] == 25


def test_the_usual_allowance_is_so_large_that_nothing_is_told(threads):
    assert "x-app-usage" not in threads.get("/v1.0/me").headers


def test_the_headers_may_be_missing(threads):
    threads.sandbox.set("threads", usage_headers=False)
    threads.sandbox.fault("rate_limited", platform="threads")
    refused = threads.get("/v1.0/me")

    assert code_of(refused) == (4, None)
    assert "x-business-use-case-usage" not in refused.headers


def test_a_throttled_commit_publishes_nothing_and_says_for_how_long(threads):
    container = threads.container(text="Fresh beans")
    threads.sandbox.fault("rate_limited", platform="threads", path="commit", seconds=600)
    refused = threads.publish(container)

    assert code_of(refused) == (4, None)
    (usage,) = json.loads(refused.headers["x-business-use-case-usage"])[threads.id]
    assert usage["estimated_time_to_regain_access"] == 10
    assert threads.sandbox.posts("threads") == []


def test_a_failure_is_a_transient_error_of_graph(threads):
    threads.sandbox.fault("error_after", platform="threads", path="commit")
    answer = threads.publish(threads.container(text="Fresh beans"))

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["is_transient"]) == (500, 2, True)
    assert threads.sandbox.texts("threads", "harbourcoffee") == ["Fresh beans"]


def test_the_same_text_is_taken_twice(threads):
    threads.post("Fresh beans")
    threads.post("Fresh beans")

    assert threads.sandbox.counts("threads")["repeated"] == 1
