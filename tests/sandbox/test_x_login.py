"""X: consent with PKCE, tokens for two hours, refresh tokens that work once, and who is let in with what."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tests.sandbox.clients import CALLBACK, CHALLENGE, VERIFIER, query_of
from tests.sandbox.x_client import BASIC, CLIENT_ID, SCOPE, X, detail_of
from tests.support.sandbox import Sandbox

DEAD = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}


@pytest.fixture
def x(sandbox: Sandbox) -> Iterator[X]:
    with X(sandbox, "harbourcoffee") as client:
        yield client


def refresh_token(x: X) -> str:
    return str(x.exchange(x.code()).json()["refresh_token"])


def test_the_vectors_of_the_documentation_hold():
    assert CHALLENGE == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    pair = base64.b64encode(b"my_client_id:my_client_secret").decode()
    assert pair == "bXlfY2xpZW50X2lkOm15X2NsaWVudF9zZWNyZXQ="


def test_a_person_allows_and_the_application_gets_tokens(x):
    answer = x.exchange(x.code()).json()
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("bearer", 7200, SCOPE)

    x.token = answer["access_token"]
    me = x.get("/2/users/me", **{"user.fields": "subscription_type,verified_type,public_metrics"}).json()["data"]
    assert (me["id"], me["username"], me["name"]) == (x.id, "harbourcoffee", "Harbour Coffee")
    assert (me["subscription_type"], me["verified_type"]) == ("None", "none")
    assert me["public_metrics"]["post_count"] == 0


def test_a_person_denies_and_the_application_hears_it(x):
    answer = query_of(x.sandbox.consent(x.authorize_url(), "harbourcoffee", allow=False))

    assert answer == {"error": "access_denied", "state": "s1"}


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "another"}, {"redirect_uri": "nowhere"}, {"response_type": "token"}, {"scope": "tweet.fly"},
        {"scope": ""}, {"state": ""}, {"state": "s" * 501}, {"code_challenge": ""}, {"code_challenge_method": ""},
        {"code_challenge": f"{CHALLENGE}="},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_request_is_told_on_a_page_and_never_redirected(x, change):
    answer = x.http.get(x.authorize_url(**change))

    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_callback_has_to_be_registered_exactly(x):
    x.sandbox.set("x", redirect_uris=f"{CALLBACK} https://postroom.example/callback")

    assert x.http.get(x.authorize_url()).status_code == 200
    assert x.http.get(x.authorize_url(redirect_uri=f"{CALLBACK}/")).status_code == 400


def test_a_code_works_once_and_thirty_seconds(x):
    code, late = x.code(), x.code()

    assert x.exchange(code).status_code == 200
    assert x.exchange(code).json()["error"] == "invalid_request"
    x.sandbox.advance(seconds=30)
    assert x.exchange(late).status_code == 400


@pytest.mark.parametrize(
    "change", [{"code_verifier": "wrong"}, {"code_verifier": ""}, {"redirect_uri": CALLBACK + "/"}], ids=str
)
def test_whoever_cannot_prove_it_gets_no_token_for_a_code(x, change):
    code = x.code()

    assert x.exchange(code, **change).status_code == 400
    assert x.exchange(code).status_code == 200


def test_a_plain_challenge_is_its_verifier(x):
    code = x.code(code_challenge=VERIFIER, code_challenge_method="plain")

    assert x.exchange(code).status_code == 200


@pytest.mark.parametrize("basic", ["", "Basic bm8=", f"{BASIC[:-4]}AAAA"])
def test_a_confidential_client_proves_itself_in_the_header_alone(x, basic):
    code = x.code()
    answer = x.exchange(code, basic=basic, client_id=CLIENT_ID, client_secret="sandbox-x-secret")

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")
    assert x.exchange(code).status_code == 200


def test_a_public_client_sends_its_id_and_no_header(x):
    x.sandbox.set("x", confidential=False)
    code = x.code()

    assert x.exchange(code).status_code == 401
    assert x.exchange(code, basic="", client_id=CLIENT_ID).status_code == 200


def test_the_token_endpoint_takes_forms_and_known_grants_only(x):
    answer = x.http.post("/2/oauth2/token", json={"grant_type": "refresh_token"}, headers={"Authorization": BASIC})
    assert answer.json()["error"] == "invalid_request"
    assert x.token_call(grant_type="password").json()["error"] == "unsupported_grant_type"


def test_an_access_token_ends_after_two_hours_and_is_refreshed(x):
    pair = x.exchange(x.code()).json()
    x.token = pair["access_token"]
    x.sandbox.advance(hours=2)
    assert detail_of(x.get("/2/users/me"), 401) == "Unauthorized"

    fresh = x.refresh(pair["refresh_token"]).json()
    assert set(fresh) == set(pair)
    x.token = fresh["access_token"]
    assert x.get("/2/users/me").status_code == 200


def test_a_refresh_token_works_once_and_its_replay_ends_the_consent(x):
    first = refresh_token(x)
    second = x.refresh(first).json()
    replay = x.refresh(first)

    assert (replay.status_code, replay.json()) == (400, DEAD)
    assert x.refresh(second["refresh_token"]).json() == DEAD
    x.token = second["access_token"]
    assert x.get("/2/users/me").status_code == 401


def test_a_replay_ends_only_its_own_consent(x):
    first, other = refresh_token(x), refresh_token(x)
    x.refresh(first)
    x.refresh(first)

    assert x.refresh(other).status_code == 200


def test_a_replay_can_be_refused_and_no_more(x):
    x.sandbox.set("x", replay_ends_family=False, dead_refresh_error="invalid_grant")
    first = refresh_token(x)
    second = x.refresh(first).json()["refresh_token"]

    assert x.refresh(first).json()["error"] == "invalid_grant"
    assert x.refresh(second).status_code == 200


def test_a_lost_answer_to_a_refresh_has_used_the_token_up(x):
    first = refresh_token(x)
    x.sandbox.fault("error_after", platform="x", account="harbourcoffee", path="refresh")

    assert x.refresh(first).status_code == 503
    assert x.refresh(first).json() == DEAD


def test_a_refresh_token_ends_after_half_a_year(x):
    token = refresh_token(x)
    x.sandbox.advance(days=180)

    assert x.refresh(token).json() == DEAD


def test_without_offline_access_there_is_no_refresh_token(x):
    answer = x.exchange(x.code(scope="tweet.read users.read")).json()

    assert "refresh_token" not in answer


def test_a_refresh_token_opens_nothing_itself(x):
    x.token = refresh_token(x)

    assert x.get("/2/users/me").status_code == 401


def test_a_token_is_revoked_and_with_its_refresh_token_the_whole_consent(x):
    pair, other = x.exchange(x.code()).json(), x.exchange(x.code()).json()
    path = "/2/oauth2/revoke"
    for _ in range(2):
        assert x.token_call(path=path, token=pair["access_token"]).json() == {"revoked": True}
    x.token = pair["access_token"]
    assert x.get("/2/users/me").status_code == 401
    assert x.refresh(pair["refresh_token"]).status_code == 200

    x.token_call(path=path, token=other["refresh_token"], token_type_hint="refresh_token")
    x.token = other["access_token"]
    assert x.get("/2/users/me").status_code == 401
    assert x.token_call(path=path, basic="", token=pair["access_token"]).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (["users.read"], "GET", "/2/users/me"),
        (["tweet.read"], "GET", "/2/tweets?ids=1"),
        (["tweet.read", "users.read"], "POST", "/2/tweets"),
        (["tweet.write", "users.read"], "POST", "/2/tweets"),
        (["tweet.read", "users.read", "tweet.write"], "POST", "/2/media/upload/initialize"),
        (["tweet.read", "users.read", "tweet.write"], "POST", "/2/media/upload"),
        (["tweet.read", "users.read"], "DELETE", "/2/tweets/1"),
    ],
)
def test_a_missing_scope_is_forbidden(sandbox: Sandbox, scopes, method, path):
    with X(sandbox, "harbourcoffee", scopes=scopes) as x:
        assert detail_of(x.call(method, path), 403) == "Forbidden"


def test_the_application_alone_is_no_user(x):
    answer = x.as_application("GET", "/2/users/me")

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/unsupported-authentication")
    assert x.as_application("GET", f"/2/users/{x.id}/tweets").status_code == 200


def test_without_a_token_nobody_is_let_in(x):
    answer = x.http.get("/2/users/me")

    assert answer.json() == {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}


def test_suspended_and_locked_accounts_are_told_apart(x):
    x.sandbox.set("x", suspended_handles="harbourcoffee")
    assert "suspended" in detail_of(x.get("/2/users/me"), 403)
    x.sandbox.set("x", suspended_handles="", locked_handles="harbourcoffee")
    assert "locked" in detail_of(x.get("/2/users/me"), 403)
    x.sandbox.set("x", error_dialect="v1")
    assert x.get("/2/users/me").json()["errors"][0]["code"] == 326


def test_an_application_that_is_not_enrolled_may_do_nothing(x):
    x.sandbox.set("x", app_enrolled=False)
    answer = x.get("/2/users/me").json()

    assert (answer["type"].rpartition("/")[2], answer["reason"]) == ("client-forbidden", "client-not-enrolled")


def test_the_address_of_a_person_needs_its_own_scope(sandbox: Sandbox):
    fields = {"user.fields": "confirmed_email"}
    with X(sandbox, "harbourcoffee") as x:
        assert "confirmed_email" not in x.get("/2/users/me", **fields).json()["data"]
    with X(sandbox, "harbourcoffee", scopes=[*SCOPE.split(), "users.email"]) as x:
        assert x.get("/2/users/me", **fields).json()["data"]["confirmed_email"] == "harbourcoffee@example.test"
