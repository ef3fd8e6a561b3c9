"""Consent and tokens at Google, which several platforms share."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx
import pytest

from apps.core.secrets import Secret
from apps.platforms.contract import Credential, OAuthClient
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, Throttled
from apps.platforms.google import faults, pacific
from apps.platforms.google.oauth import GoogleAccounts, challenge
from apps.platforms.http import Answer
from tests.platforms.conftest import Script

CLIENT = OAuthClient("client-1", Secret("client-secret-1"))
BACK = "https://postroom.example/back"
DEAD = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
GIVEN = {
    "access_token": "ya29.test01", "expires_in": 3599, "refresh_token": "1//0test", "scope": "a b",
    "token_type": "Bearer",
}  # fmt: skip


@pytest.fixture
def google(serve, http, clock):
    def start(*answers):
        server = serve(Script({"POST /token": list(answers), "POST /revoke": list(answers)}))
        return server, GoogleAccounts(http, clock, "YouTube", login=server.origin, tokens=server.origin)

    return start


@pytest.fixture
def credential(clock) -> Credential:
    return Credential(
        remote_user_id="UC1",
        access_token=Secret("ya29.old"),
        refresh_token=Secret("1//0kept"),
        expires_at=clock(),
        scopes=("a", "b"),
        client=CLIENT,
        facts={"uploads": "UU1"},
        channel_id="UC1",
        channel_kind="channel",
    )


def finish(accounts, answer=None):
    start = accounts.begin(client=CLIENT, redirect_uri=BACK, state="s", scopes=("a", "b"), hint="ann@example.org")
    asked = dict(httpx.URL(start.authorize_url).params)
    back = accounts.finish(client=CLIENT, redirect_uri=BACK, answer=answer or {"code": "4/0x"}, keep=start.keep)
    return asked, back


def test_the_challenge_of_a_verifier_is_as_documented():
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_code_is_exchanged_with_the_verifier_that_the_page_was_challenged_with(google, clock):
    server, accounts = google((200, GIVEN))
    asked, credential = finish(accounts)

    form = dict(parse_qsl(server.bodies[0].decode()))
    assert challenge(form["code_verifier"]) == asked["code_challenge"]
    assert asked["login_hint"] == "ann@example.org"
    assert (form["client_id"], form["client_secret"]) == ("client-1", "client-secret-1")
    assert (form["grant_type"], form["redirect_uri"]) == ("authorization_code", BACK)
    assert credential.expires_at == clock() + timedelta(seconds=3599)
    assert credential.scopes == ("a", "b")
    assert credential.refresh_expires_at is None


def test_access_for_a_time_ends_when_google_says(google, clock):
    _, accounts = google((200, {**GIVEN, "refresh_token_expires_in": 86400}))
    _, credential = finish(accounts)
    assert credential.refresh_expires_at == clock() + timedelta(days=1)


def id_token(payload: bytes) -> str:
    return "e30." + base64.urlsafe_b64encode(payload).rstrip(b"=").decode() + ".c2ln"


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        ({}, True),
        ({"iss": "accounts.google.com"}, True),  # as it is written in older ones
        ({"iss": "https://accounts.example.com"}, False),
        ({"aud": "another-client"}, False),
        ({"aud": ["client-1"]}, False),
        ({"exp": -301}, False),
        ({"exp": -1}, True),  # our clock may be ahead
        ({"exp": "soon"}, False),
        ({"sub": 5}, False),
        ({"sub": ""}, False),
    ],
)
def test_whose_consent_it_is_is_known_from_the_token_that_says_so(google, clock, said, is_known):
    now = int(clock().timestamp())
    if isinstance(said.get("exp"), int):
        said = {**said, "exp": now + said["exp"]}
    whole = {"iss": "https://accounts.google.com", "aud": "client-1", "sub": "1105", "exp": now + 3600, **said}
    _, accounts = google((200, {**GIVEN, "id_token": id_token(json.dumps(whole).encode())}))
    _, credential = finish(accounts)
    assert credential.facts == ({"shared_consent": "google:1105"} if is_known else {})


@pytest.mark.parametrize("token", [id_token(b"[]"), id_token(b'{"sub":'), "rubbish", "a.\u00e9.b", ""])
def test_a_token_that_cannot_be_read_keeps_nobody_from_connecting(google, token):
    _, accounts = google((200, {**GIVEN, "id_token": token}))
    _, credential = finish(accounts)
    assert (credential.access_token, credential.facts) == (Secret("ya29.test01"), {})


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"error": "server_error"}, {"state": "s"}])
def test_a_consent_that_was_not_given_is_refused(google, answer):
    server, accounts = google((200, GIVEN))
    with pytest.raises(ConsentRefused):
        finish(accounts, answer)
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {"error": "invalid_grant", "error_description": "Bad Request"}), ConsentRefused),
        ((401, {"error": "invalid_client"}), ConsentRefused),
        ((400, {"error": "redirect_uri_mismatch"}), ConsentRefused),
        ((500, b"<html>"), NotSent),
        ((200, {}), NotSent),
        ((429, {}), Throttled),
    ],
)
def test_a_code_that_is_not_taken(google, answer, error):
    _, accounts = google(answer)
    with pytest.raises(error):
        finish(accounts)


def test_refreshing_keeps_the_old_refresh_token_and_all_that_was_known(google, credential, clock):
    _, accounts = google((200, {"access_token": "ya29.new", "expires_in": 3599}))
    renewed = accounts.refresh(credential)
    assert renewed.access_token == Secret("ya29.new")
    assert renewed.refresh_token == Secret("1//0kept")
    assert (renewed.scopes, renewed.facts, renewed.channel_id) == (("a", "b"), {"uploads": "UU1"}, "UC1")
    assert renewed.expires_at > clock()


def test_a_new_refresh_token_and_fewer_scopes_are_taken_over(google, credential):
    _, accounts = google((200, {"access_token": "ya29.new", "refresh_token": "1//0new", "scope": "a"}))
    renewed = accounts.refresh(credential)
    assert (renewed.refresh_token, renewed.scopes) == (Secret("1//0new"), ("a",))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, DEAD), Disconnected),
        ((400, {**DEAD, "error_subtype": "invalid_rapt"}), Disconnected),
        ((400, {"error": "admin_policy_enforced"}), Disconnected),
        ((401, {"error": "invalid_client"}), NotSent),
        ((401, {"error": "deleted_client"}), NotSent),
        ((401, {"error": "unauthorized_client"}), NotSent),
        ((400, {"error": "internal_failure"}), NotSent),
        ((503, {"error": "temporarily_unavailable"}), NotSent),
        ((500, {"error": "server_error"}), NotSent),
        ((500, DEAD), NotSent),
        ((400, {"error": "something_new"}), NotSent),
        ((200, {"access_token": 7}), NotSent),
        ((200, b"<html>"), NotSent),
        ((302, b""), NotSent),
        ((429, {}), Throttled),
    ],
    ids=str,
)
def test_only_google_saying_so_ends_a_connection(google, credential, answer, error):
    _, accounts = google(answer)
    with pytest.raises(error) as caught:
        accounts.refresh(credential)
    assert "client-secret-1" not in repr(caught.value.evidence)


def test_giving_back_never_fails(google, credential):
    for answer in ((200, {}), (400, {"error": "invalid_token"}), (500, b"")):
        server, accounts = google(answer)
        accounts.revoke(credential)
        assert server.bodies == [b"token=1%2F%2F0kept"]


# --- days and errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 21, 10, tzinfo=UTC), datetime(2026, 11, 22, 8, tzinfo=UTC)),
        (datetime(2026, 11, 22, 7, 59, tzinfo=UTC), datetime(2026, 11, 22, 8, tzinfo=UTC)),
        (datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),  # that day has 25 hours
    ],
)
def test_a_quota_ends_at_midnight_in_california_summer_and_winter(now, midnight):
    assert pacific.next_midnight(now) == midnight


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error":{"code":403,"errors":[{"reason":"quotaExceeded"}]}}', "quotaExceeded"),
        (b'{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED"}]}}', "SERVICE_DISABLED"),
        (b'{"error":{"errors":[3,{"reason":5}],"details":"x"}}', ""),
        (b'{"error":[]}', ""),
        (b"<html>", ""),
    ],
)
def test_the_most_exact_reason_is_read(body, reason):
    assert faults.read_fault(Answer(403, httpx.Headers(), body)).reason == reason
