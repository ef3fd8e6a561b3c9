from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apps.platforms.contract import RemotePost
from apps.platforms.errors import Gone, MissingPermission, NotSent, Rejected
from apps.platforms.insights import Metric

URN, DAY = "urn:li:share:7000000000000000002", date(2026, 11, 20)
POST = RemotePost(URN)
SHARES = "GET /rest/organizationalEntityShareStatistics"
ONE = f"GET /rest/posts/{URN.replace(':', '%3A')}"
SOCIAL = f"GET /rest/socialMetadata/{URN.replace(':', '%3A')}"
MEMBERS = "GET /rest/memberCreatorPostAnalytics"
COUNTS = {
    "impressionCount": 120,
    "uniqueImpressionsCount": 90,
    "clickCount": 7,
    "likeCount": 4,
    "commentCount": 1,
    "shareCount": 1,
    "engagement": 0.108,
}


def elements(*listed):
    return (200, {"elements": list(listed), "paging": {"start": 0, "count": 10, "links": []}})


@pytest.fixture
def analyst(member):
    """A member whose app may read figures."""
    more = ("r_member_postAnalytics", "r_member_profileAnalytics")
    return replace(member, scopes=(*member.scopes, *more))


def test_figures_of_a_pages_post_are_told_in_our_words(linkedin, page, sent):
    _, adapter = linkedin({SHARES: [elements({"share": URN, "totalShareStatistics": COUNTS})]})
    told = adapter.post_metrics(POST, page)
    assert told.values == {
        Metric.VIEWS: 120,
        Metric.REACH: 90,
        Metric.CLICKS: 7,
        Metric.LIKES: 4,
        Metric.COMMENTS: 1,
        Metric.SHARES: 1,
    }
    # Lists keep their brackets bare, and the URNs in them do not: "shares[0]=" would be an older protocol.
    assert b"&shares=List(urn%3Ali%3Ashare%3A7000000000000000002)" in sent[0].url.raw_path


def test_a_post_of_the_other_kind_is_asked_for_by_its_other_name(linkedin, page, sent):
    urn = "urn:li:ugcPost:7"
    _, adapter = linkedin({SHARES: [elements({"ugcPost": urn, "totalShareStatistics": COUNTS})]})
    assert adapter.post_metrics(RemotePost(urn), page).values[Metric.VIEWS] == 120
    assert b"&ugcPosts=List(urn%3Ali%3AugcPost%3A7)" in sent[0].url.raw_path


def test_a_post_without_figures_yet_is_not_said_to_have_none(linkedin, page):
    social = {"reactionSummaries": {"LIKE": {"count": 2}, "EMPATHY": {"count": 1}}, "commentSummary": {"count": 3}}
    _, adapter = linkedin({SHARES: [elements()], ONE: [(200, {"id": URN})], SOCIAL: [(200, social)]})
    assert adapter.post_metrics(POST, page).values == {Metric.LIKES: 3, Metric.COMMENTS: 3}


