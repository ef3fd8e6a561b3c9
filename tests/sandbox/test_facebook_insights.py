"""Insights: the names of 2026, numbers that grow, and what is absent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.facebook_client import Facebook, code_of
from tests.support.sandbox import Sandbox

DAILY = "page_media_view,page_total_media_view_unique,page_post_engagements,page_follows"


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


def value_of(facebook: Facebook, post: str, metric: str) -> Any:
    (line,) = facebook.read(f"{post}/insights", metric=metric).json()["data"]
    return line["values"][0]["value"]


def test_the_numbers_of_a_post_grow_with_time(facebook):
    post = facebook.post()
    seen = []
    for _ in range(3):
        facebook.sandbox.advance(hours=6)
        seen.append(value_of(facebook, post, "post_media_view"))

    assert 0 < seen[0] < seen[1] < seen[2]
    assert value_of(facebook, post, "post_total_media_view_unique") < seen[2]


def test_a_value_can_be_an_object_by_type(facebook):
    post = facebook.post()
    facebook.sandbox.advance(days=2)

    reactions = value_of(facebook, post, "post_reactions_by_type_total")

    assert reactions["like"] == value_of(facebook, post, "post_reactions_like_total")


def test_a_metric_of_videos_has_no_entry_elsewhere(facebook):
    assert facebook.read(f"{facebook.post()}/insights", metric="post_video_views").json() == {"data": []}


@pytest.mark.parametrize("metric", ["post_impressions", "post_impressions_unique", "post_engaged_users", "shoes", ""])
def test_one_name_that_is_not_valid_fails_the_whole_call(facebook, metric):
    answer = facebook.read(f"{facebook.post()}/insights", metric=f"post_clicks,{metric}" if metric else "")

    assert code_of(answer) == (100, None)


def test_a_name_can_be_refused_where_it_used_to_be_valid(facebook):
    facebook.sandbox.set("facebook", refused_metrics="post_media_view")

    answer = facebook.read(f"{facebook.post()}/insights", metric="post_media_view")

    assert "must be a valid insights metric" in answer.json()["error"]["message"]


def test_media_views_are_unknown_to_older_versions(facebook):
    path = f"{facebook.post()}/insights"

    assert code_of(facebook.get(f"/v22.0/{path}", metric="post_media_view")) == (100, None)
    assert facebook.get(f"/v23.0/{path}", metric="post_media_view").status_code == 200


def test_days_are_kept_for_two_years(facebook):
    query = {"metric": "page_media_view", "since": "2023-01-01", "until": "2023-01-03"}

    assert facebook.edge("insights", **query).json() == {"data": []}


def test_insights_come_nested_in_a_list_of_posts(facebook):
    facebook.post()
    facebook.sandbox.advance(days=1)

    fields = "id,created_time,insights.metric(post_media_view,post_clicks)"
    (post,) = facebook.edge("posts", fields=fields).json()["data"]
    assert [line["name"] for line in post["insights"]["data"]] == ["post_media_view", "post_clicks"]


def test_counters_without_insights_are_fields_of_the_post(facebook):
    post = facebook.post()
    assert "shares" not in facebook.read(post, fields="shares").json()
    facebook.sandbox.advance(days=3)

    shown = facebook.read(post, fields="shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)").json()

    assert shown["shares"]["count"] > 0
    assert shown["reactions"]["summary"]["total_count"] > 0
    assert shown["comments"]["summary"]["total_count"] == 0


def test_the_days_of_a_page_end_at_midnight_in_california(facebook):
    since, until = around_the_end_of_summer_time(facebook)
    query = {"metric": DAILY, "period": "day", "since": since.isoformat(), "until": until.isoformat()}
    lines = facebook.edge("insights", **query).json()["data"]

    assert [line["name"] for line in lines] == DAILY.split(",")
    ends = [value["end_time"] for value in lines[0]["values"]]
    assert ends[0] == f"{since + timedelta(days=1)}T07:00:00+0000"
    assert ends[-1] == f"{until}T08:00:00+0000"


def around_the_end_of_summer_time(facebook: Facebook) -> tuple[date, date]:
    """Two days before and after the latest first Sunday of November."""
    today = datetime.fromisoformat(facebook.sandbox.health()["now"]).date()
    firsts = [date(year, 11, 1) for year in (today.year, today.year - 1)]
    sundays = [first + timedelta(days=6 - first.weekday()) for first in firsts]
    sunday = next(day for day in sundays if day + timedelta(days=3) < today)
    return sunday - timedelta(days=2), sunday + timedelta(days=2)


def test_the_last_two_days_are_told_to_who_names_none(facebook):
    (line,) = facebook.edge("insights", metric="page_media_view").json()["data"]
    now = datetime.fromisoformat(facebook.sandbox.health()["now"])

    assert len(line["values"]) == 2
    assert all(datetime.fromisoformat(value["end_time"]) <= now for value in line["values"])


def test_a_total_has_no_days(facebook):
    (line,) = facebook.edge("insights", metric="page_media_view", period="total_over_range").json()["data"]

    assert line["values"][0]["value"] > 1000
    assert "end_time" not in line["values"][0]


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-01-01", "until": "2026-04-02"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"period": "month"},
        {"metric": "page_impressions"},
        {"metric": "page_fans"},
    ],
    ids=str,
)
def test_a_wrong_question_about_a_page_is_refused(facebook, query):
    assert code_of(facebook.edge("insights", **({"metric": "page_media_view"} | query))) == (100, None)


def test_a_page_under_a_hundred_likes_has_no_insights(facebook):
    facebook.sandbox.set("facebook", page_likes=99)

    assert facebook.edge("insights", metric="page_media_view").json() == {"data": []}
    assert facebook.read(f"{facebook.post()}/insights", metric="post_clicks").json() == {"data": []}


@pytest.mark.parametrize("scope", ["read_insights", "pages_read_engagement"])
def test_insights_without_permission_are_refused_or_silently_empty(facebook, scope):
    facebook.people("untick", scope=scope)

    assert code_of(facebook.edge("insights", metric="page_media_view")) == (10, None)
    facebook.sandbox.set("facebook", silent_without_scope=True)
    assert facebook.edge("insights", metric="page_media_view").json() == {"data": []}


def test_a_video_has_insights_of_its_own_edge_and_its_post_has_the_others(facebook):
    video = facebook.reel()
    facebook.sandbox.advance(days=1)
    post = facebook.read(video, fields="post_id").json()["post_id"]

    assert code_of(facebook.read(f"{video}/insights", metric="post_clicks")) == (100, None)
    assert code_of(facebook.read(video, fields="reactions")) == (100, None)
    (line,) = facebook.read(f"{video}/video_insights", metric="total_video_views").json()["data"]
    assert line["values"][0]["value"] == value_of(facebook, f"{facebook.id}_{post}", "post_video_views") > 0


def test_followers_are_a_field_of_the_page(facebook):
    shown = facebook.read(facebook.id, fields="followers_count,fan_count").json()

    assert shown["followers_count"] == shown["fan_count"] > 100
