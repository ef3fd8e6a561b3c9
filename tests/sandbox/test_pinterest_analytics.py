"""Pinterest: figures of pins and of the account, which grow with time and are absent where there are none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.pinterest_client import Pinterest, code_of

STANDARD = "IMPRESSION,PIN_CLICK,OUTBOUND_CLICK,SAVE,SAVE_RATE,TOTAL_COMMENTS,TOTAL_REACTIONS"
OF_VIDEOS = "VIDEO_START,VIDEO_MRC_VIEW,VIDEO_V50_WATCH_TIME,VIDEO_AVG_WATCH_TIME"


@pytest.fixture
def pinterest(sandbox):
    with Pinterest(sandbox, "harbourcoffee") as client:
        yield client


@pytest.fixture
def pin(pinterest, gallery):
    return pinterest.pin(gallery.hang(picture()), title="Bike", link="https://acme.test/")["id"]


def dates(pinterest: Pinterest, *, back: int = 89, ahead: int = 0) -> dict[str, str]:
    today = datetime.fromisoformat(pinterest.sandbox.health()["now"]).date()
    return {"start_date": str(today - timedelta(days=back)), "end_date": str(today + timedelta(days=ahead))}


def figures(pinterest: Pinterest, id: str, names: str = STANDARD, **query: str) -> dict:
    answer = pinterest.read(f"/pins/{id}/analytics", metric_types=names, **dates(pinterest), **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_figures_of_a_pin_are_absent_then_estimates_then_ready(pinterest, pin):
    first = figures(pinterest, pin)["all"]
    assert (first["summary_metrics"], first["lifetime_metrics"]) == ({}, {})
    assert [day["data_status"] for day in first["daily_metrics"][-2:]] == ["BEFORE_PIN_CREATED", "PROCESSING"]
    assert all(day["metrics"] == {} for day in first["daily_metrics"])

    pinterest.sandbox.advance(days=2)
    early = figures(pinterest, pin)["all"]
    pinterest.sandbox.advance(days=3)
    late = figures(pinterest, pin)["all"]

    assert [day["data_status"] for day in early["daily_metrics"][-3:]] == ["ESTIMATE", "ESTIMATE", "PROCESSING"]
    assert [day["data_status"] for day in late["daily_metrics"][-5:-2]] == ["READY", "READY", "ESTIMATE"]
    assert 0 < early["summary_metrics"]["IMPRESSION"] < late["summary_metrics"]["IMPRESSION"]
    days = [day["metrics"].get("IMPRESSION", 0) for day in late["daily_metrics"]]
    assert sum(days) == late["summary_metrics"]["IMPRESSION"]
    assert set(late["lifetime_metrics"]) == {"TOTAL_COMMENTS", "TOTAL_REACTIONS"}
    assert not set(late["lifetime_metrics"]) & set(late["summary_metrics"])
    assert 0 < late["summary_metrics"]["SAVE_RATE"] < 1
    split = figures(pinterest, pin, split_field="APP_TYPE")
    assert set(split) == {"MOBILE", "TABLET", "WEB"}
    assert split["WEB"]["summary_metrics"]["IMPRESSION"] < late["summary_metrics"]["IMPRESSION"]


def test_videos_have_metrics_of_their_own(pinterest, pin):
    source = {"source_type": "video_id", "media_id": pinterest.video(), "cover_image_key_frame_time": 0}
    film = pinterest.create(source).json()["id"]
    pinterest.sandbox.advance(days=3)

    found = figures(pinterest, film, OF_VIDEOS)["all"]["summary_metrics"]

    assert found["VIDEO_AVG_WATCH_TIME"] == found["VIDEO_V50_WATCH_TIME"] / found["VIDEO_START"]
    assert figures(pinterest, film, "OUTBOUND_CLICK")["all"]["summary_metrics"] == {"OUTBOUND_CLICK": 0}
    query = dates(pinterest) | {"metric_types": f"SAVE,{OF_VIDEOS}"}
    assert code_of(pinterest.read(f"/pins/{pin}/analytics", **query)) == (400, 1)
    pinterest.sandbox.set("pinterest", refuse_video_metrics_on_images=False)
    assert set(figures(pinterest, pin, query["metric_types"])["all"]["summary_metrics"]) == {"SAVE"}
    top = pinterest.read("/user_account/analytics/top_video_pins", sort_by="VIDEO_START", **dates(pinterest)).json()
    assert [row["pin_id"] for row in top["pins"]] == [film]


def test_figures_of_the_account_and_its_best_pins(pinterest, gallery, pin):
    pinterest.pin(gallery.hang(picture()), title="Again")
    pinterest.sandbox.advance(days=10)
    span = dates(pinterest)

    whole = pinterest.read("/user_account/analytics", **span).json()["all"]["summary_metrics"]
    top = pinterest.read("/user_account/analytics/top_pins", sort_by="IMPRESSION", metric_types="SAVE", **span).json()
    both = pinterest.read("/user_account/analytics/top_pins", sort_by="IMPRESSION", **span).json()["pins"]

    impressions = [row["metrics"]["IMPRESSION"] for row in both]
    assert impressions == sorted(impressions, reverse=True)
    assert whole["IMPRESSION"] == sum(impressions)
    assert whole["ENGAGEMENT"] == whole["PIN_CLICK"] + whole["OUTBOUND_CLICK"] + whole["SAVE"]
    assert whole["ENGAGEMENT_RATE"] == whole["ENGAGEMENT"] / whole["IMPRESSION"]
    assert [set(row["metrics"]) for row in top["pins"]] == [{"SAVE"}] * 2
    paid = pinterest.read("/user_account/analytics", content_type="PAID", metric_types="IMPRESSION", **span).json()
    assert paid["all"]["summary_metrics"] == {"IMPRESSION": 0}
    one = {"sort_by": "SAVE", "num_of_pins": 1, "created_in_last_n_days": 30}
    assert len(pinterest.read("/user_account/analytics/top_pins", **one, **span).json()["pins"]) == 1
    assert pinterest.read("/user_account").json()["monthly_views"] > 0


def test_the_lists_tell_cheap_figures(pinterest, pin):
    pinterest.sandbox.advance(days=100)
    pinterest.token = pinterest.sandbox.create_account("pinterest", "harbourcoffee")["credentials"]["token"]

    (plain,) = pinterest.read("/pins").json()["items"]
    (told,) = pinterest.read("/pins", pin_metrics="true").json()["items"]

    assert plain["pin_metrics"] is None
    metrics = told["pin_metrics"]
    assert 0 < metrics["90d"]["impression"] < metrics["lifetime_metrics"]["impression"]
    assert pinterest.read(f"/pins/{pin}", pin_metrics="true").json() == told


def test_a_wrong_question_is_refused(pinterest, pin):
    span = dates(pinterest) | {"metric_types": "SAVE"}
    at = f"/pins/{pin}/analytics"
    for changes in (
        {"metric_types": ""}, {"metric_types": "LIKES"}, {"metric_types": "ENGAGEMENT"}, {"start_date": ""},
        {"end_date": "yesterday"}, {"end_date": "2026-02-31"}, {"end_date": "2020-01-01"}, {"split_field": "AGE"},
        {"app_types": "TV"}, {"mood": "good"}, {"content_type": "PAID"}, dates(pinterest, back=91),
        dates(pinterest, back=1, ahead=90),
    ):  # fmt: skip
        assert code_of(pinterest.read(at, **(span | changes))) == (400, 1), changes
    top = "/user_account/analytics/top_pins"
    for changes in ({"sort_by": ""}, {"sort_by": "LIKES"}, {"num_of_pins": 51}, {"created_in_last_n_days": 31}):
        query = dates(pinterest) | {"sort_by": "SAVE"} | changes
        assert code_of(pinterest.read(top, **query)) == (400, 1), changes
    assert code_of(pinterest.read("/pins/1/analytics", **span)) == (404, 50)


def test_analytics_are_for_businesses_in_production_and_partly_in_beta(sandbox, pinterest, pin):
    span = dates(pinterest)
    many = span | {"pin_ids": pin, "metric_types": "SAVE"}
    assert code_of(pinterest.read("/pins/analytics", **many)) == (403, 3)
    sandbox.set("pinterest", many_pins_analytics=True)
    assert set(pinterest.read("/pins/analytics", **many).json()) == {pin}
    assert code_of(pinterest.read("/pins/analytics", **(many | {"pin_ids": ",".join(["1"] * 101)}))) == (400, 1)
    sandbox.set("pinterest", account_type="PINNER")
    assert code_of(pinterest.read("/user_account/analytics", **span)) == (403, 29)
    sandbox.set("pinterest", account_type="BUSINESS")
    pinterest.token = sandbox.create_account("pinterest", "harbourcoffee")["credentials"]["sandbox_token"]
    pinterest.api = "/api-sandbox/v5"
    refused = pinterest.read("/user_account/analytics", **span)
    assert code_of(refused) == (403, 29)
    assert "Sandbox" in refused.json()["message"]
