"""Every error of X to one kind, wherever it is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.contract import RemotePost, Role
from apps.platforms.errors import (
    AccountDisabled,
    Disconnected,
    Gone,
    MissingPermission,
    NotSent,
    Rejected,
    Throttled,
    TokenExpired,
    Uncertain,
)
from tests.platforms.drafts import draft, picture
from tests.platforms.x.conftest import ME, problem

COMMIT, TIMELINE = "POST /2/tweets", f"GET /2/users/{ME}/tweets"
PROBLEMS = "https://api.x.com/2/problems/"
OLD_PROBLEMS = "https://api.twitter.com/2/problems/"
NO_MEDIA = {
    "errors": [{"parameters": {"media.media_ids": ["123"]}, "message": "Your media IDs are invalid."}],
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": f"{PROBLEMS}invalid-request",
}


def code(number, message="No"):
    return {"errors": [{"code": number, "message": message}]}


TABLE = {
    "unavailable": ((503, {"title": "Service Unavailable"}), Uncertain, ""),
    "500": ((500, {}), Uncertain, ""),
    "504": ((504, b"<html>"), Uncertain, ""),
    "over capacity": ((403, code(130)), Uncertain, ""),
    "internal": ((400, code(131)), Uncertain, ""),
    "throttled": (problem(429, "Too Many Requests", title="Too Many Requests"), Throttled, ""),
    "throttled by code": ((403, code(88, "Rate limit exceeded")), Throttled, ""),
    "no credits": (problem(402, "credits depleted", type=f"{PROBLEMS}credits-depleted"), Throttled, ""),
    "no credits either": (problem(402, "", title="CreditsDepleted", type=f"{PROBLEMS}credits"), Throttled, ""),
    "usage cap": (problem(429, "Cap", type=f"{OLD_PROBLEMS}usage-capped", period="Monthly"), Throttled, ""),
    "usage cap as 403": (problem(403, "Cap", type=f"{PROBLEMS}usage-capped", scope="Account"), Throttled, ""),
    "unauthorized": (problem(401, "Unauthorized", title="Unauthorized"), TokenExpired, ""),
    "bad token": ((403, code(89)), TokenExpired, ""),
    "no authentication": ((400, code(32)), TokenExpired, ""),
    "suspended": (problem(403, "Your account is suspended and is not permitted to do this."), AccountDisabled, ""),
    "suspended by code": ((403, code(64)), AccountDisabled, ""),
    "locked": ((403, code(326)), AccountDisabled, ""),
    "app-only": (problem(403, "", type=f"{PROBLEMS}unsupported-authentication"), Disconnected, ""),
    "not enrolled": (problem(403, "", type=f"{PROBLEMS}client-forbidden", reason="client-not-enrolled"), Rejected, ""),
    "oauth 1": (problem(403, "", type=f"{PROBLEMS}oauth1-permissions"), MissingPermission, ""),
    "not permitted": (problem(403, "You are not permitted to perform this action."), Rejected, ""),
    "reply restricted": (problem(403, "Reply to this conversation is not allowed because of it."), Rejected, ""),
    "reply by code": ((403, code(433)), Rejected, ""),
    "parent gone": ((403, code(385)), Rejected, ""),
    "cashtags": (problem(403, "Posts may contain a maximum of one cashtag."), Rejected, "text"),
    "bad address": (problem(403, "The Tweet contains an invalid URL."), Rejected, "text"),
    "too long": ((403, code(186)), Rejected, "text"),
    "bad attachment": ((403, code(44)), Rejected, "text"),
    "media": ((403, code(324)), Rejected, "media"),
    "media gone": ((400, code(325)), Rejected, "media"),
    "too many media": ((403, code(386)), Rejected, "media"),
    "media ids": ((400, NO_MEDIA), Rejected, "media"),
    "long video": (problem(403, "This user is not allowed to post a video longer than 2 minutes"), Rejected, "media.0"),
    "invalid": (problem(400, "No such field", type=f"{OLD_PROBLEMS}invalid-request"), Rejected, ""),
    "unknown 403": (problem(403, "Something new"), Uncertain, ""),
    "unknown 400": (problem(400, "Something new", title="Bad Request"), Uncertain, ""),
    "404": ((404, {}), Uncertain, ""),
    "redirect": ((302, b""), Uncertain, ""),
    "partial": ((201, {"data": {}, "errors": [{"title": "?"}]}), Uncertain, ""),
    "html": ((200, b"<html>"), Uncertain, ""),
    "empty": ((204, b""), Uncertain, ""),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "error", "field"), TABLE.values(), ids=TABLE)
def test_a_refused_post_is_what_the_table_says(x, credential, staged, answer, error, field):
    _, adapter = x({COMMIT: [answer]})
    with pytest.raises(error) as caught:
        adapter.commit(draft("Hello"), staged, credential, key="k")
    assert type(caught.value) is error
    assert caught.value.words
    if error is Rejected:
        assert caught.value.field == field


def test_a_refused_token_that_cannot_be_renewed_disconnects(x, credential, staged):
    _, adapter = x({COMMIT: [problem(401, "Unauthorized")]})
    with pytest.raises(Disconnected):
        adapter.commit(draft("Hello"), staged, replace(credential, refresh_token=Secret("")), key="k")


# --- the same elsewhere


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(403, "Something new"), MissingPermission),  # uploads without media.write answer so
        (problem(403, "You are not permitted to perform this action."), MissingPermission),
        ((403, b"<html>Attention required</html>"), NotSent),  # of a machine in front of X
        (problem(500, ""), NotSent),
        (problem(400, "Bad", type=f"{PROBLEMS}invalid-request"), Rejected),
        (problem(413, "Too large"), Rejected),
        ((200, {"data": {}}), NotSent),
        ((200, b"<html>"), NotSent),
    ],
)
def test_nothing_is_uncertain_about_an_upload(x, credential, answer, error):
    _, adapter = x({"POST /2/media/upload": [answer]})
    with pytest.raises(error) as caught:
        adapter.stage(draft("Hi", picture()), credential, key="k", before=None)
    assert type(caught.value) is error
    if error is Rejected:
        assert caught.value.field == "media.0"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(400, "Bad", type=f"{PROBLEMS}invalid-request"), NotSent),
        (problem(404, "", type=f"{PROBLEMS}resource-not-found"), Gone),
        (problem(403, "Something new"), MissingPermission),
        ((200, {"errors": [{"title": "Not Found Error", "type": f"{PROBLEMS}resource-not-found"}]}), Gone),
        ((200, {"errors": [{"title": "Authorization Error"}]}), NotSent),
        ((200, {"data": "?"}), NotSent),
    ],
)
def test_a_refused_question_rejects_nothing(x, credential, answer, error):
    _, adapter = x({"GET /2/tweets": [answer]})
    with pytest.raises(error) as caught:
        adapter.post_metrics(RemotePost("1900000000000000001"), credential)
    assert type(caught.value) is error


# --- pauses


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": 7}, 7),
        ({"x-rate-limit-remaining": "5", "x-rate-limit-reset": 7}, 15),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": -7}, 15),
        ({}, 15),
        (
            {
                "x-rate-limit-remaining": "0", "x-rate-limit-reset": 7,
                "x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": 300,
                "x-app-limit-24hour-remaining": "9", "x-app-limit-24hour-reset": 600,
            },
            300,
        ),
    ],
)  # fmt: skip
def test_a_pause_lasts_until_what_is_used_up_comes_back(x, credential, staged, clock, headers, minutes):
    def stamp(value):
        return value if isinstance(value, str) else str(int((clock() + timedelta(minutes=value)).timestamp()))

    told = {name: stamp(value) for name, value in headers.items()}
    _, adapter = x({COMMIT: [(*problem(429, "Too Many Requests"), told)]})
    with pytest.raises(Throttled) as caught:
        adapter.commit(draft("Hello"), staged, credential, key="k")
    assert abs(caught.value.retry_at - clock() - timedelta(minutes=minutes)) < timedelta(seconds=2)


def test_headers_tell_what_is_left_of_which_limit(x, clock):
    _, adapter = x({})
    headers = {
        "x-rate-limit-limit": "100", "x-rate-limit-remaining": "99", "x-rate-limit-reset": "1790000900",
        "x-user-limit-24hour-limit": "2400", "x-user-limit-24hour-remaining": "96",
        "x-user-limit-24hour-reset": "1790086400",
    }  # fmt: skip
    told = {usage.limit: usage for usage in adapter.usage(headers, now=clock())}
    assert set(told) == {"posts", "posts_day"}
    assert told["posts"].remaining == 99
    assert told["posts_day"].share == pytest.approx(0.96)
    assert told["posts_day"].reset_at == datetime.fromtimestamp(1790086400, UTC)
    reading = {"x-rate-limit-limit": "900", "x-rate-limit-remaining": "1"}
    assert [one.limit for one in adapter.usage(reading, now=clock())] == ["timeline"]
    for headers in ({"x-rate-limit-limit": "1875"}, {"x-rate-limit-limit": "many"}, {}):
        assert adapter.usage(headers, now=clock()) == ()
    assert {usage.limit for usage in told.values()} <= {limit.name for limit in adapter.limits}


# --- replies and repeats


@pytest.mark.parametrize(("age", "error"), [(5, NotSent), (600, Rejected)])
def test_a_parent_of_a_moment_ago_is_waited_for_and_an_old_one_is_gone(x, credential, staged, clock, age, error):
    _, adapter = x({COMMIT: [problem(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")]})
    parent = RemotePost("1", {"posted_at": (clock() - timedelta(seconds=age)).isoformat()})
    reply = draft("2/2", role=Role.REPLY, parent=parent, root=parent)
    with pytest.raises(error):
        adapter.commit(reply, staged, credential, key="k")


def listing(clock, *texts, ago=0):
    made = (clock() - timedelta(seconds=ago)).isoformat()
    posts = [{"id": str(number), "text": text, "created_at": made} for number, text in enumerate(texts, start=1)]
    return (200, {"data": posts, "meta": {"result_count": len(posts)}} if posts else {"meta": {"result_count": 0}})


DUPLICATE = problem(403, "You are not allowed to create a Tweet with duplicate content.")


@pytest.mark.parametrize(
    ("timeline", "error"),
    [
        (["Hello"], Uncertain),  # an earlier request of ours has brought it there
        ([], Rejected),
        (["Another"], Rejected),
        (None, Uncertain),
    ],
)
@pytest.mark.parametrize("answer", [DUPLICATE, (403, code(187, "Status is a duplicate."))])
def test_a_duplicate_is_only_called_one_when_it_is_not_this_very_post(
    x, credential, staged, clock, answer, timeline, error
):
    told = (500, {}) if timeline is None else listing(clock, *timeline)
    _, adapter = x({COMMIT: [answer], TIMELINE: [told]})
    with pytest.raises(error) as caught:
        adapter.commit(draft("Hello"), staged, credential, key="k")
    assert type(caught.value) is error
    if error is Rejected:
        assert caught.value.field == "text"


def test_a_text_of_an_earlier_hour_is_a_duplicate(bench, connected):
    bench.publish(bench.post("Every day"), connected, key="key-1")
    bench.clock.advance(hours=1)
    with pytest.raises(Rejected, match="very text"):
        bench.publish(bench.post("Every day"), connected, key="key-2")
    assert len(bench.seen()) == 1
