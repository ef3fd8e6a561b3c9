"""TikTok: the consent page, tokens that rotate, the end of a grant, and what a token may do."""

from __future__ import annotations

import hashlib

import pytest

from tests.sandbox.clients import CALLBACK, VERIFIER, query_of
from tests.sandbox.tiktok_client import APP, SCOPES, TikTok, code_of, data_of, flat_error

CHALLENGE = "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
AS_IN_THE_RFC = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
def tiktok(sandbox):
    with TikTok(sandbox, "harbourcoffee") as client:
        yield client


def test_a_consent_leads_to_a_pair_of_tokens_and_the_code_works_once(tiktok):
    back = tiktok.allowed()
    assert (back["state"], back["scopes"]) == ("s1", ",".join(SCOPES))

    answer = tiktok.exchange(back["code"])
    pair = answer.json()
    assert answer.status_code == 200
    assert pair["access_token"].startswith("act.")
    assert pair["refresh_token"].startswith("rft.")
    assert (pair["expires_in"], pair["refresh_expires_in"]) == (7200, 15552000)
    assert (pair["open_id"], pair["scope"], pair["token_type"]) == (tiktok.id, ",".join(SCOPES), "Bearer")
    assert flat_error(tiktok.exchange(back["code"])) == "invalid_grant"

    tiktok.token = pair["access_token"]
    assert data_of(tiktok.user("open_id,display_name"))["user"]["display_name"] == "Harbour Coffee"


def test_a_person_may_deny_and_may_untick_scopes(tiktok, sandbox):
    denied = query_of(sandbox.consent(tiktok.authorize_url(), "harbourcoffee", allow=False))
    assert (denied["error"], denied["state"]) == ("access_denied", "s1")
    assert "code" not in denied

    sandbox.set("tiktok", declined_scopes="video.publish,video.list")
    back = tiktok.allowed(disable_auto_auth="1")
    assert back["scopes"] == tiktok.exchange(back["code"]).json()["scope"]
    assert back["scopes"] == "user.info.basic,user.info.profile,video.upload"


def test_the_page_sends_nobody_to_an_unknown_place(tiktok, sandbox):
    def status(**changes):
        return tiktok.http.get(tiktok.authorize_url(**changes)).status_code

    assert status(client_key="another") == 400
    for uri in (f"{CALLBACK}?a=1", f"{CALLBACK}#a", "/callback", f"{CALLBACK}/{'a' * 500}", "ftp://127.0.0.1/a"):
        assert status(redirect_uri=uri) == 400
    sandbox.set("tiktok", redirect_uris="https://app.example.com/cb,http://127.0.0.1:*/callback")
    assert status() == 200
    assert status(redirect_uri="http://127.0.0.1:9/other") == 400
    sandbox.set("tiktok", redirect_uris="", https_only=True)
    assert status() == 400
    assert status(redirect_uri="https://app.example.com/cb/tiktok/") == 200