def test_a_post_that_is_gone_has_no_figures(linkedin, page):
    gone = (404, {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Not found"})
    _, adapter = linkedin({SHARES: [elements()], ONE: [gone]})
    with pytest.raises(Gone):
        adapter.post_metrics(POST, page)


@pytest.mark.parametrize("odd", ["120", None, True, -1, 10**20, {"count": 1}, float("nan")])
def test_a_figure_that_is_no_number_is_absent(linkedin, page, odd):
    _, adapter = linkedin({SHARES: [elements({"share": URN, "totalShareStatistics": {**COUNTS, "likeCount": odd}})]})
    values = adapter.post_metrics(POST, page).values
    assert Metric.LIKES not in values
    assert values[Metric.VIEWS] == 120


def test_the_figures_of_a_page_are_those_of_one_day(linkedin, page, sent):
    answers = {
        SHARES: [elements({"totalShareStatistics": COUNTS})],
        "GET /rest/organizationalEntityFollowerStatistics": [
            elements({"followerGains": {"organicFollowerGain": 5, "paidFollowerGain": 2}})
        ],
        "GET /rest/organizationPageStatistics": [
            elements({"totalPageStatistics": {"views": {"allPageViews": {"pageViews": 33}}}})
        ],
        "GET /rest/networkSizes/urn%3Ali%3Aorganization%3A555": [(200, {"firstDegreeSize": 1234})],
    }
    _, adapter = linkedin(answers)
    values = adapter.account_metrics(page, day=DAY).values
    assert (values[Metric.NEW_FOLLOWERS], values[Metric.PROFILE_VIEWS], values[Metric.FOLLOWERS]) == (7, 33, 1234)
    # Midnight to midnight UTC, in milliseconds.
    span = b"timeIntervals=(timeRange:(start:1795132800000,end:1795219200000),timeGranularityType:DAY)"
    assert span in sent[0].url.raw_path


def test_only_an_administrator_reads_the_figures_of_a_page(linkedin, page):
    refusal = "Unpermitted fields present in PARAMETER [/shares[0]]"
    _, adapter = linkedin({SHARES: [(403, {"status": 403, "serviceErrorCode": 100, "message": refusal})]})
    with pytest.raises(MissingPermission):
        adapter.post_metrics(POST, page)


# --- members


def counted(count, kind):
    return elements({"count": count, "metricType": kind, "targetEntity": {}})


def test_a_members_figures_are_asked_for_one_by_one(linkedin, analyst, sent):
    kinds = ["IMPRESSION", "MEMBERS_REACHED", "LINK_CLICKS", "REACTION", "COMMENT", "RESHARE", "POST_SAVE"]
    _, adapter = linkedin({MEMBERS: [counted(number, kind) for number, kind in enumerate(kinds, start=1)]})
    values = adapter.post_metrics(POST, analyst).values
    assert [request.url.params["queryType"] for request in sent] == kinds
    assert values[Metric.VIEWS] == 1
    assert values[Metric.SAVES] == 7
    assert b"q=entity&entity=(share:urn%3Ali%3Ashare%3A7000000000000000002)&" in sent[0].url.raw_path


def test_the_older_form_of_a_metrics_name_is_understood(linkedin, analyst):
    old = {"com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1": "IMPRESSION"}
    _, adapter = linkedin({MEMBERS: [counted(5, old), elements()]})
    assert adapter.post_metrics(POST, analyst).values == {Metric.VIEWS: 5}


NO = (400, {"status": 400, "code": "INVALID_VALUE_FOR_FIELD", "message": "No such key"})


def test_the_name_of_a_ugc_post_is_tried_until_one_is_taken(linkedin, analyst, sent):
    _, adapter = linkedin({MEMBERS: [NO, counted(5, "IMPRESSION"), elements()]})
    assert adapter.post_metrics(RemotePost("urn:li:ugcPost:7"), analyst).values == {Metric.VIEWS: 5}
    assert [b"(ugc:" in request.url.raw_path for request in sent[:2]] == [True, False]
    assert b"(ugcPost:" in sent[1].url.raw_path
    _, adapter = linkedin({MEMBERS: [NO]})
    with pytest.raises(Rejected):
        adapter.post_metrics(RemotePost("urn:li:ugcPost:7"), analyst)


def test_a_figure_that_this_version_does_not_know_is_absent(linkedin, analyst):
    known = [counted(number, "") for number in range(6)]
    _, adapter = linkedin({MEMBERS: [*known, NO]})
    values = adapter.post_metrics(POST, analyst).values
    assert (len(values), Metric.SAVES in values) == (6, False)


def test_the_figures_of_a_members_day(linkedin, analyst, sent):
    followers = elements({"memberFollowersCount": 412})
    _, adapter = linkedin(
        {MEMBERS: [counted(9, "IMPRESSION"), elements()], "GET /rest/memberFollowersCount": [followers]}
    )
    values = adapter.account_metrics(analyst, day=DAY).values
    assert values == {Metric.VIEWS: 9, Metric.FOLLOWERS: 412}
    span = b"dateRange=(start:(day:20,month:11,year:2026),end:(day:21,month:11,year:2026))"
    assert span in sent[0].url.raw_path


def test_an_app_that_only_shares_reads_no_figures(linkedin, member):
    server, adapter = linkedin({})
    for read in (lambda: adapter.post_metrics(POST, member), lambda: adapter.account_metrics(member, day=DAY)):
        with pytest.raises(MissingPermission) as caught:
            read()
        assert caught.value.scopes == ("r_member_postAnalytics",)
    assert server.requests == []


@pytest.mark.parametrize("answer", [(500, b""), (200, b"<html>"), (200, [])])
def test_figures_that_cannot_be_read_are_no_figures(linkedin, page, answer):
    _, adapter = linkedin({SHARES: [answer]})
    with pytest.raises(NotSent):
        adapter.post_metrics(POST, page)
