"""YouTube: statistics that grow with time, and reports of the Analytics API that come late."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.sandbox.youtube.growth import rounded
from tests.sandbox.youtube_client import FORCE_SSL, YouTube, film, reason_of

CORE = (
    "views,engagedViews,estimatedMinutesWatched,averageViewDuration,averageViewPercentage,likes,comments,shares,"
    "subscribersGained,subscribersLost"
)


@pytest.fixture
def youtube(sandbox):
    with YouTube(sandbox, "harbourcoffee") as client:
        yield client


def pass_days(youtube: YouTube, days: int) -> None:
    """Let days go by; the token has ended meanwhile."""
    youtube.sandbox.advance(days=days)
    youtube.token = youtube.sandbox.create_account("youtube", youtube.handle)["credentials"]["token"]


def views(youtube: YouTube, id: str) -> int:
    return int(youtube.video(id, "statistics")["statistics"]["viewCount"])


def table(answer) -> list[dict]:
    """Rows by the names of their columns."""
    assert answer.status_code == 200, answer.text
    said = answer.json()
    names = [column["name"] for column in said["columnHeaders"]]
    return [dict(zip(names, row, strict=True)) for row in said.get("rows", [])]


def test_views_grow_with_time_and_are_told_as_text(youtube):
    id = youtube.upload()
    pass_days(youtube, 1)
    first = views(youtube, id)
    pass_days(youtube, 3)

    assert 0 < first < views(youtube, id)
    statistics = youtube.video(id, "statistics")["statistics"]
    assert statistics["favoriteCount"] == "0"
    assert all(isinstance(value, str) for value in statistics.values())


def test_a_private_video_is_seen_by_nobody(youtube):
    id = youtube.upload(privacyStatus="private")
    pass_days(youtube, 3)

    assert views(youtube, id) == 0


def test_what_is_hidden_is_missing(youtube, sandbox):
    hidden = youtube.video(youtube.upload(publicStatsViewable=False), "statistics")["statistics"]
    assert "likeCount" not in hidden
    assert "subscriberCount" in youtube.channel("statistics").json()["items"][0]["statistics"]

    sandbox.set("youtube", hides_subscribers=True)

    shown = youtube.channel("statistics").json()["items"][0]["statistics"]
    assert (shown["hiddenSubscriberCount"], "subscriberCount" in shown) == (True, False)


def test_subscribers_are_rounded_to_three_digits(youtube):
    assert [rounded(count) for count in (7, 123, 1234, 98_765)] == [7, 123, 1230, 98_700]


def test_statistics_come_in_batches_of_fifty(youtube):
    ids = [youtube.upload(), youtube.upload()]
    wanted = ",".join([*ids, "nothing"])

    answer = youtube.api("GET", "videos:batchGetStats", part="snippet,statistics,contentDetails", id=wanted)

    items = answer.json()["items"]
    assert [item["id"] for item in items] == ids
    assert set(items[0]["statistics"]) == {"viewCount", "likeCount", "commentCount"}
    assert items[0]["contentDetails"] == {"duration": "PT30S"}
    assert items[0]["snippet"]["publishTime"].endswith("Z")
    crowd = ",".join("x" * 51)
    assert reason_of(youtube.api("GET", "videos:batchGetStats", part="statistics", id=crowd)) == (400, "badRequest")


def test_a_report_by_day_ends_with_the_last_complete_day(youtube, sandbox):
    youtube.upload()
    pass_days(youtube, 6)

    rows = table(youtube.report(CORE, dimensions="day", sort="day"))

    days = [date.fromisoformat(row["day"]) for row in rows]
    now = datetime.fromisoformat(sandbox.health()["now"])
    assert days[-1] == (now - timedelta(hours=48)).astimezone(ZoneInfo("America/Los_Angeles")).date() - timedelta(
        days=1
    )
    assert days == sorted(days)
    assert rows[1]["views"] > rows[-1]["views"] > 0
    assert 0 < rows[1]["engagedViews"] < rows[1]["views"]
    assert 0 < rows[1]["averageViewPercentage"] < 100


def test_days_add_up_to_the_whole(youtube):
    youtube.upload()
    pass_days(youtube, 6)

    by_day = table(youtube.report("views,likes", dimensions="day"))
    (whole,) = table(youtube.report("views,likes"))

    assert whole == {name: sum(row[name] for row in by_day) for name in ("views", "likes")}


def test_a_report_by_video_leaves_out_what_nobody_has_seen(youtube):
    seen, private = youtube.upload(), youtube.upload(privacyStatus="private")
    pass_days(youtube, 6)

    answer = youtube.report(
        "views,estimatedMinutesWatched,averageViewPercentage,shares,likes,comments",
        dimensions="video",
        filters=f"video=={seen},{private}",
    )

    (row,) = table(answer)
    assert row["video"] == seen
    assert answer.json()["kind"] == "youtubeAnalytics#resultTable"
    headers = answer.json()["columnHeaders"]
    assert headers[0] == {"name": "video", "columnType": "DIMENSION", "dataType": "STRING"}
    assert headers[1] == {"name": "views", "columnType": "METRIC", "dataType": "INTEGER"}
    assert headers[3]["dataType"] == "FLOAT"


def test_rows_are_missing_while_there_are_none(youtube):
    youtube.upload()
    pass_days(youtube, 1)

    answer = youtube.report(dimensions="day")

    assert (answer.status_code, "rows" in answer.json()) == (200, False)


def test_shorts_are_told_apart_by_length_and_shape(youtube):
    youtube.upload(film(seconds=60, width=720, height=1280))
    youtube.upload(film(seconds=181, width=720, height=1280), title="#Shorts")
    pass_days(youtube, 6)

    rows = table(youtube.report(dimensions="creatorContentType"))

    assert [row["creatorContentType"] for row in rows] == ["shorts", "videoOnDemand"]


@pytest.mark.parametrize(
    "changes",
    [
        {"metrics": "views,fame"},
        {"metrics": ""},
        {"dimensions": "city"},
        {"dimensions": "video"},  # without a filter it has to be sorted
        {"filters": "country==DE"},
        {"filters": "video==" + ",".join("x" * 501)},
        {"sort": "likes"},
        {"startDate": "yesterday"},
        {"startDate": "2040-01-02"},
        {"ids": "contentOwner==me"},
    ],
)
def test_a_query_that_is_not_supported_is_refused(youtube, changes):
    answer = youtube.report(**changes)

    assert reason_of(answer) == (400, "badRequest")


def test_reports_want_a_scope_of_their_own(youtube, sandbox):
    with YouTube(sandbox, "harbourcoffee", scopes=[FORCE_SSL]) as manager:
        assert reason_of(manager.report()) == (403, "insufficientPermissions")
    assert reason_of(youtube.report("estimatedRevenue")) == (403, "insufficientPermissions")
    assert reason_of(youtube.report(ids="channel==UCsomebody")) == (403, "forbidden")
