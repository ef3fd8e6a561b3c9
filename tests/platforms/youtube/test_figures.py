"""Figures and own videos: what is not told is absent, and what is not public is not shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from apps.platforms.adapters.youtube import permits
from apps.platforms.contract import RemotePost
from apps.platforms.errors import Disconnected, NotOffered, NotSent, Throttled, TokenExpired
from apps.platforms.insights import Metric
from tests.platforms.youtube.answers import (
    CHANNEL,
    CHANNELS,
    LISTED,
    LOOK,
    REPORT,
    VIDEO,
    film,
    found,
    listing,
    refusal,
)

POST = RemotePost(VIDEO)
TOTALS = found(
    "public",
    snippet={"publishedAt": "2026-11-01T20:00:00Z"},
    statistics={"viewCount": "120", "likeCount": "7", "favoriteCount": "0"},
)


def report(*rows, names=("video", "views", "averageViewPercentage")):
    headers = [{"name": name, "columnType": "METRIC", "dataType": "INTEGER"} for name in names]
    said = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers}
    return (200, {**said, "rows": [list(row) for row in rows]}) if rows else (200, said)


def test_totals_of_this_moment_win_over_those_of_days_ago(youtube, credential, sent):
    _, adapter = youtube(
        {
            LOOK: [listing(TOTALS)],
            REPORT: [report((90, VIDEO, 30, 4), names=("views", "video", "estimatedMinutesWatched", "shares"))],
        }
    )
    told = adapter.post_metrics(POST, credential)

    assert told.values == {Metric.VIEWS: 120, Metric.LIKES: 7, Metric.SHARES: 4, Metric.WATCH_SECONDS: 1800}
    asked = dict(sent[1].url.params)
    assert (asked["ids"], asked["dimensions"], asked["filters"]) == ("channel==MINE", "video", f"video=={VIDEO}")
    assert (asked["startDate"], asked["endDate"]) == ("2026-11-01", "2026-11-21")


def test_a_video_that_nobody_watched_has_no_row_and_no_zeros(youtube, credential):
    _, adapter = youtube({LOOK: [listing(TOTALS)], REPORT: [report()]})
    assert adapter.post_metrics(POST, credential).values == {Metric.VIEWS: 120, Metric.LIKES: 7}


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "badRequest", message="The query is not supported."),
        refusal(403, "forbidden"),
        refusal(403, "accessNotConfigured"),
        refusal(403, "insufficientPermissions"),
    ],
)
def test_a_refused_report_does_not_take_the_totals_with_it(youtube, credential, answer):
    _, adapter = youtube({LOOK: [listing(TOTALS)], REPORT: [answer]})
    told = adapter.post_metrics(POST, credential)
    assert told.values == {Metric.VIEWS: 120, Metric.LIKES: 7}
    assert told.raw["refused"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(500, "backendError"), NotSent),
        (refusal(429, "rateLimitExceeded"), Throttled),
        (refusal(401, "authError"), TokenExpired),
        (refusal(403, "channelClosed"), Disconnected),
    ],
)
def test_a_report_that_fails_is_asked_for_again(youtube, credential, answer, error):
    _, adapter = youtube({LOOK: [listing(TOTALS)], REPORT: [answer]})
    with pytest.raises(error):
        adapter.post_metrics(POST, credential)


def test_without_the_right_to_reports_none_is_asked_for(youtube, credential, sent):
    _, adapter = youtube({LOOK: [listing(TOTALS)]})
    least = replace(credential, scopes=(permits.ALL,))
    assert adapter.post_metrics(POST, least).values == {Metric.VIEWS: 120, Metric.LIKES: 7}
    assert len(sent) == 1


@pytest.mark.parametrize("rows", [[("another", 5, 1.0)], [(VIDEO, "5", True)], [(VIDEO, -1, None)], [()]])
def test_rows_that_are_not_of_this_video_or_no_numbers_tell_nothing(youtube, credential, rows):
    _, adapter = youtube({LOOK: [listing({"id": VIDEO})], REPORT: [report(*rows)]})
    assert adapter.post_metrics(POST, credential).values == {}


def test_a_comment_has_no_figures(youtube, credential):
    _, adapter = youtube({})
    with pytest.raises(NotOffered):
        adapter.post_metrics(RemotePost("Ugx1", {"kind": "comment"}), credential)
    with pytest.raises(NotOffered):
        adapter.delete(RemotePost("Ugx1", {"kind": "comment"}), credential)


@pytest.mark.parametrize(
    ("statistics", "values"),
    [
        ({"subscriberCount": "1230", "videoCount": "12"}, {Metric.FOLLOWERS: 1230, Metric.POSTS: 12}),
        ({"subscriberCount": "0", "hiddenSubscriberCount": True, "videoCount": "12"}, {Metric.POSTS: 12}),
        ({}, {}),
    ],
)
def test_hidden_subscribers_are_absent_and_not_none(youtube, credential, statistics, values):
    _, adapter = youtube({CHANNELS: [listing({"id": CHANNEL, "statistics": statistics})], REPORT: [report()]})
    assert adapter.account_metrics(credential, day=date(2026, 11, 18)).values == values


def test_a_day_of_a_channel_is_told_in_our_words(youtube, credential):
    names = ("day", "views", "engagedViews", "estimatedMinutesWatched", "subscribersGained", "subscribersLost")
    _, adapter = youtube({CHANNELS: [listing()], REPORT: [report(("2026-11-18", 9, 6, 2, 1, 5), names=names)]})
    assert adapter.account_metrics(credential, day=date(2026, 11, 18)).values == {
        Metric.VIEWS: 9,
        Metric.VIDEO_VIEWS: 6,
        Metric.WATCH_SECONDS: 120,
        Metric.NEW_FOLLOWERS: 1,
    }


# --- own videos -------------------------------------------------------------------------------------------------------


def test_a_film_that_waits_for_its_hour_is_not_among_the_posts(bench, connected):
    bench.publish(film("Out"), connected, key="k1")
    bench.stage(film("Waiting"), connected, key="k2")
    bench.publish(film("For some", options={"privacy": "unlisted"}), connected, key="k3")
    assert [post.text for post in bench.adapter.own_posts(connected).posts] == ["For some", "Out"]


def test_a_page_may_be_empty_and_not_the_last(youtube, credential, sent):
    entry = {"contentDetails": {"videoId": VIDEO}}
    _, adapter = youtube({LISTED: [listing(entry, token="p2")], LOOK: [listing(found("private"))]})
    page = adapter.own_posts(credential, cursor="p1")
    assert (page.posts, page.cursor) == ((), "p2")
    assert sent[0].url.params["pageToken"] == "p1"
    assert sent[0].url.params["playlistId"] == "UUtest00000000000000001"


def test_a_channel_whose_list_is_not_known_is_asked_for_it(youtube, credential, sent):
    uploads = {"contentDetails": {"relatedPlaylists": {"uploads": "UU9"}}, "id": CHANNEL}
    _, adapter = youtube({CHANNELS: [listing(uploads)], LISTED: [listing()]})
    assert adapter.own_posts(replace(credential, facts={})).posts == ()
    assert sent[1].url.params["playlistId"] == "UU9"


def test_a_channel_that_does_not_name_its_list_cannot_be_read(youtube, credential):
    _, adapter = youtube({CHANNELS: [listing({"id": CHANNEL})]})
    with pytest.raises(NotSent):
        adapter.own_posts(replace(credential, facts={}))
