"""Instagram Login: consent, a code, a short token, a long token, its refresh and its end."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.clients import CALLBACK, Instagram, query_of
from tests.support.sandbox import Sandbox


def long_token(instagram: Instagram) -> str:
    short = instagram.exchange(instagram.code()).json()["access_token"]
    return str(instagram.long_token(short).json()["access_token"])


def code_of(response: httpx.Response) -> tuple[int, int | None]:
    error = response.json()["error"]
    return error["code"], error.get("error_subcode")


def test_a_person_allows_and_the_code_comes_back_with_the_state_and_the_odd_fragment(instagram):
    location = instagram.sandbox.consent(instagram.authorize_url(), "harbourcoffee")

    assert location.startswith(f"{CALLBACK}?")
    assert location.endswith("#_")
    assert query_of(location)["state"] == "s1"
    assert query_of(location)["code"]


def test_a_person_denies_and_the_application_hears_why(instagram):
    answer = query_of(instagram.sandbox.consent(instagram.authorize_url(), "harbourcoffee", allow=False))

    assert (answer["error"], answer["error_reason"], answer["state"]) == ("access_denied", "user_denied", "s1")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "1"},
        {"redirect_uri": "javascript:alert(1)"},
        {"scope": "business_basic"},
        {"scope": ""},
        {"response_type": "token"},
    ],
    ids=str,
)
def test_a_wrong_request_is_answered_with_a_page_and_never_redirected(instagram, change):
    answer = instagram.http.get(instagram.authorize_url(**change))

    assert answer.status_code == 400
    assert "This did not work" in answer.text


def test_a_consent_page_works_once(instagram):
    page = instagram.http.get(instagram.authorize_url()).text
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    form = {"ticket": ticket, "account": instagram.id, "decision": "allow"}

    assert instagram.http.post("/oauth/authorize", data=form).status_code == 302
    assert instagram.http.post("/oauth/authorize", data=form).status_code == 400


def test_a_code_buys_a_short_token_that_names_account_and_permissions(instagram):
    answer = instagram.exchange(instagram.code()).json()

    assert answer["user_id"] == int(instagram.id)
    assert answer["permissions"] == "instagram_business_basic,instagram_business_content_publish"


def test_the_token_answer_can_come_wrapped(instagram):
    instagram.sandbox.set("instagram", wrapped_token_answer=True)

    (answer,) = instagram.exchange(instagram.code()).json()["data"]

    assert answer["user_id"] == instagram.id


def test_permissions_can_come_as_a_list_without_what_was_declined(instagram):
    instagram.sandbox.set("instagram", permissions_as_list=True, declined_scopes="instagram_business_content_publish")

    assert instagram.exchange(instagram.code()).json()["permissions"] == ["instagram_business_basic"]


def test_a_registered_address_is_compared_as_a_whole(instagram):
    instagram.sandbox.set("instagram", redirect_uris=f"{CALLBACK}/")

    assert instagram.http.get(instagram.authorize_url()).status_code == 400
    assert instagram.http.get(instagram.authorize_url(redirect_uri=f"{CALLBACK}/")).status_code == 200


def test_a_code_works_once(instagram):
    code = instagram.code()

    assert instagram.exchange(code).status_code == 200
    assert instagram.exchange(code).json()["error_message"] == "Invalid authorization code"


def test_a_code_ends_after_an_hour(instagram):
    code = instagram.code()
    instagram.sandbox.advance(hours=1)

    assert instagram.exchange(code).status_code == 400


@pytest.mark.parametrize(
    "change", [{"redirect_uri": CALLBACK + "/"}, {"client_secret": "guess"}, {"client_id": "1"}], ids=str
)
def test_a_code_is_refused_to_whoever_differs_and_still_works_for_its_owner(instagram, change):
    code = instagram.code()

    assert instagram.exchange(code, **change).json()["error_type"] == "OAuthException"
    assert instagram.exchange(code).status_code == 200


def test_a_short_token_lives_an_hour_and_its_long_one_sixty_days(instagram):
    short = instagram.exchange(instagram.code()).json()["access_token"]
    long = instagram.long_token(short).json()
    assert (long["token_type"], long["expires_in"]) == ("bearer", 60 * 86400)

    instagram.sandbox.advance(hours=1)
    assert code_of(instagram.long_token(short)) == (190, 463)
    instagram.token = long["access_token"]
    assert instagram.get("/v26.0/me", fields="username").status_code == 200
    instagram.sandbox.advance(days=60)
    assert code_of(instagram.get("/v26.0/me", fields="username")) == (190, 463)


def test_a_long_token_is_refreshed_after_a_day_and_not_before(instagram):
    old = long_token(instagram)
    assert instagram.refresh(old).status_code == 400

    instagram.sandbox.advance(hours=24)
    new = instagram.refresh(old).json()

    assert new["permissions"].startswith("instagram_business_basic")
    instagram.sandbox.advance(days=59, hours=12)
    assert code_of(instagram.refresh(old)) == (190, 463)
    assert instagram.refresh(new["access_token"]).status_code == 200


def test_a_short_token_cannot_be_refreshed(instagram):
    short = instagram.exchange(instagram.code()).json()["access_token"]

    assert code_of(instagram.refresh(short)) == (100, None)


def test_me_tells_two_ids_and_only_the_fields_asked_for(instagram):
    answer = instagram.get("/v26.0/me", fields="id,user_id,username,account_type").json()

    assert answer["user_id"] == instagram.id
    assert answer["id"] != instagram.id
    assert answer["account_type"] == "BUSINESS"
    assert "name" not in answer


def test_the_app_scoped_id_opens_no_path(instagram):
    scoped = instagram.get("/v26.0/me", fields="id").json()["id"]

    assert code_of(instagram.get(f"/v26.0/{scoped}/media")) == (100, 33)


def test_an_unknown_field_fails_the_call(instagram):
    assert code_of(instagram.get("/v26.0/me", fields="username,shoe_size")) == (100, None)


def test_the_version_may_be_left_out(instagram):
    assert instagram.get("/me", fields="username").json()["username"] == "harbourcoffee"


def test_no_token_and_an_unknown_token_are_refused(instagram):
    assert instagram.http.get("/v26.0/me").json()["error"]["code"] == 104
    instagram.token = "IGAAinvented"
    assert code_of(instagram.get("/v26.0/me")) == (190, None)


def test_a_revoked_token_says_so(instagram):
    instagram.sandbox.revoke_tokens("instagram", "harbourcoffee")

    assert code_of(instagram.get("/v26.0/me")) == (190, 458)


def test_an_application_can_end_its_own_grant(instagram):
    assert instagram.call("DELETE", "/v26.0/me/permissions").json() == {"success": True}

    assert code_of(instagram.get("/v26.0/me")) == (190, 458)


@pytest.mark.parametrize(
    ("missing", "method", "path", "code"),
    [
        ("instagram_business_basic", "GET", "/v26.0/me", 10),
        ("instagram_business_content_publish", "POST", "/v26.0/me/media", 10),
        ("instagram_business_content_publish", "POST", "/v26.0/me/media_publish", 10),
        ("instagram_business_manage_comments", "POST", "/v26.0/1/comments", 200),
    ],
)
def test_a_missing_scope_is_named_by_its_code(sandbox: Sandbox, missing, method, path, code):
    scopes = [
        "instagram_business_basic",
        "instagram_business_content_publish",
        "instagram_business_manage_comments",
    ]
    held = [scope for scope in scopes if scope != missing]
    with Instagram(sandbox, "harbourcoffee", scopes=held) as instagram:
        answer = instagram.call(method, path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)
