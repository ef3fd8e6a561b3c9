from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.platforms.adapters.facebook import FacebookAdapter, figures
from apps.platforms.calls import COUNTS_AS
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Disconnected, Gone, MissingPermission, NotOffered, NotSent, Throttled
from apps.platforms.insights import Metric
from tests.platforms.conformance.bench import remote
from tests.platforms.drafts import draft

INSIGHTS, POST = "GET /v26.0/111_5/insights", "GET /v26.0/111_5"
COUNTERS = (200, {"id": "111_5", "comments": {"summary": {"total_count": 3}}, "shares": {"count": 2}})
REFUSED = (400, {"error": {"code": 10, "message": "No permission"}})
UNKNOWN = (400, {"error": {"code": 100, "message": "(#100) The value must be a valid insights metric"}})


def told(name, value, **more):
    return {"name": name, "period": "lifetime", "values": [{"value": value, **more}]}


def of_post(facebook, known, insights, counters=COUNTERS):
    _, adapter = facebook({INSIGHTS: [insights], POST: [counters]})
    return adapter.post_metrics(RemotePost("111_5"), known)


def day_of(bench, **ago):
    return (bench.clock() - timedelta(**ago)).date()


# --- names ------------------------------------------------------------------------------------------------------------


def test_no_name_is_asked_for_that_was_removed():
    asked = [*figures.POST_NAMES, *figures.PAGE_NAMES, figures.REACTIONS]
    dead = ("impressions", "page_fans", "page_fan_adds", "engaged_users")
    assert [name for name in asked if any(word in name for word in dead)] == []


def test_one_name_that_facebook_does_not_know_costs_only_itself(bench, credential, switch):
    post = remote(bench.publish(bench.post("Counted"), credential))
    bench.clock.advance(hours=30)
    whole = bench.adapter.post_metrics(post, credential)
    switch(refused_metrics="post_clicks")
    rest = bench.adapter.post_metrics(post, credential)
    assert Metric.CLICKS in whole.values
    assert set(whole.values) - set(rest.values) == {Metric.CLICKS}


# --- absent is absent -------------------------------------------------------------------------------------------------


def test_what_facebook_does_not_tell_is_absent_and_never_zero(facebook, known):
    found = of_post(facebook, known, (200, {"data": []}), (200, {"id": "111_5"}))
    assert found.values == {}


def test_a_small_page_has_no_insights_but_counters(bench, credential, switch):
    switch(page_likes=50)
    post = remote(bench.publish(bench.post("Counted"), credential))
    bench.clock.advance(hours=30)
    assert set(bench.adapter.post_metrics(post, credential).values) <= {Metric.LIKES, Metric.COMMENTS, Metric.SHARES}
    assert set(bench.adapter.account_metrics(credential, day=day_of(bench, days=1)).values) == {Metric.FOLLOWERS}


def test_figures_by_kind_are_added_up(facebook, known):
    reactions = told("post_reactions_by_type_total", {"like": 4, "love": 3})
    found = of_post(facebook, known, (200, {"data": [reactions, told("post_media_view", 340)]}))
    assert found.values == {Metric.LIKES: 7, Metric.VIEWS: 340, Metric.COMMENTS: 3, Metric.SHARES: 2}
    assert found.raw["insights"][1]["values"] == [{"value": 340}]


@pytest.mark.parametrize("value", [None, "many", True, -1, {}, [], {"like": None}])
def test_a_figure_that_is_no_number_is_none(facebook, known, value):
    found = of_post(facebook, known, (200, {"data": [told("post_media_view", value)]}))
    assert Metric.VIEWS not in found.values


# --- permissions ------------------------------------------------------------------------------------------------------


def test_counters_are_told_where_insights_are_refused(facebook, known):
    assert set(of_post(facebook, known, REFUSED).values) == {Metric.COMMENTS, Metric.SHARES}


