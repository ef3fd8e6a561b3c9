"""Sessions opened with a password on the simulated Bluesky, and the identities behind them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import jwt
import pytest

from apps.sandbox.bluesky.identity import MAIN_PASSWORD
from tests.sandbox.bluesky_client import APP_PASSWORD, Account, error_of, post_record
from tests.support.sandbox import Sandbox

RKEY = "3mzakfuhe222b"


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    created = sandbox.create_account("bluesky", "shop", name="A Shop")
    account = Account(sandbox.origin("bluesky"), created)
    yield account
    account.close()


def test_an_app_password_opens_a_session(account):
    answer = account.post(
        "com.atproto.server.createSession", {"identifier": account.handle.upper(), "password": APP_PASSWORD}
    )

    session = answer.json()
    assert (session["did"], session["handle"], session["active"]) == (account.did, account.handle, True)
    assert session["didDoc"]["service"][0]["serviceEndpoint"] == account.origin
    assert account.post("com.atproto.repo.putRecord", {}, token=session["accessJwt"]).status_code == 401


@pytest.mark.parametrize(
    ("password", "scope"), [(APP_PASSWORD, "com.atproto.appPass"), (MAIN_PASSWORD, "com.atproto.access")]
)
def test_the_scope_tells_an_app_password_from_the_main_one(account, password, scope):
    body = {"identifier": account.handle, "password": password}
    session = account.post("com.atproto.server.createSession", body).json()

    assert jwt.decode(session["accessJwt"], options={"verify_signature": False})["scope"] == scope


def test_a_wrong_password_is_refused_and_counted(account):
    body = {"identifier": account.did, "password": "wrong"}
    answers = [account.post("com.atproto.server.createSession", body) for _ in range(31)]

    assert error_of(answers[0]) == (401, "AuthenticationRequired", "Invalid identifier or password")
    assert answers[29].status_code == 401
    assert answers[30].status_code == 429


def test_a_used_refresh_token_leads_to_the_same_successor_for_two_hours(account, sandbox):
    first = account.credentials["refresh_jwt"]
    refresh = "com.atproto.server.refreshSession"

    second, repeated = account.post(refresh, token=first), account.post(refresh, token=first)
    assert (second.status_code, repeated.status_code) == (200, 200)
    assert second.json()["refreshJwt"] == repeated.json()["refreshJwt"]

    sandbox.advance(minutes=121)
    assert error_of(account.post(refresh, token=first)) == (400, "ExpiredToken", "Token has been revoked")
    assert account.post(refresh, token=second.json()["refreshJwt"]).status_code == 200


def test_an_access_token_ends_after_two_hours(account, sandbox):
    assert account.get("com.atproto.server.getSession").json()["handle"] == account.handle

    sandbox.advance(minutes=121)

    assert error_of(account.put(RKEY, post_record("x"))) == (400, "ExpiredToken", "Token has expired")


def test_a_closed_session_cannot_be_refreshed(account):
    token = account.credentials["refresh_jwt"]

    assert account.post("com.atproto.server.deleteSession", token=token).content == b""
    assert account.post("com.atproto.server.refreshSession", token=token).json()["error"] == "ExpiredToken"


def test_a_revoked_token_takes_its_whole_session_along(account, sandbox):
    sandbox.fault("token_revoked", platform="bluesky", account=account.handle)

    assert error_of(account.put(RKEY, post_record("x"))) == (400, "InvalidToken", "Token has been revoked")
    refreshed = account.post("com.atproto.server.refreshSession", token=account.credentials["refresh_jwt"])
    assert refreshed.json()["error"] == "ExpiredToken"


def test_a_refresh_token_is_no_access_token_and_nothing_is_no_token(account):
    refresh = account.credentials["refresh_jwt"]

    assert error_of(account.post("com.atproto.repo.putRecord", {}, token=refresh)) == (
        400,
        "InvalidToken",
        "Bad token scope",
    )
    assert account.post("com.atproto.repo.putRecord", {}, token="a.b.c").json()["error"] == "InvalidToken"
    bare = httpx.post(f"{account.origin}/xrpc/com.atproto.repo.putRecord", json={}, trust_env=False)
    assert error_of(bare) == (401, "AuthMissing", "Authentication Required")


# Identity


def test_handle_and_document_lead_to_each_other(account):
    resolved = account.get("com.atproto.identity.resolveHandle", handle=account.handle).json()
    document = httpx.get(f"{account.origin}/{resolved['did']}", trust_env=False).json()

    assert resolved == {"did": account.did}
    assert document["alsoKnownAs"] == [f"at://{account.handle}"]
    assert document["service"][0]["type"] == "AtprotoPersonalDataServer"
    assert httpx.get(f"{account.origin}/did:plc:aaaabbbbccccddddeeeeffff", trust_env=False).status_code == 404
    assert account.get("com.atproto.identity.resolveHandle", handle="nobody.test").status_code == 400
