"""Own posts, figures and what is left of the limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.threads import ThreadsAdapter
from apps.platforms.contract import RemotePost, Role
from apps.platforms.errors import MissingPermission, NotOffered, NotSent, Throttled
from apps.platforms.insights import Metric
from apps.platforms.limits import Usage
from tests.platforms.conformance.bench import remote
from tests.platforms.threads.answers import POSTS, error, listed, post

POST = RemotePost("18100000000000001")
OF_POST, OF_ACCOUNT = "GET /v1.0/18100000000000001/insights", "GET /v1.0/me/threads_insights"
DAY = date(2026, 9, 20)


def told(*entries):
    return 200, {"data": list(entries)}


def test_own_posts_come_without_replies_and_without_what_others_wrote(bench, connected):
    main = bench.publish(bench.post("Main", pictures=1), connected)
    bench.publish(bench.post("Below", role=Role.REPLY, root=remote(main), parent=remote(main)), connected, key="k2")
    (own,) = bench.adapter.own_posts(connected).posts
    assert (own.remote_id, own.text, own.kind) == (main.remote_id, "Main", "IMAGE")
    assert own.url
    assert own.media_urls


def test_a_repost_is_nobody_of_ours(threads, credential):
    _, adapter = threads({POSTS: [listed(post(id="1", media_type="REPOST_FACADE"), post(id="2"))]})
    assert [own.remote_id for own in adapter.own_posts(credential).posts] == ["2"]


def test_an_empty_page_is_the_last_whatever_it_says_of_cursors(threads, credential):
    cursors = {"paging": {"cursors": {"before": "a", "after": "b"}}}
    _, adapter = threads({POSTS: [(200, {"data": [post()], **cursors}), (200, {"data": [], **cursors})]})
    first = adapter.own_posts(credential)
    assert first.cursor == "b"
    assert adapter.own_posts(credential, cursor="b").cursor == ""


def test_figures_of_a_post_are_read_in_both_shapes_and_what_is_missing_is_absent(threads, credential):
    series = {"name": "views", "period": "lifetime", "values": [{"value": 100}]}
    total = {"name": "likes", "period": "lifetime", "total_value": {"value": 3}}
    passed = [{"name": name, "values": [{"value": number}]} for name, number in (("reposts", 4), ("quotes", 2))]
    _, adapter = threads({OF_POST: [told(series, total, *passed)]})
    metrics = adapter.post_metrics(POST, credential)
    assert metrics.values == {Metric.VIEWS: 100, Metric.LIKES: 3, Metric.SHARES: 6}
    assert metrics.raw["data"][0] == series


@pytest.mark.parametrize("entry", [{}, {"name": "views"}, {"name": "views", "values": [{"value": None}]}, {"name": 7}])
def test_a_figure_that_is_not_told_is_no_zero(threads, credential, entry):
    _, adapter = threads({OF_POST: [told(entry)]})
    assert adapter.post_metrics(POST, credential).values == {}


def test_a_missing_permission_shows_as_a_refusal_or_as_nothing_at_all(bench, connected, switch):
    """Which of both is not documented, so both are read: nothing is never taken for zeros."""
    published = remote(bench.publish(bench.post("Counted"), connected))
    made = bench.sandbox.create_account("threads", bench.handle, scopes=["threads_basic"])["credentials"]
    blind = replace(connected, access_token=Secret(made["token"]), scopes=())
    with pytest.raises(MissingPermission):
        bench.adapter.post_metrics(published, blind)
    switch(empty_without_insights_scope=True)
    assert bench.adapter.post_metrics(published, blind).values == {}


def test_figures_of_a_day_are_those_of_its_window(threads, credential):
    views = {
        "name": "views",
        "values": [
            {"value": 7, "end_time": "2026-09-20T07:00:00+0000"},
            {"value": 10, "end_time": "2026-09-21T07:00:00+0000"},
            {"value": 3, "end_time": "2026-09-22T07:00:00+0000"},
        ],
    }
    likes = {"name": "likes", "total_value": {"value": 100}}
    clicks = {"name": "clicks", "link_total_values": [{"value": 11, "link_url": "https://a"}, {"value": 2}]}
    followers = {"name": "followers_count", "total_value": {"value": 0}}
    server, adapter = threads({OF_ACCOUNT: [told(views, likes, clicks, followers)]})

    metrics = adapter.account_metrics(credential, day=DAY)

    assert metrics.values == {
        Metric.PROFILE_VIEWS: 10,
        Metric.LIKES: 100,
        Metric.CLICKS: 13,
        Metric.FOLLOWERS: 0,
    }
    asked = parse_qs(urlsplit(server.requests[0][1]).query)
    midnight = datetime(2026, 9, 20, 7, tzinfo=UTC).timestamp()  # in California, in summer
    assert (asked["since"], asked["until"]) == ([str(int(midnight))], [str(int(midnight) + 86400)])


def test_figures_older_than_threads_has_are_not_asked_for(threads, credential):
    server, adapter = threads({})
    with pytest.raises(NotOffered):
        adapter.account_metrics(credential, day=date(2024, 4, 13))
    assert server.requests == []


def test_totals_in_the_place_of_series_are_read_too(bench, connected, switch):
    published = remote(bench.publish(bench.post("Counted"), connected))
    bench.clock.advance(hours=30)
    as_series = bench.adapter.post_metrics(published, connected).values
    switch(insights_as_totals=True)
    assert bench.adapter.post_metrics(published, connected).values == as_series


def test_a_field_that_does_not_exist_is_our_mistake_and_nobody_is_disconnected(threads, credential):
    said = error(100, message="Tried accessing nonexisting field (nope)", type="THApiException")
    _, adapter = threads({"GET /v1.0/me": [said]})
    with pytest.raises(NotSent):
        adapter.check(credential)


def test_what_we_ask_for_exists(bench, connected):
    """An unknown field fails the whole call, on the simulated Threads as on the real one."""
    bench.publish(bench.post("All fields"), connected)
    assert bench.adapter.check(connected).handle == bench.handle
    assert len(bench.adapter.own_posts(connected).posts) == 1


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, ()),
        ({"x-app-usage": '{"call_count": 28, "total_time": 25, "total_cputime": 3}'}, (Usage("calls", share=0.28),)),
        ({"x-app-usage": "nonsense", "x-business-use-case-usage": "[]"}, ()),
    ],
)
def test_the_headers_tell_how_much_is_used_up(headers, usage, clock):
    assert ThreadsAdapter.usage(headers, now=clock()) == usage


def test_the_fuller_of_two_headers_counts(bench, connected, switch, clock):
    switch(daily_calls=1)
    answers: list[httpx.Response] = []
    bench.http.event_hooks["response"].append(answers.append)
    with pytest.raises(Throttled):
        bench.adapter.check(connected)
    (usage,) = ThreadsAdapter.usage(answers[-1].headers, now=clock())
    assert usage.limit == "calls"
    assert usage.share >= 1
    assert usage.reset_at > clock()
