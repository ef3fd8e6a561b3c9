"""What Instagram tells afterwards: own posts and figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.adapters.instagram.requests import BASIC
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotOffered, NotSent
from apps.platforms.insights import Metric
from apps.platforms.limits import Usage
from tests.platforms.drafts import draft
from tests.platforms.instagram.answers import ME, error

DAY = date(2026, 9, 20)
POST = RemotePost("m1", {"kind": "feed"})
COUNTERS, FIGURES = "GET /v26.0/m1", "GET /v26.0/m1/insights"
OF_ACCOUNT, ACCOUNT = f"GET /v26.0/{ME}/insights", "GET /v26.0/me"
COUNTED = (200, {"id": "m1", "media_type": "IMAGE", "media_product_type": "FEED", "like_count": 3})
TOO_FEW = error(10, message="Not enough viewers for the media to show insights")


def told(*figures):
    return 200, {"data": list(figures)}


def figure(name, value):
    return {"name": name, "period": "lifetime", "values": [{"value": value}]}


def asked(server):
    return [parse_qs(urlsplit(path).query)["metric"][0].split(",") for _, path in server.requests if "metric" in path]


def test_what_is_not_told_of_a_post_is_absent_and_never_nothing(instagram, credential):
    _, adapter = instagram({COUNTERS: [COUNTED], FIGURES: [told(figure("reach", 55), figure("shares", 0))]})
    values = adapter.post_metrics(POST, credential).values
    assert values == {Metric.LIKES: 3, Metric.REACH: 55, Metric.SHARES: 0}


def test_a_name_that_fails_the_whole_call_is_left_out(instagram, credential):
    each = [error(100)] * 3 + [told(figure("likes", 4))] + [error(100)] * 4
    server, adapter = instagram({COUNTERS: [COUNTED], FIGURES: [error(100), *each]})
    assert adapter.post_metrics(POST, credential).values == {Metric.LIKES: 4}
    assert [len(names) for names in asked(server)] == [8, *[1] * 8]


@pytest.mark.parametrize(("product", "own"), [("REELS", "ig_reels_video_view_total_time"), ("STORY", "replies")])
def test_a_post_is_asked_for_what_its_kind_has(instagram, credential, product, own):
    said = (200, {"id": "m1", "media_type": "VIDEO", "media_product_type": product})
    server, adapter = instagram({COUNTERS: [said], FIGURES: [told(figure(own, 13_500))]})
    values = adapter.post_metrics(POST, credential).values
    assert own in asked(server)[0]
    assert values == ({Metric.WATCH_SECONDS: 13.5} if product == "REELS" else {Metric.COMMENTS: 13_500})


def test_a_story_that_few_people_saw_has_no_figures(instagram, credential):
    _, adapter = instagram({COUNTERS: [COUNTED], FIGURES: [TOO_FEW]})
    assert adapter.post_metrics(POST, credential).values == {Metric.LIKES: 3}


def test_counters_are_told_without_the_right_to_read_figures(instagram, credential):
    _, adapter = instagram({COUNTERS: [COUNTED], FIGURES: [told(figure("reach", 5))]})
    limited = replace(credential, scopes=(BASIC,))
    assert adapter.post_metrics(POST, limited).values == {Metric.LIKES: 3}


def test_a_post_that_cannot_be_seen_is_gone(instagram, credential):
    _, adapter = instagram({COUNTERS: [error(100, 33)]})
    with pytest.raises(Gone):
        adapter.post_metrics(POST, credential)


def test_figures_of_an_account_are_asked_for_one_day(instagram, credential):
    views = {"name": "views", "period": "day", "total_value": {"value": 120}}
    size = (200, {"followers_count": 0, "media_count": 9, "id": "99"})
    server, adapter = instagram({OF_ACCOUNT: [told(views)], ACCOUNT: [size]})

    metrics = adapter.account_metrics(credential, day=DAY)

    assert metrics.values == {Metric.VIEWS: 120, Metric.FOLLOWERS: 0, Metric.POSTS: 9}
    query = parse_qs(urlsplit(server.requests[0][1]).query)
    midnight = int(datetime(2026, 9, 20, 7, tzinfo=UTC).timestamp())  # in California, in summer
    assert (query["since"], query["until"]) == ([str(midnight)], [str(midnight + 86400)])
    assert (query["period"], query["metric_type"]) == (["day"], ["total_value"])
    assert "impressions" not in query["metric"][0]


def test_an_account_without_any_right_to_figures_says_so(instagram, credential):
    _, adapter = instagram({OF_ACCOUNT: [error(10)], ACCOUNT: [error(10)]})
    with pytest.raises(MissingPermission):
        adapter.account_metrics(credential, day=DAY)


def test_own_posts_know_their_kind_and_stories_are_not_among_them(bench, connected):
    samples = bench.samples()
    for name in ("picture", "carousel", "reel", "picture_story"):
        bench.publish(samples[name], connected, key=name)
    posts = bench.adapter.own_posts(connected).posts
    assert sorted((post.kind, post.facts["kind"]) for post in posts) == [
        ("FEED", "carousel"), ("FEED", "feed"), ("REELS", "reel"),
    ]  # fmt: skip


def test_figures_of_every_kind_of_post_are_told(bench, connected):
    samples = bench.samples()
    for name in ("picture", "carousel", "reel", "picture_story"):
        receipt = bench.publish(samples[name], connected, key=name)
        bench.clock.advance(hours=1)
        values = bench.adapter.post_metrics(RemotePost(receipt.remote_id, receipt.facts), connected).values
        assert set(values) <= bench.adapter.capabilities.post_metrics


def test_posts_are_deleted_on_instagram_itself(bench, connected):
    receipt = bench.publish(draft("Stays", bench.picture()), connected)
    with pytest.raises(NotOffered):
        bench.adapter.delete(RemotePost(receipt.remote_id), connected)


def test_listening_asks_for_what_is_read(bench, connected):
    bench.adapter.listen(connected)


def test_listening_that_is_not_confirmed_is_tried_again(instagram, credential):
    _, adapter = instagram({"POST /v26.0/me/subscribed_apps": [(200, {})]})
    with pytest.raises(NotSent):
        adapter.listen(credential)


def test_the_headers_tell_how_much_is_used_up(clock):
    business = '{"1": [{"type": "instagram", "call_count": 97, "total_time": 1, "total_cputime": 1}]}'
    headers = {"x-app-usage": '{"call_count": 28}', "x-business-use-case-usage": business}
    assert InstagramAdapter.usage(headers, now=clock()) == (Usage("app", share=0.28), Usage("account", share=0.97))
