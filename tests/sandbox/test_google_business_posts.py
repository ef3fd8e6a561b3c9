"""Google Business: local posts of each kind, from processing to live, changed, listed, refused and counted."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest

from apps.sandbox.core.clock import Clock
from tests.sandbox.gallery import picture
from tests.sandbox.google_business_client import BREAD, CLASS, OFFER, GoogleBusiness, detail_of, status_of


@pytest.fixture
def business(sandbox):
    with GoogleBusiness(sandbox, "harbourcoffee") as client:
        yield client


def hour_of(sandbox, **ahead: float) -> str:
    now = sandbox.health()["now"]
    return (Clock().now().fromisoformat(now) + timedelta(**ahead)).isoformat(timespec="seconds")


def photo(url: str, **changes: str) -> list[dict[str, str]]:
    return [{"mediaFormat": "PHOTO", "sourceUrl": url} | changes]


def test_a_post_with_a_photo_is_processed_and_then_live(business, sandbox, gallery):
    content = picture(1200, 900)

    post = business.post(media=photo(gallery.hang(content)))

    assert post["name"].startswith(f"{business.id}/localPosts/")
    assert (post["state"], post["summary"], post["topicType"]) == ("PROCESSING", BREAD["summary"], "STANDARD")
    assert post["callToAction"] == BREAD["callToAction"]
    assert post["createTime"] == post["updateTime"]
    assert post["createTime"].endswith("Z")
    (shown,) = post["media"]
    assert set(shown) == {"name", "mediaFormat", "googleUrl"}
    assert zlib.crc32(business.http.get(shown["googleUrl"]).content) == zlib.crc32(content)
    sandbox.advance(seconds=20)
    assert business.state(post["name"]) == "LIVE"
    (seen,) = sandbox.posts("google_business", "harbourcoffee")
    assert (seen["text"], seen["visibility"]) == (BREAD["summary"], "public")
    assert seen["media"][0]["data"]["crc32"] == zlib.crc32(content)


def test_events_offers_calls_and_hours_to_come_are_posts_too(business, sandbox):
    event = business.post(topicType="EVENT", event=CLASS)
    offer = business.post(topicType="OFFER", event=CLASS, offer=OFFER, callToAction=None)
    series = business.post(topicType="EVENT", event=CLASS | {"recurrenceInfo": {"dailyPattern": {}}})
    call = business.post(callToAction={"actionType": "CALL"})
    later = business.post(scheduledTime=hour_of(sandbox, minutes=30))
    names = [one["name"] for one in (event, offer, series, call, later)]

    assert (event["event"], offer["offer"]) == (CLASS, OFFER)
    assert {business.state(name) for name in names} == {"PROCESSING"}
    sandbox.advance(seconds=20)
    assert [business.state(name) for name in names] == ["LIVE", "LIVE", "RECURRING", "LIVE", "SCHEDULED"]
    sandbox.advance(minutes=30)
    assert business.state(later["name"]) == "LIVE"
    assert {post["visibility"] for post in sandbox.posts("google_business")} == {"public"}


def test_a_post_is_rejected_by_policy_soon_or_later(business, sandbox):
    number = business.post(summary="Call +49 30 1234567 now")["name"]
    sandbox.fault("failed_processing", platform="google_business", path="commit")
    unlucky = business.post(summary="A fault", scheduledTime=hour_of(sandbox, days=1))["name"]
    fine = business.post(summary="Since 2026-11-21, at 10:00")["name"]
    sandbox.set("google_business", rejection_seconds=600, rejects_duplicates=True)
    again = business.post(summary="A fault")["name"]

    sandbox.advance(seconds=20)
    assert [business.state(name) for name in (number, unlucky, fine, again)] == ["REJECTED", "REJECTED", "LIVE", "LIVE"]
    sandbox.advance(minutes=10)
    assert business.state(again) == "REJECTED"


def test_posts_are_listed_in_pages_until_they_are_deleted(business, sandbox):
    assert business.listed() == {}
    names = [business.post(summary=f"Bread {number}")["name"] for number in range(3)]

    first = business.listed(pageSize=2)
    second = business.listed(pageSize=2, pageToken=first["nextPageToken"])

    assert [post["name"] for post in first["localPosts"] + second["localPosts"]] == names[::-1]
    assert second["nextPageToken"] == ""
    sandbox.set("google_business", oldest_first=True)
    assert [post["name"] for post in business.listed(pageSize=100)["localPosts"]] == names
    deleted = business.call("DELETE", f"/v4/{names[0]}")
    assert (deleted.status_code, deleted.json()) == (200, {})
    assert status_of(business.get(f"/v4/{names[0]}")) == (404, "NOT_FOUND")
    assert status_of(business.call("DELETE", f"/v4/{names[0]}")) == (404, "NOT_FOUND")
    assert len(business.listed()["localPosts"]) == 2


def test_what_the_mask_names_is_changed_and_looked_through_again(business, sandbox, gallery):
    name = business.post(media=photo(gallery.hang(picture())), scheduledTime=hour_of(sandbox, minutes=1))["name"]
    sandbox.advance(minutes=2)

    changed = business.change(name, "summary,callToAction", summary="Rye again", topicType="EVENT").json()

    assert (changed["summary"], changed["state"], changed["topicType"]) == ("Rye again", "PROCESSING", "STANDARD")
    assert "callToAction" not in changed
    assert changed["updateTime"] > changed["createTime"]
    assert len(changed["media"]) == 1
    sandbox.advance(seconds=20)
    assert business.state(name) == "LIVE"
    assert sandbox.texts("google_business", "harbourcoffee") == ["Rye again"]
    assert detail_of(business.change(name, "media", media=[])) == (6, "media")
    assert detail_of(business.change(name, "state", state="LIVE")) == (6, "state")
    assert detail_of(business.change(name, "summary", summary="x" * 1501)) == (3, "summary")
    assert status_of(business.change(name, "", summary="x")) == (400, "INVALID_ARGUMENT")
    assert status_of(business.change(name, "colour", summary="x")) == (400, "INVALID_ARGUMENT")
    assert detail_of(business.change(name, "summary.first", summary="x")) == (2, "summary")


WITHOUT_END = {"title": "Class", "schedule": {name: CLASS["schedule"][name] for name in ("startDate", "endDate")}}
BACKWARDS = {"title": "Class", "schedule": CLASS["schedule"] | {"endTime": {"hours": 9}}}
NO_DAY = {"title": "Class", "schedule": CLASS["schedule"] | {"endDate": {"year": 2026, "month": 2, "day": 30}}}
TWICE = CLASS | {"recurrenceInfo": {"dailyPattern": {}, "weeklyPattern": {"daysOfWeek": ["MONDAY"]}}}
WRONG_POSTS = [
    ({"summary": "x" * 1501}, "VALUE_OUTSIDE_ALLOWED_RANGE", "summary"),
    ({"summary": " "}, "MISSING_VALUE", "summary"),
    ({"topicType": None}, "MISSING_VALUE", "topicType"),
    ({"topicType": "PRODUCT"}, "INVALID_VALUE", "topicType"),
    ({"topicType": ["EVENT"]}, "INVALID_VALUE", "topicType"),
    ({"topicType": "ALERT"}, "UNSUPPORTED_VALUE", "topicType"),
    ({"languageCode": "in English"}, "INVALID_VALUE", "languageCode"),
    ({"event": CLASS}, "FIELD_HAS_DEPENDENCIES", "event"),
    ({"offer": OFFER}, "FIELD_HAS_DEPENDENCIES", "offer"),
    ({"topicType": "EVENT"}, "MISSING_VALUE", "event"),
    ({"topicType": "OFFER", "offer": OFFER}, "MISSING_VALUE", "event"),
    ({"topicType": "OFFER", "event": CLASS}, "FIELD_HAS_DEPENDENCIES", "callToAction"),
    ({"topicType": "EVENT", "event": CLASS | {"title": "x" * 59}}, "VALUE_OUTSIDE_ALLOWED_RANGE", "event.title"),
    ({"topicType": "EVENT", "event": CLASS | {"title": ""}}, "MISSING_VALUE", "event.title"),
    ({"topicType": "EVENT", "event": WITHOUT_END}, "MISSING_VALUE", "event.schedule.startTime"),
    ({"topicType": "EVENT", "event": BACKWARDS}, "INVERTED_RANGE", "event.schedule"),
    ({"topicType": "EVENT", "event": NO_DAY}, "INVALID_VALUE", "event.schedule"),
    ({"topicType": "EVENT", "event": TWICE}, "FIELD_HAS_DEPENDENCIES", "event.recurrenceInfo"),
    ({"callToAction": {"actionType": "BOOK"}}, "MISSING_DEPENDENT_FIELD", "callToAction.url"),
    ({"callToAction": {"actionType": "BOOK", "url": "here"}}, "INVALID_VALUE", "callToAction.url"),
    ({"callToAction": BREAD["callToAction"] | {"actionType": "CALL"}}, "FIELD_HAS_DEPENDENCIES", "callToAction.url"),
    ({"callToAction": {"actionType": "GET_OFFER"}}, "UNSUPPORTED_VALUE", "callToAction.actionType"),
    ({"scheduledTime": "tomorrow"}, "INVALID_VALUE", "scheduledTime"),
    ({"scheduledTime": "2020-01-01T08:00:00Z"}, "EXPIRED_VALUE", "scheduledTime"),
    ({"media": [{"mediaFormat": "PHOTO"}]}, "MISSING_VALUE", "media.sourceUrl"),
    ({"media": photo("http://127.0.0.1:9/a.jpg") * 2}, "TOO_MANY_ITEMS", "media"),
    ({"media": photo("http://127.0.0.1:9/a.jpg")}, "PHOTO_FETCH_FAILED", ""),
]


def test_what_no_post_can_be_is_refused_by_field(business, sandbox):
    sandbox.set("google_business", names_codes=True)

    for changes, code, field in WRONG_POSTS:
        assert detail_of(business.create(**changes)) == (code, field), changes

    assert business.listed() == {}
    assert status_of(business.create(headline="Bread")) == (400, "INVALID_ARGUMENT")
    assert status_of(business.create(media=photo("http://127.0.0.1:9/a.mp4", mediaFormat="VIDEO"))) == (500, "INTERNAL")


def test_the_bodies_of_refusals_are_worded_as_they_have_been_seen(business, gallery):
    def details(**changes):
        return business.create(**changes).json()["error"]

    assert details(summary="x" * 1501) == {
        "code": 400,
        "message": "Request contains an invalid argument.",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.mybusiness.v4.ValidationError",
                "errorDetails": [{"code": 3, "field": "summary", "message": "Must be at most 1500 characters"}],
            }
        ],
    }
    missing = details(media=photo(gallery.missing()))["details"][0]["errorDetails"]
    page = details(media=photo(gallery.hang(b"<html></html>")))["details"][0]["errorDetails"]
    assert missing == page == [{"code": 1000, "message": "Fetching image failed."}]
    for content in (picture(kind="WEBP"), picture(200, 400), picture() + bytes(5_242_880)):
        assert detail_of(business.create(media=photo(gallery.hang(content)))) == (1001, "")


def test_the_account_belongs_into_the_path(business, sandbox):
    stranger = sandbox.account("google_business", "lumenyoga")["id"]
    other_group = stranger.partition("/locations/")[0]

    assert status_of(business.call("POST", f"/v4/{business.place}/localPosts", json=BREAD)) == (404, "NOT_FOUND")
    assert status_of(business.get(f"/v4/{other_group}/{business.place}/localPosts")) == (404, "NOT_FOUND")
    assert status_of(business.get(f"/v4/accounts/-/{business.place}/localPosts")) == (404, "NOT_FOUND")
    assert status_of(business.get(f"/v4/{stranger}/localPosts")) == (403, "PERMISSION_DENIED")


def test_a_project_has_so_many_requests_a_minute_and_a_profile_so_many_edits(business, sandbox):
    sandbox.set("google_business", queries_per_minute=2, edits_per_minute=2)
    name = business.post()["name"]

    accounts = [business.accounts() for _ in range(3)]
    edits = [business.change(name, "summary", summary=f"Edit {number}") for number in range(3)]

    assert [answer.status_code for answer in accounts] == [answer.status_code for answer in edits] == [200, 200, 429]
    assert accounts[2].json()["error"] == {
        "code": 429,
        "message": "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'",
        "status": "RESOURCE_EXHAUSTED",
    }
    assert "retry-after" not in accounts[2].headers
    assert business.get(f"/v1/{business.place}", readMask="name").status_code == 200  # another API, another count
    sandbox.advance(minutes=1)
    assert business.change(name, "summary", summary="Later").status_code == 200
    sandbox.set("google_business", disabled_apis="mybusinessaccountmanagement")
    assert status_of(business.accounts()) == (403, "PERMISSION_DENIED")
    sandbox.set("google_business", approved=False)
    assert status_of(business.create()) == (429, "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize(
    ("kind", "status", "published"),
    [("rate_limited", "RESOURCE_EXHAUSTED", 0), ("error_before", "INTERNAL", 0), ("error_after", "INTERNAL", 1)],
)
def test_faults_speak_as_google_does(business, sandbox, kind, status, published):
    sandbox.fault(kind, platform="google_business", path="commit")

    assert status_of(business.create())[1] == status
    assert len(sandbox.posts("google_business")) == published
    sandbox.set("google_business", refusal="UNAVAILABLE", refusal_path="localPosts$")
    assert status_of(business.create()) == (503, "UNAVAILABLE")


def test_figures_are_a_location_s_own_by_the_day_and_zero_is_not_told(business, sandbox):
    today = Clock().now().fromisoformat(sandbox.health()["now"]).date()
    first, last = str(today - timedelta(days=30)), str(today)

    answer = business.figures("WEBSITE_CLICKS", "MESSAGING_CLICKS", first=first, last=last).json()

    (whole,) = answer["multiDailyMetricTimeSeries"]
    clicks, messages = whole["dailyMetricTimeSeries"]
    assert (clicks["dailyMetric"], messages["dailyMetric"]) == ("WEBSITE_CLICKS", "MESSAGING_CLICKS")
    days = clicks["timeSeries"]["datedValues"]
    assert len(days) == 28  # the last three are not there yet
    assert all(int(day["value"]) > 0 for day in days if "value" in day)
    assert not any("value" in day for day in messages["timeSeries"]["datedValues"])
    assert business.figures("WEBSITE_CLICKS", "MESSAGING_CLICKS", first=first, last=last).json() == answer
    business.post()
    sandbox.advance(days=10)
    business.renew()
    later = business.figures("WEBSITE_CLICKS", first=last, last=last).json()["multiDailyMetricTimeSeries"][0]
    assert int(later["dailyMetricTimeSeries"][0]["timeSeries"]["datedValues"][0]["value"]) > 0
    for wrong in ({"first": last, "last": first}, {"first": "2020-01-01", "last": last}):
        assert status_of(business.figures("WEBSITE_CLICKS", **wrong)) == (400, "INVALID_ARGUMENT")
    assert status_of(business.figures("ACTIONS_WEBSITE", first=first, last=last)) == (400, "INVALID_ARGUMENT")
    months = {"monthlyRange.startMonth.year": "2026", "monthlyRange.startMonth.month": "10"}
    months |= {"monthlyRange.endMonth.year": "2026", "monthlyRange.endMonth.month": "11"}
    words = business.get(f"/v1/{business.place}/searchkeywords/impressions/monthly", **months).json()
    assert all(len(word["insightsValue"]) == 1 for word in words["searchKeywordsCounts"])
    insights = business.call("POST", f"/v4/{business.id}/localPosts:reportInsights", json={})
    assert status_of(insights) == (404, "NOT_FOUND")
