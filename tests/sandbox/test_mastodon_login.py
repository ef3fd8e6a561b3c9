"""Mastodon: applications register themselves, consent with PKCE, tokens that last until they are revoked."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.sandbox.clients import CALLBACK, VERIFIER, Mastodon, query_of
from tests.support.sandbox import Sandbox


def test_the_server_tells_where_its_doors_are(mastodon):
    origin = mastodon.sandbox.origin("mastodon")
    answer = mastodon.http.get("/.well-known/oauth-authorization-server").json()

    assert answer["issuer"] == f"{origin}/"
    assert answer["app_registration_endpoint"] == f"{origin}/api/v1/apps"
    assert answer["code_challenge_methods_supported"] == ["S256"]
    assert "write:statuses" in answer["scopes_supported"]


def test_the_server_tells_its_software_and_limits(mastodon):
    link = mastodon.http.get("/.well-known/nodeinfo").json()["links"][0]["href"]
    assert mastodon.http.get(link).json()["software"]["name"] == "mastodon"

    for path in ("/api/v2/instance", "/api/v1/instance"):
        statuses = mastodon.http.get(path).json()["configuration"]["statuses"]
        assert statuses == {"max_characters": 500, "max_media_attachments": 4, "characters_reserved_per_url": 23}
    assert mastodon.http.get("/api/v2/instance").json()["api_versions"] == {"mastodon": 7}


def test_webfinger_finds_an_account_of_this_server(mastodon):
    host = httpx.URL(mastodon.sandbox.origin("mastodon")).netloc.decode()
    found = mastodon.http.get("/.well-known/webfinger", params={"resource": f"acct:harbourcoffee@{host}"}).json()
    assert {link["rel"] for link in found["links"]} >= {"self"}

    missing = mastodon.http.get("/.well-known/webfinger", params={"resource": f"acct:nobody@{host}"})
    assert missing.status_code == 404


@pytest.mark.parametrize("how", ["json", "data", "files"])
def test_an_application_registers_itself_in_any_encoding(mastodon, how):
    details = {"client_name": "Test", "redirect_uris": CALLBACK, "scopes": "read write:statuses"}
    body = {name: (None, value) for name, value in details.items()} if how == "files" else details
    app = mastodon.http.post("/api/v1/apps", **{how: body}).json()

    assert app["redirect_uris"] == [CALLBACK]
    assert app["scopes"] == ["read", "write:statuses"]
    assert app["client_id"]
    assert app["client_secret"]


@pytest.mark.parametrize(
    "change", [{"client_name": " "}, {"redirect_uris": []}, {"redirect_uris": ["nowhere"]}, {"scopes": "fly"}], ids=str
)
def test_a_registration_that_makes_no_sense_is_refused(mastodon, change):
    assert mastodon.register(**change)["error"].startswith("Validation failed: ")


def test_a_person_allows_and_the_application_gets_a_token(mastodon):
    app = mastodon.register()
    answer = mastodon.exchange(app, mastodon.code(app)).json()
    assert (answer["token_type"], answer["scope"]) == ("Bearer", "profile write:statuses")
    assert "expires_in" not in answer

    mastodon.token = answer["access_token"]
    mastodon.sandbox.advance(days=400)
    me = mastodon.get("/api/v1/accounts/verify_credentials").json()
    assert (me["username"], me["source"]["privacy"]) == ("harbourcoffee", "public")
    subject = mastodon.get("/oauth/userinfo").json()["sub"]
    assert subject == me["uri"]


def test_a_person_denies_and_the_application_hears_it(mastodon):
    url = mastodon.authorize_url(mastodon.register())
    answer = query_of(mastodon.sandbox.consent(url, "harbourcoffee", allow=False))

    assert (answer["error"], answer["state"]) == ("access_denied", "s1")


def test_a_code_works_once_and_ten_minutes(mastodon):
    app = mastodon.register()
    code, late = mastodon.code(app), mastodon.code(app)

    assert mastodon.exchange(app, code).status_code == 200
    assert mastodon.exchange(app, code).json()["error"] == "invalid_grant"
    mastodon.sandbox.advance(minutes=10)
    assert mastodon.exchange(app, late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "change", [{"code_verifier": "wrong"}, {"code_verifier": ""}, {"redirect_uri": CALLBACK + "/"}], ids=str
)
def test_whoever_cannot_prove_it_gets_no_token_for_a_code(mastodon, change):
    app = mastodon.register()
    code = mastodon.code(app)

    answer = mastodon.exchange(app, code, **change)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert mastodon.exchange(app, code).status_code == 200


def test_a_code_is_good_for_its_own_application_only(mastodon):
    code = mastodon.code(mastodon.register())

    assert mastodon.exchange(mastodon.register(), code).json()["error"] == "invalid_grant"


def test_a_client_authenticates_by_form_or_header(mastodon):
    app = mastodon.register()
    assert mastodon.exchange(app | {"client_secret": "guess"}, "any").json()["error"] == "invalid_client"

    pair = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": mastodon.code(app),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = mastodon.http.post("/oauth/token", data=form, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"scope": "write:media"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_code_challenge_method"),
    ],
)
def test_a_request_beyond_the_registration_is_sent_back(mastodon, change, error):
    answer = mastodon.http.get(mastodon.authorize_url(mastodon.register(), **change))

    assert answer.status_code == 302
    assert query_of(answer.headers["location"])["error"] == error


@pytest.mark.parametrize("change", [{"client_id": "1"}, {"redirect_uri": "http://127.0.0.1:9/elsewhere"}], ids=str)
def test_a_stranger_is_told_on_a_page_and_never_redirected(mastodon, change):
    answer = mastodon.http.get(mastodon.authorize_url(mastodon.register(), **change))

    assert answer.status_code in {400, 401}
    assert "location" not in answer.headers


def test_a_server_without_pkce_takes_a_code_without_its_verifier(mastodon):
    mastodon.sandbox.set("mastodon", pkce=False, metadata=False, software="gotosocial", software_version="0.20.0")
    app = mastodon.register()

    assert mastodon.exchange(app, mastodon.code(app), code_verifier="wrong").status_code == 200
    assert mastodon.http.get("/.well-known/oauth-authorization-server").status_code == 404
    assert "api_versions" not in mastodon.http.get("/api/v2/instance").json()


def test_an_application_has_a_token_of_its_own_that_opens_no_account(mastodon):
    app = mastodon.register()
    form = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "scope": "read",
    }
    mastodon.token = mastodon.http.post("/oauth/token", data=form).json()["access_token"]

    assert mastodon.get("/api/v1/apps/verify_credentials").json()["name"] == "Test"
    assert mastodon.get("/api/v1/accounts/verify_credentials").status_code == 422
    unknown = mastodon.http.post("/oauth/token", data=form | {"grant_type": "password"})
    assert unknown.json()["error"] == "unsupported_grant_type"


def test_a_token_is_revoked_by_its_own_application_as_often_as_it_likes(mastodon):
    app, other = mastodon.register(), mastodon.register()
    mastodon.token = mastodon.exchange(app, mastodon.code(app)).json()["access_token"]

    def revoke(by: dict[str, str]) -> httpx.Response:
        form = {"client_id": by["client_id"], "client_secret": by["client_secret"], "token": mastodon.token}
        return mastodon.http.post("/oauth/revoke", data=form)

    assert (revoke(other).status_code, revoke(other).json()["error"]) == (403, "unauthorized_client")
    assert [revoke(app).status_code for _ in range(2)] == [200, 200]
    assert mastodon.get("/api/v1/accounts/verify_credentials").json() == {"error": "The access token was revoked"}


def test_no_token_a_wrong_token_and_an_expired_one_are_told_apart(mastodon):
    path = "/api/v1/accounts/verify_credentials"
    assert mastodon.http.get(path).json() == {"error": "This API requires an authenticated user"}
    mastodon.sandbox.expire_tokens("mastodon", "harbourcoffee")
    assert mastodon.get(path).json() == {"error": "The access token expired"}
    mastodon.token = "invented"
    answer = mastodon.get(path)
    assert (answer.status_code, answer.json()) == (401, {"error": "The access token is invalid"})


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["profile"], "GET", "/api/v1/accounts/verify_credentials", 200),
        (["read"], "GET", "/api/v1/accounts/verify_credentials", 200),
        (["write"], "GET", "/api/v1/accounts/verify_credentials", 403),
        (["write:media"], "POST", "/api/v1/statuses", 403),
        (["write"], "POST", "/api/v1/statuses", 422),
        (["write:statuses"], "POST", "/api/v2/media", 403),
        (["profile"], "GET", "/api/v1/accounts/14702/statuses", 403),
    ],
)
def test_scopes_are_a_hierarchy_and_are_enforced(sandbox: Sandbox, scopes, method, path, status):
    with Mastodon(sandbox, "harbourcoffee", scopes=scopes) as mastodon:
        answer = mastodon.call(method, path)

    assert answer.status_code == status
    if status == 403:
        assert answer.json() == {"error": "This action is outside the authorized scopes"}
