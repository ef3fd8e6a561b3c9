"""OAuth on the simulated Bluesky: pushed requests, PKCE, DPoP, consent, refresh, scopes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.bluesky_client import (
    POST,
    REDIRECT_URI,
    SCOPE,
    Key,
    OAuthClient,
    answer_of,
    error_of,
    loopback_id,
    png,
    post_record,
)
from tests.support.sandbox import Sandbox

RKEY = "3mzakfuhe222b"


@pytest.fixture
def handle(sandbox: Sandbox) -> str:
    created: str = sandbox.create_account("bluesky", "shop")["handle"]
    return created


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[OAuthClient]:
    client = OAuthClient(sandbox.origin("bluesky"))
    yield client
    client.close()


def connect(sandbox: Sandbox, client: OAuthClient, handle: str, scope: str = SCOPE) -> dict[str, Any]:
    """The whole way from the pushed request to the tokens."""
    client.client_id = loopback_id(scope)
    location = sandbox.consent(client.authorize_url(scope=scope), handle)
    tokens: dict[str, Any] = client.exchange(answer_of(location)["code"]).json()
    return tokens


def put(client: OAuthClient, did: str, text: str = "hello") -> httpx.Response:
    body = {"repo": did, "collection": POST, "rkey": RKEY, "swapRecord": None, "record": post_record(text)}
    return client.call("com.atproto.repo.putRecord", json=body)


# The way through


def test_metadata_leads_from_the_pds_to_the_endpoints(client):
    resource = httpx.get(f"{client.origin}/.well-known/oauth-protected-resource", trust_env=False).json()
    (issuer,) = resource["authorization_servers"]
    server = httpx.get(f"{issuer}/.well-known/oauth-authorization-server", trust_env=False).json()

    assert server["issuer"] == issuer == client.origin
    assert server["require_pushed_authorization_requests"] is True
    assert "atproto" in server["scopes_supported"]
    assert server["dpop_signing_alg_values_supported"] == ["ES256"]


def test_from_the_pushed_request_to_a_post(sandbox, client, handle):
    location = sandbox.consent(client.authorize_url(login_hint=handle), handle)
    answer = answer_of(location)
    assert location.startswith(REDIRECT_URI)
    assert (answer["iss"], answer["state"]) == (client.origin, "the-state")

    tokens = client.exchange(answer["code"]).json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("DPoP", 3599, SCOPE)
    assert tokens["sub"] == sandbox.account("bluesky", handle)["id"]

    published = put(client, tokens["sub"])
    assert published.status_code == 200
    assert sandbox.texts("bluesky", handle) == ["hello"]
    assert client.call("com.atproto.server.getSession", method="GET").json()["handle"] == handle


def test_a_pushed_request_lives_five_minutes(sandbox, client, handle):
    pushed = client.push()
    url = client.authorize_url()
    sandbox.advance(minutes=6)

    assert pushed.json()["expires_in"] == 299
    assert pushed.json()["request_uri"].startswith("urn:ietf:params:oauth:request_uri:req-")
    assert httpx.get(url, trust_env=False).status_code == 400


def test_who_denies_sends_back_a_error_of(sandbox, client, handle):
    answer = answer_of(sandbox.consent(client.authorize_url(), handle, allow=False))

    assert answer["error"] == "access_denied"
    assert (answer["iss"], answer["state"]) == (client.origin, "the-state")


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request", 'atproto requires use of "S256" code_challenge_method'),
        ({"code_challenge": ""}, "invalid_request", "Use of PKCE is required"),
        (
            {"scope": "atproto transition:email"},
            "invalid_scope",
            'Scope "transition:email" is not declared in the client metadata',
        ),
        ({"scope": "transition:generic"}, "invalid_scope", 'The "atproto" scope is required'),
        (
            {"redirect_uri": "http://127.0.0.1:10/callback"},
            "invalid_request",
            "Invalid redirect_uri http://127.0.0.1:10/callback",
        ),
        ({"client_id": "http://localhost:80"}, "invalid_client_id", "A client id has a path"),
    ],
)
def test_a_pushed_request_is_told_what_is_wrong(client, changes, error, description):
    answer = client.push(**changes)

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].startswith(description)


def test_a_loopback_address_declared_without_a_port_stands_for_any(client):
    client.client_id = "http://localhost"

    pushed = client.push(scope="atproto", redirect_uri="http://127.0.0.1:4711/")

    assert pushed.status_code == 201


# Proofs


def test_the_authorization_server_asks_for_its_nonce_with_a_400(client):
    path = f"{client.origin}/oauth/par"
    answer = httpx.post(path, headers={"DPoP": client.key.proof("POST", path)}, trust_env=False)

    assert error_of(answer) == (400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof")
    assert answer.headers["DPoP-Nonce"]


def test_the_pds_asks_for_another_nonce_with_a_401(sandbox, client, handle):
    connect(sandbox, client, handle)
    path = f"{client.origin}/xrpc/com.atproto.server.getSession"
    proof = client.key.proof("GET", path, token=client.access, nonce=client.nonces["auth"])
    answer = httpx.get(path, headers={"Authorization": f"DPoP {client.access}", "DPoP": proof}, trust_env=False)

    assert error_of(answer)[:2] == (401, "use_dpop_nonce")
    assert answer.headers["WWW-Authenticate"].startswith('DPoP algs="ES256", error="use_dpop_nonce"')
    assert answer.headers["DPoP-Nonce"] != client.nonces["auth"]


def test_a_nonce_is_old_after_three_minutes(sandbox, client, handle):
    did = connect(sandbox, client, handle)["sub"]
    put(client, did)
    first = client.nonces["pds"]
    sandbox.advance(minutes=3)

    assert put(client, did).status_code == 200
    assert client.nonces["pds"] != first
    assert sandbox.stats(recent=2)["recent"][1]["status"] == 401


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"htm": "GET"}, "htm"),
        ({"htu": "https://elsewhere.test/oauth/par"}, "htu"),
        ({"iat": int(time.time()) - 300}, "iat"),
        ({"jti": ""}, "jti"),
    ],
)
def test_a_proof_of_something_else_is_refused(client, changes, problem):
    path = f"{client.origin}/oauth/par"
    client.push()
    proof = client.key.proof("POST", path, nonce=client.nonces["auth"], **changes)

    answer = httpx.post(path, headers={"DPoP": proof}, trust_env=False)

    assert error_of(answer)[:2] == (401, "invalid_dpop_proof")
    assert problem in answer.json()["error_description"]


def test_a_proof_counts_once(sandbox, client, handle):
    connect(sandbox, client, handle)
    client.call("com.atproto.server.getSession", method="GET")
    path = f"{client.origin}/xrpc/com.atproto.server.getSession"
    proof = client.key.proof("GET", path, token=client.access, nonce=client.nonces["pds"])
    headers = {"Authorization": f"DPoP {client.access}", "DPoP": proof}

    assert httpx.get(path, headers=headers, trust_env=False).status_code == 200
    assert error_of(httpx.get(path, headers=headers, trust_env=False)) == (
        401,
        "invalid_dpop_proof",
        "DPoP proof replayed",
    )


def test_a_token_is_bound_to_its_key_and_the_proof_to_the_token(sandbox, client, handle):
    connect(sandbox, client, handle)
    own, access = client.key, client.access

    client.key = Key()
    stolen = client.call("com.atproto.server.getSession", method="GET")
    client.key = own
    path = f"{client.origin}/xrpc/com.atproto.server.getSession"
    proof = own.proof("GET", path, token="another", nonce=client.nonces["pds"])
    unbound = httpx.get(path, headers={"Authorization": f"DPoP {access}", "DPoP": proof}, trust_env=False)
    bearer = httpx.get(path, headers={"Authorization": f"Bearer {access}"}, trust_env=False)

    assert error_of(stolen) == (401, "invalid_token", "Invalid DPoP key binding")
    assert error_of(unbound) == (401, "invalid_dpop_proof", "DPoP ath mismatch")
    assert bearer.status_code == 400


def test_nonsense_is_a_malformed_token(client):
    client.access = "nonsense"

    answer = client.call("com.atproto.server.getSession", method="GET")

    assert error_of(answer) == (401, "invalid_token", "Malformed token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


# Codes and refresh tokens


def test_a_code_works_once_and_its_second_use_ends_the_session(sandbox, client, handle):
    code = answer_of(sandbox.consent(client.authorize_url(), handle))["code"]
    assert client.exchange(code).status_code == 200

    assert error_of(client.exchange(code)) == (400, "invalid_grant", "Invalid code")
    assert error_of(client.call("com.atproto.server.getSession", method="GET"))[:2] == (401, "invalid_token")


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"verifier": "wrong"}, "invalid_grant"), ({"redirect_uri": "http://127.0.0.1:9/other"}, "invalid_grant")],
)
def test_a_code_is_good_for_the_request_it_was_asked_with(sandbox, client, handle, changes, error):
    code = answer_of(sandbox.consent(client.authorize_url(), handle))["code"]

    assert client.exchange(code, **changes).json()["error"] == error
    assert client.exchange(code).json()["error"] == "invalid_grant", "a failed exchange uses the code up"


def test_a_code_lives_five_minutes(sandbox, client, handle):
    code = answer_of(sandbox.consent(client.authorize_url(), handle))["code"]
    sandbox.advance(minutes=6)

    assert client.exchange(code).json()["error"] == "invalid_grant"


def test_a_refresh_token_works_once_and_its_replay_ends_the_session(sandbox, client, handle):
    did = connect(sandbox, client, handle)["sub"]
    first = client.refresh

    assert client.renew().json()["refresh_token"] != first
    assert put(client, did).status_code == 200
    assert error_of(client.renew(first)) == (400, "invalid_grant", "Refresh token replayed")
    assert error_of(client.renew()) == (400, "invalid_grant", "Invalid refresh token")
    assert error_of(put(client, did))[:2] == (401, "invalid_token")


def test_an_access_token_lives_an_hour(sandbox, client, handle):
    did = connect(sandbox, client, handle)["sub"]
    sandbox.advance(minutes=61)

    assert error_of(put(client, did)) == (401, "invalid_token", "Token has expired")
    assert client.renew().status_code == 200
    assert put(client, did).status_code == 200


def test_the_session_of_a_public_client_ends_after_two_weeks(sandbox, client, handle):
    connect(sandbox, client, handle)
    sandbox.advance(days=13)
    assert client.renew().status_code == 200
    sandbox.advance(days=2)

    assert error_of(client.renew()) == (400, "invalid_grant", "Session expired")


def test_a_refresh_whose_answer_was_lost_has_used_the_token_up(sandbox, client, handle):
    connect(sandbox, client, handle)
    sandbox.fault("lost_after", platform="bluesky", account=handle, path="refresh")

    with pytest.raises(httpx.TransportError):
        client.renew()

    assert error_of(client.renew()) == (400, "invalid_grant", "Refresh token replayed")


def test_revocation_ends_the_session(sandbox, client, handle):
    did = connect(sandbox, client, handle)["sub"]

    assert client.form("/oauth/revoke", token=client.refresh).status_code == 200
    assert error_of(put(client, did))[:2] == (401, "invalid_token")
    assert error_of(client.renew())[1] == "invalid_grant"
    assert client.form("/oauth/revoke", token="unknown").status_code == 200


def test_a_grant_that_was_revoked_elsewhere_shows_at_the_next_call_and_refresh(sandbox, client, handle):
    did = connect(sandbox, client, handle)["sub"]
    sandbox.fault("token_revoked", platform="bluesky", account=handle, path="commit")

    assert error_of(put(client, did))[:2] == (401, "invalid_token")
    assert error_of(client.renew())[1] == "invalid_grant"


# Scopes


def test_create_alone_does_not_permit_a_put(sandbox, client, handle):
    did = connect(sandbox, client, handle, f"atproto repo:{POST}?action=create blob:image/*")["sub"]
    create = {"repo": did, "collection": POST, "rkey": RKEY, "record": post_record("hello")}

    assert error_of(put(client, did)) == (
        403,
        "ScopeMissingError",
        f'Missing required scope "repo:{POST}?action=update"',
    )
    assert client.call("com.atproto.repo.createRecord", json=create).status_code == 200
    key = {"repo": did, "collection": POST, "rkey": RKEY}
    assert client.call("com.atproto.repo.deleteRecord", json=key).status_code == 403


def test_files_need_a_scope_of_their_type(sandbox, client, handle):
    connect(sandbox, client, handle, f"atproto repo:{POST} blob:image/*")
    upload = "com.atproto.repo.uploadBlob"

    assert client.call(upload, content=png(), headers={"Content-Type": "image/png"}).status_code == 200
    refused = client.call(upload, content=b"x", headers={"Content-Type": "video/mp4"})
    assert error_of(refused) == (403, "ScopeMissingError", 'Missing required scope "blob:video/mp4"')


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (f"atproto repo:{POST}", 200),
        ("atproto repo:*?action=create&action=update", 200),
        ("atproto include:app.bsky.authFullApp", 200),
        ("atproto include:app.bsky.authCreatePosts", 403),
        ("atproto repo:app.bsky.feed.threadgate", 403),
        ("atproto", 403),
    ],
)
def test_a_put_needs_create_and_update_on_its_collection(sandbox, client, handle, scope, status):
    did = connect(sandbox, client, handle, scope)["sub"]

    assert put(client, did).status_code == status


@pytest.mark.parametrize("scope", ["atproto repo:app.*", f"atproto repo:{POST}?action=read", "atproto anything"])
def test_a_scope_nobody_understands_is_refused(client, scope):
    client.client_id = loopback_id(scope)

    assert error_of(client.push(scope=scope))[:2] == (400, "invalid_scope")


def test_ready_made_credentials_speak_for_the_account(sandbox, client):
    created = sandbox.create_account("bluesky", "readymade")
    given = created["credentials"]["oauth"]
    client.key, client.access, client.refresh = Key(given["dpop_jwk"]), given["access_token"], given["refresh_token"]
    client.client_id = given["client_id"]

    assert put(client, created["id"]).status_code == 200
    assert client.renew().status_code == 200
