"""X: timelines and lookups, both spellings, limits with their headers, credits, and how refusals are worded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.sandbox.gallery import picture
from tests.sandbox.x_client import X, detail_of, message_of
from tests.support.sandbox import Sandbox


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    with X(sandbox, "harbourcoffee") as client:
        yield client


def now(x: X, **ahead: float) -> str:
    return f"{datetime.fromisoformat(x.sandbox.health()['now']) + timedelta(**ahead):%Y-%m-%dT%H:%M:%SZ}"


def test_a_timeline_without_posts_has_no_data(x):
    assert x.timeline() == {"meta": {"result_count": 0}}


def test_a_timeline_is_newest_first_in_pages(x):
    ids = [x.posted(f"post {number}") for number in range(7)]
    first = x.timeline(max_results=5)
    assert [post["id"] for post in first["data"]] == ids[:1:-1]
    assert (first["meta"]["newest_id"], first["meta"]["oldest_id"]) == (ids[6], ids[2])

    rest = x.timeline(max_results=5, pagination_token=first["meta"]["next_token"])
    assert [post["id"] for post in rest["data"]] == ids[1::-1]
    assert "next_token" not in rest["meta"]


def test_a_timeline_is_bounded_by_time_and_ids(x):
    old = x.posted("old")
    x.sandbox.advance(minutes=10)
    new = x.posted("new")
    x.reply(new, "more")
    since = now(x, minutes=-2)

    assert [post["text"] for post in x.timeline(start_time=since)["data"]] == ["more", "new"]
    assert [post["text"] for post in x.timeline(start_time=since, exclude="replies")["data"]] == ["new"]
    assert [post["text"] for post in x.timeline(end_time=since)["data"]] == ["old"]
    assert [post["text"] for post in x.timeline(until_id=new)["data"]] == ["old"]
    assert [post["text"] for post in x.timeline(since_id=old)["data"]] == ["more", "new"]


@pytest.mark.parametrize(
    "query",
    [
        {"max_results": "4"},
        {"max_results": "101"},
        {"start_time": "2026-11-01 10:00:00"},
        {"start_time": "2026-11-01T10:00:00+00:00"},
        {"limit": "10"},
        {"post.fields": "text,mood"},
        {"expansions": "author"},
        {"pagination_token": "elsewhere"},
    ],
    ids=str,
)
def test_a_query_that_is_not_as_documented_is_refused(x, query):
    answer = x.get(f"/2/users/{x.id}/tweets", **query)

    assert answer.status_code == 400
    assert answer.json()["title"] == "Invalid Request"
    assert answer.json()["type"] == "https://api.x.com/2/problems/invalid-request"


def test_a_post_is_found_by_its_media_key_and_its_expanded_links(x):
    upload = x.upload(picture()).json()["data"]
    x.posted("Look: https://acme.test/a", media={"media_ids": [upload["id"]]})
    fields = {"post.fields": "created_at,entities,attachments", "expansions": "attachments.media_keys,author_id"}
    answer = x.timeline(**fields, **{"media.fields": "url,alt_text,width"})

    (post,) = answer["data"]
    assert post["attachments"] == {"media_keys": [upload["media_key"]]}
    first, second = post["entities"]["urls"]
    assert first["expanded_url"] == "https://acme.test/a"
    assert post["text"][first["start"] : first["end"]] == first["url"]
    assert second["media_key"] == upload["media_key"]
    assert post["text"].endswith(f" {second['url']}")
    assert answer["includes"]["media"][0]["media_key"] == upload["media_key"]
    assert answer["includes"]["users"][0]["username"] == "harbourcoffee"


def test_a_new_post_can_take_its_time_to_be_seen(x):
    x.sandbox.set("x", timeline_lag_seconds=10)
    x.posted("fresh")

    assert "data" not in x.timeline()
    x.sandbox.advance(seconds=10)
    assert len(x.timeline()["data"]) == 1


def test_both_spellings_are_understood_and_one_is_answered(x):
    id = x.posted("Fresh beans")
    older = {"tweet.fields": "public_metrics,referenced_tweets,note_tweet"}
    assert "repost_count" in x.get(f"/2/tweets/{id}", **older).json()["data"]["public_metrics"]

    x.sandbox.set("x", spelling="tweet")
    data = x.get(f"/2/tweets/{id}", **{"post.fields": "public_metrics"}).json()["data"]
    assert "retweet_count" in data["public_metrics"]
    assert data["edit_history_tweet_ids"] == [id]
    assert "edit_history_tweet_ids" in x.post("More").json()["data"]
    me = x.get("/2/users/me", **{"user.fields": "public_metrics"}).json()["data"]
    assert me["public_metrics"]["tweet_count"] == 2


@pytest.mark.parametrize(("spelling", "refused"), [("tweet", "post.fields"), ("post", "tweet.fields")])
def test_a_server_can_insist_on_its_spelling(x, spelling, refused):
    x.sandbox.set("x", spelling=spelling, one_spelling=True)

    assert f"[{refused}] is not one of" in message_of(x.get("/2/tweets", ids="1", **{refused: "created_at"}))
    assert x.get("/2/tweets", ids="1", **{f"{spelling}.fields": "created_at"}).status_code == 200


def test_a_lookup_tells_what_it_found_and_what_not(x):
    id = x.posted("here")
    answer = x.get("/2/tweets", ids=f"{id},123")

    assert answer.status_code == 200
    assert [post["id"] for post in answer.json()["data"]] == [id]
    (problem,) = answer.json()["errors"]
    assert (problem["value"], problem["type"].rpartition("/")[2]) == ("123", "resource-not-found")
    alone = x.get("/2/tweets/123")
    assert (alone.status_code, list(alone.json())) == (200, ["errors"])
    assert list(x.get("/2/users/123/tweets").json()) == ["errors"]
    assert x.get("/2/tweets", ids=",".join(["1"] * 101)).status_code == 400
    assert x.get("/2/tweets").status_code == 400


def test_every_answer_tells_what_is_left(x):
    headers = x.post("one").headers
    counted = {name: value for name, value in headers.items() if name.endswith(("-limit", "-remaining"))}
    assert counted == {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": "99",
        "x-app-limit-24hour-limit": "10000",
        "x-app-limit-24hour-remaining": "9999",
        "x-user-limit-24hour-limit": "2400",
        "x-user-limit-24hour-remaining": "2399",
    }
    assert headers["api-version"] == "2.167"
    reset = datetime.fromisoformat(x.sandbox.health()["now"]) + timedelta(minutes=15)
    assert abs(int(headers["x-rate-limit-reset"]) - reset.timestamp()) < 5

    x.sandbox.set("x", daily_headers=False)
    assert "x-app-limit-24hour-limit" not in x.post("two").headers
    assert x.get("/2/users/me").headers["x-rate-limit-limit"] == "75"


def test_the_window_begins_with_the_first_request_and_is_fixed(x):
    x.sandbox.set("x", post_limit=2)
    x.posted("one")
    x.sandbox.advance(minutes=10)
    x.posted("two")
    answer = x.post("three")

    assert detail_of(answer, 429) == "Too Many Requests"
    assert answer.headers["x-rate-limit-remaining"] == "0"
    x.sandbox.advance(minutes=5)
    assert x.post("three").status_code == 201


def test_a_day_has_its_own_limits(x):
    x.sandbox.set("x", user_day_limit=1)
    x.posted("one")
    answer = x.post("two")
    assert (answer.status_code, answer.headers["x-user-limit-24hour-remaining"]) == (429, "0")
    assert answer.headers["x-rate-limit-remaining"] == "99"

    x.sandbox.set("x", user_day_limit=0, post_app_limit=1)
    with X(x.sandbox, "lumenyoga") as other:
        assert other.post("one").status_code == 429


def test_the_old_words_for_too_many_requests(x):
    x.sandbox.set("x", error_dialect="v1", me_limit=1)
    x.get("/2/users/me")

    assert x.get("/2/users/me").json() == {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}


def test_a_fault_throttles_until_its_time(x):
    x.sandbox.fault("rate_limited", platform="x", path="commit", seconds=90)
    answer = x.post("one")

    left = int(answer.headers["x-rate-limit-reset"]) - datetime.fromisoformat(x.sandbox.health()["now"]).timestamp()
    assert (answer.status_code, 85 < left < 95) == (429, True)
    assert x.sandbox.posts("x") == []


def test_a_fault_fails_as_x_fails(x):
    x.sandbox.fault("error_before", platform="x", path="commit")

    assert detail_of(x.post("one"), 503) == "Service Unavailable"


def test_problems_can_come_from_the_old_address(x):
    x.sandbox.set("x", problem_origin="https://api.twitter.com")

    assert x.get("/2/tweets", ids="x").json()["type"] == "https://api.twitter.com/2/problems/invalid-request"


def test_posting_and_reading_cost_and_links_most(x):
    x.posted("words")
    x.posted("https://acme.test")
    x.timeline()
    x.get("/2/users/me")

    (bill,) = x.sandbox.things("x", "bill")
    assert bill["spent_mills"] == 15 + 200 + 2 * 5 + 10


def test_without_credits_nothing_goes_out(x):
    x.sandbox.set("x", credits_usd=0.05)
    assert x.post("https://acme.test").json() == {
        "title": "Payment Required",
        "detail": "credits depleted",
        "type": "https://api.x.com/2/problems/credits-depleted",
        "status": 402,
    }
    assert x.post("words").status_code == 201
    assert x.sandbox.texts("x", "harbourcoffee") == ["words"]


def test_the_month_has_so_many_posts_read(x):
    x.posted("words")
    x.sandbox.set("x", monthly_reads=2)
    x.timeline()
    x.timeline()
    answer = x.get(f"/2/users/{x.id}/tweets")

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (429, "usage-capped")
    assert (answer.json()["period"], answer.json()["scope"]) == ("Monthly", "Product")
    usage = x.as_application("GET", "/2/usage/tweets").json()["data"]
    assert usage == {"project_cap": "2", "project_usage": "2"}
    assert x.get("/2/usage/tweets").status_code == 403


def test_posts_of_the_past_are_listed_with_their_time(x):
    past = [{"platform": "x", "handle": "harbourcoffee", "text": "Long ago", "created_at": "2026-01-02T03:04:05+00:00"}]
    x.sandbox._post("/posts", posts=past)
    x.posted("Now")

    assert [post["text"] for post in x.timeline(**{"post.fields": "created_at,attachments"})["data"]] == [
        "Now",
        "Long ago",
    ]