def test_what_is_wrong_is_told_to_the_callback(tiktok):
    wrong = (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "user.info.basic video.publish"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"state": ""}, "invalid_request"),
        ({"disable_auto_auth": "true"}, "invalid_request"),
        ({"code_challenge": AS_IN_THE_RFC, "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
    )
    for changes, error in wrong:
        assert tiktok.sent_back(**changes)["error"] == error


def test_the_challenge_of_a_desktop_application_is_hexadecimal(tiktok, sandbox):
    assert hashlib.sha256(VERIFIER.encode()).hexdigest() == CHALLENGE
    sandbox.set("tiktok", app_type="desktop")
    assert tiktok.sent_back()["error"] == "invalid_request"
    assert tiktok.http.get(tiktok.authorize_url(redirect_uri="https://app.example.com/cb")).status_code == 400

    code = tiktok.allowed(code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    assert flat_error(tiktok.exchange(code, code_verifier="another" * 8)) == "invalid_grant"
    assert tiktok.exchange(code, code_verifier=VERIFIER).status_code == 200


def test_the_exchange_is_refused_as_a_flat_error(tiktok, sandbox):
    code = tiktok.allowed()["code"]
    refused = {
        "invalid_client": {"client_secret": "wrong"},
        "invalid_request": {"client_key": ""},
        "unsupported_grant_type": {"grant_type": "password"},
        "invalid_grant": {"redirect_uri": "http://127.0.0.1:9/other"},
    }
    for error, changes in refused.items():
        assert flat_error(tiktok.exchange(code, **changes)) == error
    # A code is to be decoded once before it is sent: the form encodes it again.
    assert flat_error(tiktok.exchange(code.replace("*", "%2A").replace("!", "%21"))) == "invalid_grant"
    as_json = tiktok.http.post("/v2/oauth/token/", json={**APP, "code": code, "grant_type": "authorization_code"})
    in_query = tiktok.http.post("/v2/oauth/token/", params={**APP, "grant_type": "refresh_token"}, data={"a": "b"})
    assert flat_error(as_json) == flat_error(in_query) == "invalid_request"
    sandbox.set("tiktok", oauth_error_status=200)
    assert tiktok.exchange("nonsense").status_code == 200
    sandbox.advance(minutes=11)
    assert tiktok.exchange(code).json()["error"] == "invalid_grant"


def test_a_refresh_token_works_once(tiktok, sandbox):
    first = tiktok.exchange(tiktok.allowed()["code"]).json()
    second = tiktok.refresh(first["refresh_token"]).json()
    assert set(second) == set(first)
    assert second["refresh_token"] != first["refresh_token"]
    assert flat_error(tiktok.refresh(first["refresh_token"])) == "invalid_grant"
    assert flat_error(tiktok.refresh(second["access_token"])) == "invalid_grant"

    sandbox.advance(days=179)
    tiktok.token = second["access_token"]
    assert code_of(tiktok.user("open_id")) == (401, "access_token_invalid")
    third = tiktok.refresh(second["refresh_token"]).json()
    sandbox.advance(days=181)
    assert flat_error(tiktok.refresh(third["refresh_token"])) == "invalid_grant"


def test_a_lost_answer_to_a_refresh_costs_the_grant(tiktok, sandbox):
    pair = tiktok.exchange(tiktok.allowed()["code"]).json()
    sandbox.fault("error_after", platform="tiktok", path="refresh")
    assert tiktok.refresh(pair["refresh_token"]).json()["error"]["code"] == "internal_error"
    assert flat_error(tiktok.refresh(pair["refresh_token"])) == "invalid_grant"


def test_older_pages_are_a_matter_of_settings(tiktok, sandbox):
    sandbox.set("tiktok", access_seconds=86400, refresh_seconds=31536000, rotates=False)
    first = tiktok.exchange(tiktok.allowed()["code"]).json()
    second = tiktok.refresh(first["refresh_token"]).json()

    assert (first["expires_in"], first["refresh_expires_in"]) == (86400, 31536000)
    assert second["refresh_token"] == first["refresh_token"]
    assert second["access_token"] != first["access_token"]


def test_revoking_ends_the_grant_and_can_be_repeated(tiktok):
    pair = tiktok.exchange(tiktok.allowed()["code"]).json()
    assert flat_error(tiktok.revoke(pair["access_token"], client_secret="")) == "invalid_request"
    assert flat_error(tiktok.revoke(pair["refresh_token"])) == "invalid_request"
    assert (tiktok.revoke(pair["access_token"]).status_code, tiktok.revoke(pair["access_token"]).content) == (200, b"")

    tiktok.token = pair["access_token"]
    assert code_of(tiktok.creator_info()) == (401, "access_token_invalid")
    assert flat_error(tiktok.refresh(pair["refresh_token"])) == "invalid_grant"


def test_a_scope_that_is_missing_is_told(tiktok, sandbox):
    with TikTok(sandbox, "lumenyoga", scopes=["user.info.basic", "video.upload"]) as poor:
        assert code_of(poor.creator_info()) == (401, "scope_not_authorized")
        assert code_of(poor.init({}, {})) == (401, "scope_not_authorized")
        assert code_of(poor.videos()) == (401, "scope_not_authorized")
        assert data_of(poor.user("open_id,username,follower_count")) == {"user": {"open_id": poor.id}}
        sandbox.set("tiktok", silent_without_scope=False)
        assert code_of(poor.user("open_id,username")) == (401, "scope_not_authorized")
    sandbox.set("tiktok", app_scopes="user.info.basic")
    assert code_of(tiktok.creator_info()) == (403, "scope_permission_missed")
    tiktok.token = "act.unknown"
    assert code_of(tiktok.creator_info()) == (401, "access_token_invalid")


def test_no_path_is_found_without_its_last_slash(tiktok):
    assert tiktok.post("/v2/post/publish/creator_info/query").status_code == 404
    assert tiktok.get("/v2/user/info", fields="open_id").status_code == 404
