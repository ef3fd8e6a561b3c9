"""Figures and own posts, in either spelling, with what X leaves out left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.platforms.adapters.x import rights
from apps.platforms.contract import RemotePost
from apps.platforms.errors import MissingPermission, Throttled
from apps.platforms.insights import Metric
from tests.platforms.drafts import draft
from tests.platforms.x.conftest import ME, problem

POST = "1900000000000000001"
LOOKUP, ANALYTICS, VIDEO = "GET /2/tweets", "GET /2/tweets/analytics", "GET /2/media/analytics"
PUBLIC = {"impression_count": 120, "like_count": 4, "reply_count": 1, "quote_count": 2, "bookmark_count": 0}


def post(**metrics):
    return (200, {"data": [{"id": POST, "text": "Hi", "created_at": "2026-11-20T10:00:00.000Z", **metrics}]})


def buckets(*metrics):
    return (
        200,
        {"data": [{"id": POST, "timestamped_metrics": [{"timestamp": "x", "metrics": one} for one in metrics]}]},
    )


def aged(clock, **span):
    return RemotePost(POST, {"posted_at": (clock() - timedelta(**span)).isoformat()})


@pytest.mark.parametrize("reposts", ["repost_count", "retweet_count"])
def test_a_young_post_tells_its_author_more(x, credential, clock, reposts):
    private = {"url_link_clicks": 9, "user_profile_clicks": "3", "engagements": 20}
    told = post(
        public_metrics={**PUBLIC, reposts: 3}, non_public_metrics=private, organic_metrics={"impression_count": 5}
    )
    server, adapter = x({LOOKUP: [told]})
    values = adapter.post_metrics(aged(clock, days=3), credential).values
    assert values == {
        Metric.VIEWS: 120, Metric.LIKES: 4, Metric.COMMENTS: 1, Metric.SAVES: 0, Metric.SHARES: 5, Metric.CLICKS: 9,
        Metric.PROFILE_VIEWS: 3,
    }  # fmt: skip
    assert "non_public_metrics" in server.requests[0][1]


def test_what_x_does_not_tell_is_absent(x, credential, clock):
    _, adapter = x({LOOKUP: [post(public_metrics={"like_count": "many", "reply_count": -1, "quote_count": True})]})
    assert adapter.post_metrics(aged(clock, days=3), credential).values == {}


def test_an_old_post_is_asked_for_in_the_analytics(x, credential, clock):
    server, adapter = x(
        {LOOKUP: [post(public_metrics=PUBLIC)], ANALYTICS: [buckets({"url_clicks": 4}, {"url_clicks": "2"})]}
    )
    values = adapter.post_metrics(aged(clock, days=31), credential).values
    assert (values[Metric.CLICKS], values[Metric.VIEWS]) == (6, 120)
    assert "non_public_metrics" not in server.requests[0][1]
    assert "granularity=total" in server.requests[1][1]


def test_a_video_has_views_and_seconds_of_its_own(x, credential, clock):
    told = buckets({"video_views": "40", "watch_time_ms": 61_500})
    server, adapter = x({LOOKUP: [post(public_metrics=PUBLIC)], VIDEO: [told]})
    film = RemotePost(POST, {"posted_at": clock().isoformat(), "video_keys": ["13_9"]})
    values = adapter.post_metrics(film, credential).values
    assert (values[Metric.VIDEO_VIEWS], values[Metric.WATCH_SECONDS]) == (40, 61.5)
    assert "media_keys=13_9" in server.requests[1][1]


@pytest.mark.parametrize(
    "answer", [problem(403, "No"), problem(404, "No"), (500, {}), (200, b"<html>"), (200, {"data": 1})]
)
def test_figures_of_a_video_that_are_refused_are_absent_and_the_rest_is_kept(x, credential, clock, answer):
    _, adapter = x({LOOKUP: [post(public_metrics=PUBLIC)], VIDEO: [answer]})
    film = RemotePost(POST, {"posted_at": clock().isoformat(), "video_keys": ["13_9"]})
    values = adapter.post_metrics(film, credential).values
    assert Metric.VIDEO_VIEWS not in values
    assert values[Metric.LIKES] == 4


def test_a_pause_that_x_asks_for_is_passed_on(x, credential, clock):
    _, adapter = x({LOOKUP: [post(public_metrics=PUBLIC)], ANALYTICS: [problem(429, "Too Many Requests")]})
    with pytest.raises(Throttled):
        adapter.post_metrics(aged(clock, days=40), credential)


@pytest.mark.parametrize("name", ["post_count", "tweet_count"])
def test_an_account_has_followers_and_posts(x, credential, clock, name):
    said = {"data": {"id": ME, "username": "acme", "public_metrics": {"followers_count": 10, name: 42}}}
    _, adapter = x({"GET /2/users/me": [(200, said)]})
    told = adapter.account_metrics(credential, day=clock().date())
    assert told.values == {Metric.FOLLOWERS: 10, Metric.POSTS: 42}


def test_figures_of_a_published_video_come_from_the_simulation_too(bench, connected):
    written = draft("A film: https://acme.com/a", bench.video())
    receipt = bench.publish(written, connected)
    bench.clock.advance(hours=1)
    told = bench.adapter.post_metrics(RemotePost(receipt.remote_id, receipt.facts), connected)
    assert Metric.VIDEO_VIEWS in told.values
    assert Metric.CLICKS in told.values


def test_own_posts_tell_their_kind_their_files_and_no_reposts(x, credential):
    posts = [
        {"id": "3", "text": "Yes", "referenced_posts": [{"type": "replied_to", "id": "1"}]},
        {"id": "2", "text": "RT", "referenced_tweets": [{"type": "retweeted", "id": "9"}]},
        {
            "id": "1",
            "text": "Bike",
            "created_at": "2026-11-01T10:00:00.000Z",
            "attachments": {"media_keys": ["3_1", "3_2"]},
        },
    ]
    media = [{"media_key": "3_1", "type": "photo", "url": "https://pbs.example/1.jpg"}, {"media_key": "3_2"}]
    said = {"data": posts, "includes": {"media": media}, "meta": {"result_count": 3, "next_token": "n2"}}
    _, adapter = x({f"GET /2/users/{ME}/tweets": [(200, said)]})
    listed = adapter.own_posts(credential)
    assert [(one.remote_id, one.kind, one.media_urls) for one in listed.posts] == [
        ("3", "reply", ()), ("1", "post", ("https://pbs.example/1.jpg",)),
    ]  # fmt: skip
    assert listed.cursor == "n2"
    assert listed.posts[1].url.endswith("/acme/status/1")


def test_nothing_is_sent_that_the_consent_does_not_cover(x, credential, clock):
    narrow = type(credential)(ME, credential.access_token, scopes=("tweet.read",))
    server, adapter = x({})
    with pytest.raises(MissingPermission) as caught:
        adapter.post_metrics(RemotePost(POST), narrow)
    assert caught.value.scopes == (rights.USERS,)
    assert server.requests == []