def test_insights_are_told_where_counters_are_refused(facebook, known):
    found = of_post(facebook, known, (200, {"data": [told("post_media_view", 5)]}), REFUSED)
    assert found.values == {Metric.VIEWS: 5}


def test_a_video_node_that_has_no_reactions_keeps_its_insights(facebook, known):
    nope = (400, {"error": {"code": 100, "message": "Tried accessing nonexisting field (reactions)"}})
    found = of_post(facebook, known, (200, {"data": [told("post_media_view", 5)]}), nope)
    assert found.values == {Metric.VIEWS: 5}


def test_a_page_whose_consent_covers_neither_says_so(facebook, known):
    with pytest.raises(MissingPermission):
        of_post(facebook, known, REFUSED, REFUSED)


def test_a_declined_permission_for_figures_is_told_before_a_request(bench, switch):
    switch(declined_scopes="read_insights,pages_read_user_content")
    credential = bench.connect()
    with pytest.raises(MissingPermission):
        bench.adapter.post_metrics(RemotePost("1_2"), credential)


# --- what posts are called --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"format": "reel"}], ids=["video", "reel"])
def test_the_figures_of_a_video_are_those_of_its_post(bench, credential, options):
    post = remote(bench.publish(draft("Waves", bench.video(), options=options), credential))
    bench.clock.advance(hours=30)
    found = bench.adapter.post_metrics(post, credential)
    assert Metric.VIEWS in found.values
    assert Metric.VIDEO_VIEWS in found.values


def test_a_story_has_no_figures(facebook, known):
    _, adapter = facebook({})
    with pytest.raises(NotOffered):
        adapter.post_metrics(RemotePost("505", {"kind": "story"}), known)


