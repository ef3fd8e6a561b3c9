"""Insights: names and shapes, what is left out, what fails a call; limits, their headers, and the table of errors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from apps.sandbox.instagram.refusals import NAMED
from tests.sandbox.clients import Instagram
from tests.sandbox.facebook_client import code_of, film
from tests.sandbox.gallery import picture

FEED = "views,reach,likes,comments,saved,shares,total_interactions,follows,profile_visits,profile_activity,reposts"
REELS = (
    "views,reach,likes,comments,saved,shares,total_interactions,reposts,ig_reels_avg_watch_time,"
    "ig_reels_video_view_total_time,reels_skip_rate,crossposted_views"
)
STORY = (
    "views,reach,replies,shares,total_interactions,navigation,follows,profile_visits,profile_activity,link_clicks,"
    "reposts"
)


def story_or_reel(instagram, gallery, media_type):
    container = instagram.container(media_type=media_type, video_url=gallery.hang(film(seconds=20)))
    instagram.sandbox.advance(seconds=2)
    return instagram.publish(container).json()["id"]


def values(answer):
    return {metric["name"]: metric["values"][0]["value"] for metric in answer.json()["data"]}


def insights(instagram, id, metric, **more):
    return instagram.get(f"/v26.0/{id}/insights", metric=metric, **more)


def test_figures_of_a_picture_grow_and_what_nobody_did_is_left_out(instagram, gallery):
    media = instagram.post(gallery.hang(picture()))
    assert insights(instagram, media, FEED).json() == {"data": []}

    instagram.sandbox.advance(hours=3)
    young = values(insights(instagram, media, FEED))
    instagram.sandbox.advance(days=5)
    old = values(insights(instagram, media, FEED))

    assert 0 < young["views"] < old["views"]
    assert "comments" not in old
    assert 0 not in young.values()
    counted = instagram.get(f"/v26.0/{media}", fields="like_count,comments_count").json()
    assert (counted["like_count"], counted["comments_count"]) == (old["likes"], 0)


def test_the_shape_is_that_of_the_documentation(instagram, gallery):
    media = instagram.post(gallery.hang(picture()))
    instagram.sandbox.advance(days=2)
    instagram.sandbox.set("instagram", withheld_metrics="saved")

    (only,) = insights(instagram, media, "reach,saved").json()["data"]
    assert (only["name"], only["period"], only["id"]) == ("reach", "lifetime", f"{media}/insights/reach/lifetime")


def test_a_reel_tells_how_long_it_was_watched_and_no_plays(instagram, gallery):
    media = story_or_reel(instagram, gallery, "REELS")
    instagram.sandbox.advance(days=1)

    found = values(insights(instagram, media, REELS))
    assert found["ig_reels_video_view_total_time"] == found["views"] * found["ig_reels_avg_watch_time"]
    assert "crossposted_views" not in found
    for gone in ("plays", "impressions", "video_views", "total_views", "navigation"):
        assert code_of(insights(instagram, media, f"views,{gone}")) == (100, None)


def test_a_story_needs_viewers_and_is_told_of_for_a_day(instagram, gallery):
    media = story_or_reel(instagram, gallery, "STORIES")
    few = insights(instagram, media, "reach")
    assert code_of(few) == (10, None)
    assert "Not enough viewers" in few.json()["error"]["message"]

    instagram.sandbox.advance(hours=12)
    assert values(insights(instagram, media, STORY))["navigation"] > 0
    (taps,) = insights(instagram, media, "navigation", breakdown="story_navigation_action_type").json()["data"]
    assert taps["total_value"]["breakdowns"][0]["results"][0]["dimension_values"] == ["tap_forward"]
    instagram.sandbox.advance(hours=12)
    assert insights(instagram, media, STORY).json() == {"data": []}


def test_an_item_of_a_carousel_has_no_figures(instagram, gallery):
    url = gallery.hang(picture())
    ids = [instagram.container(image_url=url, is_carousel_item="true") for _ in range(2)]
    instagram.sandbox.advance(seconds=2)
    parent = instagram.container(media_type="CAROUSEL", children=",".join(ids))
    instagram.sandbox.advance(hours=2)
    media = instagram.publish(parent).json()["id"]
    (item, _) = instagram.get(f"/v26.0/{media}", fields="children{id}").json()["children"]["data"]

    assert code_of(insights(instagram, item["id"], "reach")) == (100, 33)


def test_an_account_has_one_number_for_a_window(instagram, gallery):
    instagram.post(gallery.hang(picture()))
    instagram.sandbox.advance(days=2)
    totals = "views,reach,accounts_engaged,total_interactions,likes,comments,shares,saves,replies,reposts"
    metric = f"{totals},profile_links_taps,follows_and_unfollows"
    data = insights(instagram, instagram.id, metric, period="day", metric_type="total_value").json()["data"]

    assert [one["name"] for one in data] == metric.split(",")
    assert data[0]["total_value"]["value"] > 0
    assert data[0]["id"] == f"{instagram.id}/insights/views/day"
    parts = insights(instagram, "me", "reach", metric_type="total_value", breakdown="follow_type").json()["data"][0]
    assert parts["total_value"]["breakdowns"][0]["dimension_keys"] == ["follow_type"]


def test_only_few_metrics_come_day_by_day(instagram):
    now = datetime.fromisoformat(instagram.sandbox.health()["now"])
    window = {"since": int((now - timedelta(days=4)).timestamp()), "until": int(now.timestamp())}

    days = insights(instagram, "me", "reach", period="day", **window).json()["data"][0]["values"]
    assert len(days) == 4
    assert all(day["end_time"].endswith("T07:00:00+0000") for day in days)
    assert code_of(insights(instagram, "me", "views", period="day", **window)) == (100, None)
    assert code_of(insights(instagram, "me", "impressions", period="day")) == (100, None)
    assert code_of(insights(instagram, "me", "follower_count", metric_type="total_value")) == (100, None)


def test_what_is_too_old_or_too_new_is_absent(instagram):
    now = datetime.fromisoformat(instagram.sandbox.health()["now"]).timestamp()
    old = {"since": int(now - 100 * 86400), "until": int(now - 95 * 86400)}
    assert insights(instagram, "me", "views", metric_type="total_value", **old).json() == {"data": []}

    instagram.sandbox.set("instagram", insights_lag_hours=48)
    assert insights(instagram, "me", "views", metric_type="total_value").json() == {"data": []}


def test_followers_are_described_when_there_are_a_hundred(instagram):
    query = {"period": "lifetime", "metric_type": "total_value", "timeframe": "this_month", "breakdown": "country"}
    (found,) = insights(instagram, "me", "follower_demographics", **query).json()["data"]
    assert found["total_value"]["breakdowns"][0]["results"][0]["dimension_values"] == ["GB"]
    assert code_of(insights(instagram, "me", "follower_demographics", **query | {"breakdown": "shoe"})) == (100, None)

    instagram.sandbox.set("instagram", followers=99)
    assert insights(instagram, "me", "follower_demographics", **query).json() == {"data": []}
    assert insights(instagram, "me", "follower_count").json() == {"data": []}


def test_without_the_scope_figures_are_refused_or_silently_missing(sandbox):
    with Instagram(sandbox, "harbourcoffee", scopes=["instagram_business_basic"]) as instagram:
        assert code_of(insights(instagram, "me", "reach")) == (10, None)
        sandbox.set("instagram", silent_without_scope=True)
        assert insights(instagram, "me", "reach").json() == {"data": []}


def test_the_bucket_of_an_account_is_told_in_percent_and_ends_in_a_refusal(instagram):
    instagram.sandbox.set("instagram", daily_calls=4)
    answers = [instagram.get("/v26.0/me", fields="id") for _ in range(5)]

    (told,) = json.loads(answers[1].headers["x-business-use-case-usage"])[instagram.id]
    assert (told["type"], told["call_count"], told["estimated_time_to_regain_access"]) == ("instagram", 50, 0)
    assert json.loads(answers[1].headers["x-app-usage"])["call_count"] == 50
    assert code_of(answers[4]) == (80002, None)
    (told,) = json.loads(answers[4].headers["x-business-use-case-usage"])[instagram.id]
    assert told["estimated_time_to_regain_access"] > 0
    instagram.sandbox.advance(hours=25)
    assert instagram.get("/v26.0/me", fields="id").status_code == 200


def test_every_refusal_of_the_table_can_be_had(instagram):
    for name in NAMED:
        code, _, subcode = name.partition("/")
        instagram.sandbox.set("instagram", refuse_with=name)
        assert code_of(instagram.publish("1")) == (int(code), int(subcode) if subcode else None)

    assert instagram.get("/v26.0/me").status_code == 200
