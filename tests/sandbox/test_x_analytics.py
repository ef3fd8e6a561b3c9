"""X: numbers that grow with time, and are absent where X has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.x_client import X, film
from tests.support.sandbox import Sandbox

PRIVATE = {"post.fields": "public_metrics,non_public_metrics,organic_metrics"}


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    # Days go by in these tests, and a token would not outlast them.
    with X(sandbox, "harbourcoffee") as client:
        yield client


def pass_time(x: X, **span: float) -> None:
    x.sandbox.advance(**span)
    x.token = x.sandbox.create_account("x", "harbourcoffee")["credentials"]["token"]


def numbers(x: X, ids: str, wanted: str, *, granularity: str = "total", days: int = 7, **query: str) -> dict[str, Any]:
    end = datetime.fromisoformat(x.sandbox.health()["now"]) + timedelta(minutes=1)
    times = {"start_time": f"{end - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}", "end_time": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
    asked = {"ids": ids, "granularity": granularity, "analytics.fields": wanted, **times, **query}
    answer = x.get("/2/tweets/analytics", **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def metrics(x: X, id: str) -> dict[str, Any]:
    found: dict[str, Any] = x.get("/2/tweets", ids=id, **PRIVATE).json()["data"][0]
    return found


def test_public_and_private_numbers_grow(x):
    id = x.posted("See https://acme.test/a")
    assert metrics(x, id)["public_metrics"]["impression_count"] == 0

    pass_time(x, hours=6)
    early = metrics(x, id)
    pass_time(x, days=2)
    late = metrics(x, id)
    assert 0 < early["public_metrics"]["impression_count"] < late["public_metrics"]["impression_count"]
    assert 0 < early["non_public_metrics"]["url_link_clicks"] < late["non_public_metrics"]["url_link_clicks"]
    assert late["organic_metrics"]["like_count"] == late["public_metrics"]["like_count"]


def test_what_a_post_has_not_is_absent(x):
    id = x.posted("Words alone")
    pass_time(x, days=1)

    assert "url_link_clicks" not in metrics(x, id)["non_public_metrics"]
    (bucket,) = numbers(x, id, "impressions,url_clicks,media_views,app_opens")["data"][0]["timestamped_metrics"]
    assert list(bucket["metrics"]) == ["impressions"]


def test_replies_are_counted(x):
    id = x.posted("1/2")
    x.reply(id, "2/2")

    assert metrics(x, id)["public_metrics"]["reply_count"] == 1
    assert numbers(x, id, "replies")["data"][0]["timestamped_metrics"][0]["metrics"] == {"replies": 1}


def test_private_numbers_are_for_the_author_and_for_thirty_days(x):
    id = x.posted("Fresh beans")
    with X(x.sandbox, "lumenyoga") as stranger:
        answer = stranger.get("/2/tweets", ids=id, **PRIVATE).json()
    assert "non_public_metrics" not in answer["data"][0]
    assert {line["value"] for line in answer["errors"]} == {id}
    assert answer["errors"][0]["type"].endswith("/not-authorized-for-field")

    pass_time(x, days=30)
    assert "organic_metrics" not in metrics(x, id)


def test_a_series_has_a_bucket_for_each_step_and_adds_up(x):
    id = x.posted("Fresh beans")
    pass_time(x, days=3)
    days = numbers(x, id, "impressions,likes", granularity="daily")["data"][0]["timestamped_metrics"]
    (total,) = numbers(x, id, "impressions,likes")["data"][0]["timestamped_metrics"]

    assert len(days) == 4
    assert sum(day["metrics"]["impressions"] for day in days) == total["metrics"]["impressions"] > 0
    assert numbers(x, id, "impressions", granularity="hourly", days=1)["data"][0]["timestamped_metrics"][23]


@pytest.mark.parametrize(
    "change",
    [
        {"granularity": "yearly"},
        {"analytics.fields": "fame"},
        {"analytics.fields": ""},
        {"start_time": "2026-11-08T00:00:00Z", "end_time": "2026-11-01T00:00:00Z"},
        {"end_time": ""},
        {"ids": "x"},
    ],
    ids=str,
)
def test_analytics_that_are_not_asked_for_as_documented_are_refused(x, change):
    asked = {
        "ids": "1", "granularity": "total", "analytics.fields": "likes", "start_time": "2026-11-01T00:00:00Z",
        "end_time": "2026-11-08T00:00:00Z",
    }  # fmt: skip
    assert x.get("/2/tweets/analytics", **(asked | change)).status_code == 400


def test_the_posts_of_others_have_no_analytics(x):
    with X(x.sandbox, "lumenyoga") as stranger:
        answer = numbers(stranger, x.posted("Fresh beans"), "likes")

    assert list(answer) == ["errors"]


def test_a_film_has_numbers_of_its_own(x):
    id = x.sent(film(seconds=20))
    x.sandbox.advance(seconds=2)
    x.posted("Look", media={"media_ids": [id]})
    pass_time(x, days=2)
    end = datetime.fromisoformat(x.sandbox.health()["now"])
    query = {
        "media_keys": f"13_{id},13_999",
        "media_analytics.fields": "video_views,playback50,playback_complete,watch_time_ms,cta_url_clicks",
        "granularity": "total",
        "start_time": f"{end - timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
        "end_time": f"{end:%Y-%m-%dT%H:%M:%SZ}",
    }

    answer = x.get("/2/media/analytics", **query).json()
    (series,) = answer["data"]
    found = series["timestamped_metrics"][0]["metrics"]
    assert series["media_key"] == f"13_{id}"
    assert found["video_views"] > found["playback50"] > found["playback_complete"] > 0
    assert found["watch_time_ms"] == found["video_views"] * 11_000
    assert "cta_url_clicks" not in found
    assert answer["errors"][0]["value"] == "13_999"
    x.sandbox.set("x", media_numbers_as_text=True)
    texts = x.get("/2/media/analytics", **query).json()["data"][0]["timestamped_metrics"][0]["metrics"]
    assert texts["playback50"] == str(found["playback50"])


def test_a_picture_has_no_analytics_of_films(x):
    key = x.upload(picture()).json()["data"]["media_key"]
    answer = x.get(
        "/2/media/analytics",
        **{
            "media_keys": key, "media_analytics.fields": "video_views", "granularity": "total",
            "start_time": "2026-11-01T00:00:00Z", "end_time": "2026-11-08T00:00:00Z",
        },
    )  # fmt: skip
    assert list(answer.json()) == ["errors"]


def test_followers_grow_day_by_day(x):
    def followers() -> int:
        me = x.get("/2/users/me", **{"user.fields": "public_metrics"}).json()["data"]
        return int(me["public_metrics"]["followers_count"])

    first = followers()
    pass_time(x, days=3)
    assert followers() == first + 15