def test_a_video_that_is_gone_is_gone(facebook, known):
    gone = (400, {"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}})
    _, adapter = facebook({"GET /v26.0/701": [gone]})
    with pytest.raises(Gone):
        adapter.post_metrics(RemotePost("701", {"kind": "video", "video": "701"}), known)


def test_an_outage_is_not_a_post_that_is_gone(facebook, known):
    with pytest.raises(NotSent):
        of_post(facebook, known, (500, {"error": {"code": 2, "message": "Later"}}))


# --- days -------------------------------------------------------------------------------------------------------------


def test_the_figures_of_a_day_are_those_that_ended_the_morning_after(facebook, known):
    values = [
        {"value": 1, "end_time": "2026-11-19T08:00:00+0000"},
        {"value": 2, "end_time": "2026-11-20T08:00:00+0000"},
        {"value": 3, "end_time": "2026-11-21T08:00:00+0000"},
    ]
    said = {"data": [{"name": "page_media_view", "period": "day", "values": values}]}
    server, adapter = facebook(
        {"GET /v26.0/111/insights": [(200, said)], "GET /v26.0/111": [(200, {"id": "111", "followers_count": 9})]}
    )
    found = adapter.account_metrics(known, day=datetime(2026, 11, 19, tzinfo=UTC).date())
    assert found.values == {Metric.VIEWS: 2, Metric.FOLLOWERS: 9}
    asked = parse_qs(urlsplit(server.requests[0][1]).query)
    assert (asked["period"], asked["since"], asked["until"]) == (["day"], ["2026-11-19"], ["2026-11-20"])


def test_a_page_tells_its_figures_of_a_day(bench, credential, switch):
    switch(page_likes=5000)
    bench.publish(bench.post("Counted"), credential)
    bench.clock.advance(hours=60)
    found = bench.adapter.account_metrics(credential, day=day_of(bench, days=2))
    assert set(found.values) == bench.adapter.capabilities.account_metrics


def test_followers_are_told_where_insights_are_refused(facebook, known):
    _, adapter = facebook(
        {"GET /v26.0/111/insights": [REFUSED], "GET /v26.0/111": [(200, {"id": "111", "followers_count": 9})]}
    )
    assert adapter.account_metrics(known, day=datetime(2026, 11, 19, tzinfo=UTC).date()).values == {Metric.FOLLOWERS: 9}


def test_usage_headers_tell_of_the_app_and_of_the_page():
    headers = {
        "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":25}',
        "x-business-use-case-usage": '{"111":[{"type":"pages","call_count":97}]}',
    }
    found = {one.limit: one.share for one in FacebookAdapter.usage(headers, now=datetime.now(UTC))}
    assert found == {"app": 0.28, "page": 0.97}
    assert set(found) <= {limit.name for limit in FacebookAdapter.limits}


def test_the_simulated_page_tells_how_much_of_its_calls_is_used_up(bench, credential, switch):
    switch(page_calls_per_day=20)
    answers = []
    bench.http.event_hooks["response"].append(answers.append)
    for _ in range(8):
        bench.adapter.check(credential)
    found = bench.adapter.usage(dict(answers[-1].headers), now=bench.clock())
    assert {one.limit for one in found} >= {"page"}


# --- of many ----------------------------------------------------------------------------------------------------------

BATCH = "POST /v26.0/"
GONE = {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request."}}
POSTS = [RemotePost(f"111_{n}") for n in (5, 6, 7)]


def part(body, status=200):
    return {"code": status, "body": json.dumps(body)}


def whole():
    return [part(COUNTERS[1]), part({"data": [told("post_clicks", 7)]})]


def of_many(facebook, known, *answers, **script):
    server, adapter = facebook({BATCH: [(200, [one for answer in answers for one in answer])], **script})
    return server, adapter.many_post_metrics(POSTS, known)


def test_many_posts_take_one_request_that_counts_for_all_that_is_in_it(facebook, known, http):
    sent = []
    http.event_hooks["request"].append(sent.append)
    _, found = of_many(facebook, known, whole(), whole(), whole())

    assert {name: one.values[Metric.CLICKS] for name, one in found.items()} == {"111_5": 7, "111_6": 7, "111_7": 7}
    (request,) = sent
    assert request.extensions[COUNTS_AS] == 6


def test_one_that_is_refused_in_a_batch_refuses_no_other(facebook, known):
    server, found = of_many(facebook, known, whole(), [part(GONE, 400)] * 2, whole())
    assert set(found) == {"111_5", "111_7"}
    assert len(server.requests) == 1


def test_a_read_that_was_not_made_in_time_is_made_alone(facebook, known):
    late = [None, part({"data": [told("post_clicks", 7)]})]
    server, found = of_many(facebook, known, whole(), late, whole(), **{"GET /v26.0/111_6": [COUNTERS]})
    assert found["111_6"].values == {Metric.COMMENTS: 3, Metric.SHARES: 2, Metric.CLICKS: 7}
    assert [path.partition("?")[0] for _, path in server.requests] == ["/v26.0/", "/v26.0/111_6"]


def test_a_batch_that_is_refused_as_a_whole_says_why(facebook, known):
    _, adapter = facebook({BATCH: [(400, {"error": {"code": 80001, "message": "Too many calls to this Page"}})]})
    with pytest.raises(Throttled):
        adapter.many_post_metrics(POSTS, known)


def test_a_token_that_is_refused_for_all_is_no_silence(facebook, known):
    dead = part({"error": {"code": 190, "message": "Error validating access token"}}, 400)
    with pytest.raises(Disconnected):
        of_many(facebook, known, [dead] * 6)


def test_a_limit_that_is_reached_on_the_way_keeps_what_was_told(facebook, known):
    full = part({"error": {"code": 80001, "message": "Too many calls to this Page"}}, 400)
    _, found = of_many(facebook, known, whole(), [full] * 4)
    assert set(found) == {"111_5"}


def test_a_batch_that_makes_no_sense_is_not_believed(facebook, known):
    with pytest.raises(NotSent):
        of_many(facebook, known, whole())
