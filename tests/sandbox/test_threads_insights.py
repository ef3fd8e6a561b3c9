"""Threads: insights of posts and of the profile grow with time, and are absent where Threads has none."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.sandbox.threads_client import SCOPES, Threads, code_of, message_of

ALL = "views,likes,replies,reposts,quotes,shares"


@pytest.fixture
def threads(sandbox):
    with Threads(sandbox, "harbourcoffee") as client:
        yield client


def of_post(threads, id, metric=ALL):
    return {
        one["name"]: one["values"][0]["value"]
        for one in threads.get(f"/v1.0/{id}/insights", metric=metric).json()["data"]
    }


def of_profile(threads, metric, **query):
    answer = threads.get("/v1.0/me/threads_insights", metric=metric, **query)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["data"]}


def test_the_numbers_of_a_post_grow_with_its_age(threads):
    post = threads.post("Fresh beans")
    young = of_post(threads, post)
    threads.sandbox.advance(hours=6)
    older = of_post(threads, post)
    threads.sandbox.advance(days=30)
    old = of_post(threads, post)

    assert set(young) == set(ALL.split(","))
    assert young["views"] < older["views"] < old["views"]
    assert old["likes"] < old["views"]


def test_a_metric_has_the_documented_shape(threads):
    post = threads.post("Fresh beans")
    (said,) = threads.get(f"/v1.0/{post}/insights", metric="views").json()["data"]

    assert (said["name"], said["period"], said["id"]) == ("views", "lifetime", f"{post}/insights/views/lifetime")
    assert set(said) == {"name", "period", "values", "title", "description", "id"}
    threads.sandbox.set("threads", insights_as_totals=True)
    (said,) = threads.get(f"/v1.0/{post}/insights", metric="views").json()["data"]
    assert set(said["total_value"]) == {"value"}


def test_a_root_counts_all_replies_and_a_reply_those_straight_below(threads):
    root = threads.post("part 1")
    second = threads.post("part 2", reply_to_id=root)
    threads.post("part 4", reply_to_id=threads.post("part 3", reply_to_id=second))

    assert (of_post(threads, root, "replies"), of_post(threads, second, "replies")) == ({"replies": 3}, {"replies": 1})


def test_a_repost_has_no_insights(threads):
    repost = threads.call("POST", f"/v1.0/{threads.post()}/repost").json()["id"]

    assert threads.get(f"/v1.0/{repost}/insights", metric=ALL).json() == {"data": []}


@pytest.mark.parametrize("metric", ["reach", "saves", "impressions", ""])
def test_what_threads_does_not_measure_is_refused(threads, metric):
    assert message_of(threads.get(f"/v1.0/{threads.post()}/insights", metric=metric))
    assert message_of(threads.get("/v1.0/me/threads_insights", metric=metric))


def test_nobody_reads_the_insights_of_another(threads, sandbox):
    post = threads.post()
    with Threads(sandbox, "lumenyoga") as stranger:
        assert code_of(stranger.get(f"/v1.0/{post}/insights", metric="views")) == (100, 33)


def test_without_the_scope_the_answer_may_be_empty(sandbox):
    sandbox.set("threads", empty_without_insights_scope=True)
    with Threads(sandbox, "harbourcoffee", scopes=list(SCOPES)) as threads:
        assert threads.get(f"/v1.0/{threads.post()}/insights", metric="views").json() == {"data": []}
        assert threads.get("/v1.0/me/threads_insights", metric="views").json() == {"data": []}


def test_each_metric_of_the_profile_has_its_own_shape(threads):
    threads.post("See https://harbour.example/1")
    threads.post("Beans", link_attachment="https://harbour.example/2")
    threads.sandbox.advance(hours=12)
    said = of_profile(threads, "views,likes,clicks,followers_count")

    assert all(set(day) == {"value", "end_time"} for day in said["views"]["values"])
    assert sum(day["value"] for day in said["views"]["values"]) > said["likes"]["total_value"]["value"] > 0
    (clicks,) = said["clicks"]["link_total_values"]
    assert clicks["link_url"] == "https://harbour.example/2"
    assert said["followers_count"]["total_value"]["value"] > 0


def test_views_come_for_each_day_of_the_window(threads):
    since = int(datetime.fromisoformat("2026-09-01T00:00:00+00:00").timestamp())
    days = of_profile(threads, "views", since=since, until=since + 3 * 86400)["views"]["values"]

    assert [day["end_time"] for day in days] == [f"2026-09-0{n}T07:00:00+0000" for n in (1, 2, 3, 4)]
    assert [day["value"] for day in days] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "window", [{"since": 1712991599}, {"until": "today"}, {"since": 1790000001, "until": 1790000000}]
)
def test_a_window_begins_in_april_2024_at_the_earliest(threads, window):
    assert message_of(threads.get("/v1.0/me/threads_insights", metric="views", **window))


def test_followers_are_counted_whatever_the_window(threads):
    assert of_profile(threads, "followers_count") == of_profile(threads, "followers_count", since=1790000000)


def test_who_follows_is_told_by_one_breakdown_at_a_time(threads):
    said = of_profile(threads, "follower_demographics", breakdown="country")["follower_demographics"]
    (breakdown,) = said["total_value"]["breakdowns"]
    assert breakdown["dimension_keys"] == ["country"]
    assert breakdown["results"][0]["value"] > 0

    for wrong in ({}, {"breakdown": "country,city"}, {"breakdown": "age", "since": 1790000000}):
        assert message_of(threads.get("/v1.0/me/threads_insights", metric="follower_demographics", **wrong))


def test_few_followers_are_not_told_apart(sandbox):
    small = min(
        (one for one in sandbox.accounts if one["platform"] == "threads"),
        key=lambda one: one["data"]["followers_count"],
    )
    with Threads(sandbox, small["handle"]) as threads:
        assert of_profile(threads, "follower_demographics", breakdown="age") == {}
