"""Own Pins and figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.platforms.contract import RemotePost
from apps.platforms.errors import MissingPermission, NotOffered
from apps.platforms.insights import Metric
from tests.platforms.conformance.bench import remote
from tests.platforms.pinterest.answers import ME, PIN, PINS, error, listed, pin

OF_PIN, OF_ACCOUNT = f"GET /v5/pins/{PIN}/analytics", "GET /v5/user_account/analytics"
TOLD = {
    "daily_metrics": [
        {"data_status": "READY", "date": "2026-11-01", "metrics": {"IMPRESSION": 120, "SAVE": 3}},
        {"data_status": "PROCESSING", "date": "2026-11-02", "metrics": {"IMPRESSION": 1}},
    ],
    "summary_metrics": {"IMPRESSION": 120, "SAVE": 3, "OUTBOUND_CLICK": None, "VIDEO_MRC_VIEW": 12},
    "lifetime_metrics": {"TOTAL_COMMENTS": 1, "TOTAL_REACTIONS": 2},
}
ACCOUNT = {"id": "1", "username": "acme", "account_type": "BUSINESS", "follower_count": 10, "pin_count": 339}


def asked(server, number=0):
    return parse_qs(urlsplit(server.requests[number][1]).query)


def test_own_pins_come_with_their_pictures_and_without_those_of_others(pinterest, credential):
    sizes = {"150x150": {"url": "https://i/small.jpg"}, "600x": {"url": "https://i/large.jpg"}}
    parts = {
        "media_type": "multiple_images",
        "items": [{"images": sizes}, {"images": {"1200x": {"url": "https://i/b"}}}],
    }
    film = {"media_type": "video", "images": sizes, "video_url": None, "duration": None}
    pins = [pin(id="1", media=parts), pin(id="2", is_owner=False), pin(id="3", media=film), pin(id="4", media=None)]
    server, adapter = pinterest({PINS: [listed(*pins, bookmark="next")]})
    found = adapter.own_posts(credential, cursor="here")
    assert [(own.remote_id, own.media_urls) for own in found.posts] == [
        ("1", ("https://i/large.jpg", "https://i/b")),
        ("3", ("https://i/large.jpg",)),
        ("4", ()),
    ]
    assert (found.cursor, asked(server)["bookmark"]) == ("next", ["here"])


def test_figures_of_a_pin_are_those_since_it_was_published(pinterest, credential):
    server, adapter = pinterest({OF_PIN: [(200, {"all": TOLD}), (200, {"NO_SPLIT": TOLD})]})
    picture = RemotePost(PIN, {"kind": "REGULAR", "posted_at": "2026-11-01T10:00:03+00:00"})
    figures = adapter.post_metrics(picture, credential)
    assert figures.values == {Metric.VIEWS: 120, Metric.SAVES: 3, Metric.COMMENTS: 1, Metric.LIKES: 2}
    assert figures.raw == TOLD
    window = asked(server)
    assert (window["start_date"], window["end_date"]) == (["2026-11-01"], ["2026-11-21"])
    assert "VIDEO" not in window["metric_types"][0], "asked of a picture, they would fail the whole call"

    film = replace(picture, facts={**picture.facts, "kind": "VIDEO"})
    assert adapter.post_metrics(film, credential).values[Metric.VIDEO_VIEWS] == 12


def test_the_last_days_of_an_old_pin_are_not_taken_for_its_life(pinterest, credential):
    server, adapter = pinterest({OF_PIN: [(200, {"all": TOLD})]})
    old = RemotePost(PIN, {"posted_at": "2025-01-01T00:00:00+00:00"})
    assert adapter.post_metrics(old, credential).values == {Metric.COMMENTS: 1, Metric.LIKES: 2}
    assert asked(server)["start_date"] == ["2026-08-24"]


def test_a_day_has_figures_once_it_is_counted(pinterest, credential):
    server, adapter = pinterest({ME: [(200, ACCOUNT)], OF_ACCOUNT: [(200, {"all": TOLD})]})
    now = {Metric.FOLLOWERS: 10, Metric.POSTS: 339}
    counted = adapter.account_metrics(credential, day=date(2026, 11, 1))
    assert counted.values == {**now, Metric.VIEWS: 120, Metric.SAVES: 3}
    assert adapter.account_metrics(credential, day=date(2026, 11, 2)).values == now
    assert asked(server, 1)["start_date"] == asked(server, 1)["end_date"] == ["2026-11-01"]
    with pytest.raises(NotOffered):
        adapter.account_metrics(credential, day=date(2026, 8, 1))


def test_a_personal_account_has_followers_and_no_other_figures(pinterest, credential):
    personal = replace(credential, facts={"account_type": "PINNER"})
    refused = error(403, 29, "You are not permitted to access that resource.")
    server, adapter = pinterest({ME: [(200, {**ACCOUNT, "account_type": "PINNER"})], OF_PIN: [refused]})
    assert adapter.account_metrics(personal, day=date(2026, 11, 1)).values[Metric.FOLLOWERS] == 10
    assert len(server.requests) == 1
    with pytest.raises(NotOffered):
        adapter.post_metrics(RemotePost(PIN), personal)
    with pytest.raises(MissingPermission):
        adapter.post_metrics(RemotePost(PIN), credential)


def test_what_is_asked_for_exists_for_pictures_and_videos(bench, connected):
    film = remote(bench.publish(bench.pin("A film", bench.video()), connected))
    bench.clock.advance(days=4)
    renewed = bench.lasting(connected)
    assert Metric.VIDEO_VIEWS in bench.adapter.post_metrics(film, renewed).values
    day = (bench.clock() - timedelta(days=3)).date()
    assert Metric.VIEWS in bench.adapter.account_metrics(renewed, day=day).values


# --- of many ----------------------------------------------------------------------------------------------------------

OF_MANY = "GET /v5/pins/analytics"
PICTURES = [RemotePost(f"81{n}", {"kind": "REGULAR", "posted_at": "2026-11-01T10:00:03+00:00"}) for n in range(4)]


def test_videos_and_pictures_are_asked_for_apart(pinterest, credential):
    film = RemotePost("99", {"kind": "VIDEO", "posted_at": "2026-11-09T10:00:03+00:00"})
    server, adapter = pinterest({OF_MANY: [
        (200, {post.remote_id: {"all": TOLD} for post in PICTURES}), (200, {"99": {"all": TOLD}}),
    ]})  # fmt: skip

    found = adapter.many_post_metrics([*PICTURES, film], credential)

    assert set(found) == {"99", *(post.remote_id for post in PICTURES)}
    assert found["99"].values[Metric.VIDEO_VIEWS] == 12
    assert Metric.VIDEO_VIEWS not in found["810"].values
    pictures, films = asked(server), asked(server, 1)
    assert (pictures["pin_ids"], pictures["start_date"]) == (["810,811,812,813"], ["2026-11-01"])
    assert (films["pin_ids"], films["start_date"]) == (["99"], ["2026-11-09"])
    assert ("VIDEO_START" in pictures["metric_types"][0], "VIDEO_START" in films["metric_types"][0]) == (False, True)


def test_one_pin_that_is_gone_is_left_out_by_halves(pinterest, credential):
    gone, whole = error(404, 50, "Pin not found."), {post.remote_id: {"all": TOLD} for post in PICTURES}
    server, adapter = pinterest({OF_MANY: [gone, (200, whole), gone, gone, (200, whole)]})

    found = adapter.many_post_metrics(PICTURES, credential)

    assert set(found) == {"810", "811", "813"}
    assert len(server.requests) == 5


def test_an_app_that_is_not_let_in_asks_for_each(bench, connected, switch):
    switch(many_pins_analytics=False)
    posts = [remote(bench.publish(bench.post(f"Pin {n}"), connected, key=f"key-{n}")) for n in range(2)]

    with pytest.raises(NotOffered):
        bench.adapter.many_post_metrics(posts, connected)


def test_a_pin_that_the_answer_does_not_name_is_left_out(pinterest, credential):
    _, adapter = pinterest({OF_MANY: [(200, {"810": {"all": TOLD}, "811": {}})]})
    assert set(adapter.many_post_metrics(PICTURES, credential)) == {"810"}
