"""What Facebook refuses apart from content: ended connections, limits, versions, and every code by name."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.facebook_client import APP_TOKEN, Facebook, code_of
from tests.support.sandbox import Sandbox


@pytest.fixture
def facebook(sandbox: Sandbox) -> Iterator[Facebook]:
    with Facebook(sandbox, "harbourcoffee") as client:
        yield client


@pytest.mark.parametrize(
    ("act", "subcode"), [("remove_app", 458), ("change_password", 460), ("log_out", 467)], ids=lambda value: str(value)
)
def test_what_a_person_does_ends_their_tokens_and_those_of_their_pages(facebook, act, subcode):
    user = str(facebook.credentials()["user_token"])
    facebook.people(act)

    assert code_of(facebook.write()) == (190, subcode)
    assert code_of(facebook.as_user("GET", "/me", user)) == (190, subcode)
    facebook.token = str(facebook.credentials()["token"])
    assert facebook.write().status_code == 200


@pytest.mark.parametrize(("act", "subcode"), [("checkpoint", 459), ("unconfirm", 464)], ids=str)
def test_a_blocked_person_works_again_once_it_is_cleared(facebook, act, subcode):
    facebook.people(act)
    assert code_of(facebook.write()) == (190, subcode)
    assert facebook.debug(facebook.token)["error"]["subcode"] == subcode
    facebook.people("clear")
    assert facebook.write().status_code == 200


def test_a_lost_role_ends_the_tokens_of_that_page_alone(facebook):
    facebook.sandbox.set("facebook", more_channels=1)
    user = facebook.long_token()
    own, other = facebook.as_user("GET", "/me/accounts", user).json()["data"]
    facebook.people("lose_role")

    facebook.token = own["access_token"]
    assert code_of(facebook.write()) == (190, 492)
    facebook.token = other["access_token"]
    assert facebook.read("me").json()["id"] == other["id"]
    (left,) = facebook.as_user("GET", "/me/accounts", user).json()["data"]
    assert left["id"] == other["id"]


def test_a_throttled_page_is_told_in_percent_and_minutes(facebook):
    facebook.sandbox.set("facebook", page_calls_per_day=4)
    usage = [told(facebook.read("me"), facebook.id)["call_count"] for _ in range(4)]
    assert usage == [25, 50, 75, 99]

    answer = facebook.write()
    assert code_of(answer) == (80001, None)
    last = told(answer, facebook.id)
    assert (last["type"], last["call_count"]) == ("pages", 100)
    assert 23 * 60 < last["estimated_time_to_regain_access"] <= 24 * 60


def told(answer: object, id: str) -> dict[str, int]:
    line: dict[str, int] = json.loads(answer.headers["x-business-use-case-usage"])[id][0]  # type: ignore[attr-defined]
    return line


def batch(facebook: Facebook, *urls: str, **fields: str) -> httpx.Response:
    listed = [{"method": "GET", "relative_url": url} for url in urls]
    said = {"access_token": facebook.token, "batch": json.dumps(listed), **fields}
    return facebook.http.post("/v26.0/", data=said)


def test_a_batch_has_its_token_as_a_field(facebook):
    headers = {"Authorization": f"Bearer {facebook.token}"}
    answer = facebook.http.post("/v26.0/", data={"batch": '[{"method": "GET", "relative_url": "me"}]'}, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 104)


def test_each_operation_of_a_batch_is_answered_and_counted_by_itself(facebook):
    facebook.sandbox.set("facebook", page_calls_per_day=4)
    urls = [f"v26.0/{facebook.id}?fields=name", "v26.0/61559999999999?fields=name"] + [f"v26.0/{facebook.id}"] * 3

    named, unknown, *rest = batch(facebook, *urls, include_headers="false").json()

    assert named["code"] == 200
    assert set(json.loads(named["body"])) == {"id", "name"}
    assert (unknown["code"], json.loads(unknown["body"])["error"]["code"]) == (400, 100)
    assert [one["code"] for one in rest[:2]] == [200, 200]
    assert json.loads(rest[2]["body"])["error"]["code"] == 80001, "the fifth is over the limit"
    assert "headers" not in named


def test_a_batch_has_fifty_operations_at_most(facebook):
    assert len(batch(facebook, *["v26.0/me"] * 50).json()) == 50
    refused = batch(facebook, *["v26.0/me"] * 51)
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "GraphBatchException")


def test_an_operation_that_hangs_up_is_null_in_its_batch(facebook):
    facebook.sandbox.fault("lost_before", platform="facebook", path=r"/v26.0/me$")
    assert batch(facebook, "v26.0/me", "v26.0/me").json()[0] is None


def test_knocking_while_throttled_prolongs_the_block(facebook):
    facebook.sandbox.set("facebook", page_calls_per_day=2)
    facebook.read("me")
    facebook.read("me")
    waits = [told(facebook.read("me"), facebook.id)["estimated_time_to_regain_access"] for _ in range(3)]
    assert waits[2] > waits[0]

    facebook.sandbox.advance(hours=24)
    assert code_of(facebook.read("me")) == (80001, None)
    facebook.sandbox.advance(hours=1)
    assert facebook.read("me").status_code == 200


def test_a_person_and_the_application_have_buckets_of_their_own(facebook):
    facebook.sandbox.set("facebook", user_calls_per_hour=2, app_calls_per_hour=2)
    user = str(facebook.credentials()["user_token"])

    calls = [facebook.as_user("GET", "/me", user) for _ in range(3)]
    assert json.loads(calls[0].headers["x-app-usage"])["call_count"] == 50
    assert code_of(calls[2]) == (17, None)
    query = {"input_token": user, "access_token": APP_TOKEN}
    answers = [facebook.http.get("/v26.0/debug_token", params=query) for _ in range(3)]
    assert code_of(answers[2]) == (4, None)
    facebook.sandbox.advance(hours=2)
    assert facebook.as_user("GET", "/me", user).status_code == 200


def test_no_header_speaks_of_little_use(facebook):
    assert "x-business-use-case-usage" not in facebook.read("me").headers


@pytest.mark.parametrize(
    "name",
    ["1", "2", "4", "10", "17", "32", "102", "190/460", "200/2069030", "341", "368", "368/1390008", "368/4854002",
     "506", "368/1404082", "613/1996", "3919", "80001", "1/2853006", "100/1363047", "99999/12345"],
)  # fmt: skip
def test_any_refusal_can_be_had_by_its_name(facebook, name):
    facebook.sandbox.set("facebook", refuse_with=name)
    code, _, subcode = name.partition("/")

    answer = facebook.write()
    assert code_of(answer) == (int(code), int(subcode) if subcode else None)
    assert answer.status_code in {400, 403, 500}
    assert answer.json()["error"]["fbtrace_id"]
    assert facebook.edge("published_posts").json() == {"data": []}


def test_an_unexpected_error_can_hide_a_post(facebook):
    facebook.sandbox.fault("error_after", platform="facebook", path="commit")

    answer = facebook.write("Out all the same")

    assert (answer.status_code, code_of(answer)) == (500, (2, None))
    assert answer.json()["error"]["is_transient"] is True
    assert facebook.edge("published_posts").json()["data"][0]["message"] == "Out all the same"


def test_a_token_can_be_revoked_on_its_way(facebook):
    facebook.sandbox.fault("token_revoked", platform="facebook", path="commit")

    assert [code_of(facebook.write()) for _ in range(2)] == [(190, 458)] * 2


def test_a_lost_answer_leaves_a_post_and_a_lost_request_none(facebook):
    facebook.sandbox.fault("lost_after", platform="facebook", path="/feed$")
    with pytest.raises(httpx.RemoteProtocolError):
        facebook.write("Sent")
    facebook.sandbox.fault("lost_before", platform="facebook", path="commit")
    with pytest.raises(httpx.RemoteProtocolError):
        facebook.write("Never came")

    assert [post["message"] for post in facebook.edge("published_posts").json()["data"]] == ["Sent"]


def test_a_throttling_fault_is_worded_as_a_throttled_page(facebook):
    facebook.sandbox.fault("rate_limited", platform="facebook", path="commit", seconds=1140)

    answer = facebook.write()

    assert (answer.status_code, code_of(answer)) == (400, (80001, None))
    assert told(answer, facebook.id)["estimated_time_to_regain_access"] == 19


def test_an_ended_version_is_served_by_the_oldest_unless_it_is_refused(facebook):
    assert facebook.get("/v20.0/me").status_code == 200
    facebook.sandbox.set("facebook", refuse_ended_versions=True)
    assert code_of(facebook.get("/v20.0/me")) == (2635, None)
    assert facebook.get("/v26.0/me").status_code == 200


@pytest.mark.parametrize("path", ["/v99.0/me", "/v26.0/me/shoes", "/nowhere"])
def test_an_unknown_path_is_refused_in_the_same_envelope(facebook, path):
    assert code_of(facebook.get(path)) == (2500, None)


@pytest.mark.parametrize("fields", ["id,", "id{", "id}", "id.limit", "a..b", "id;name"])
def test_broken_fields_are_refused(facebook, fields):
    answer = facebook.read("me", fields=fields)

    assert answer.status_code == (200 if fields == "id," else 400)


def test_lists_may_be_empty_ninety_days_after_the_last_login_though_the_token_is_valid(facebook):
    facebook.post()
    facebook.sandbox.set("facebook", data_access_ends=True)
    assert len(facebook.edge("published_posts").json()["data"]) == 1

    facebook.sandbox.advance(days=90)
    assert facebook.debug(facebook.token)["is_valid"] is True
    assert facebook.edge("published_posts").json() == {"data": []}


def test_a_list_without_its_permission_is_refused_or_silently_empty(sandbox):
    with Facebook(sandbox, "harbourcoffee", scopes=["pages_manage_posts"]) as facebook:
        assert code_of(facebook.edge("published_posts")) == (10, None)
        sandbox.set("facebook", silent_without_scope=True)
        assert facebook.edge("published_posts").json() == {"data": []}
