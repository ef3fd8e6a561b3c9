"""Connecting an Instagram account, and keeping it connected."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.instagram import InstagramAdapter
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    Throttled,
)
from tests.platforms.instagram.answers import (
    CALLBACK,
    ME,
    error,
    forms,
)

SHORT = {"access_token": "IGAA-short", "user_id": 17841400000000001, "permissions": "instagram_business_basic"}
EVERYTHING = ",".join(InstagramAdapter.scopes)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({**SHORT, "permissions": EVERYTHING}, 0),
        ({"data": [{**SHORT, "permissions": EVERYTHING.split(",")}]}, 0),
        (SHORT, 3),
        ({"access_token": "IGAA-short"}, 0),
        ({**SHORT, "permissions": ""}, 0),
    ],
)
def test_a_consent_is_exchanged_for_a_long_token_of_the_account(instagram, clock, given, missing):
    profile = {"id": "99", "user_id": ME, "username": "acme", "account_type": "BUSINESS"}
    server, adapter = instagram(
        {
            "POST /oauth/access_token": [(200, given)],
            "GET /access_token": [(200, {"access_token": "IGAA-long", "token_type": "bearer", "expires_in": 5183944})],
            "GET /v26.0/me": [(200, profile)],
        }
    )
    client = OAuthClient("app", Secret("app-secret"))
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s")
    asked = parse_qs(urlsplit(start.authorize_url).query)
    assert asked["scope"] == [EVERYTHING]
    assert asked["redirect_uri"] == [CALLBACK]

    answer = {"code": "code-1#_", "state": "s"}
    consent = adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=answer, keep=start.keep)

    assert forms(server, "/oauth/access_token")[0]["code"] == "code-1"
    assert len(consent.missing_scopes) == missing
    assert consent.credential.access_token == Secret("IGAA-long")
    assert consent.credential.remote_user_id == consent.channels[0].remote_id == ME
    assert consent.credential.facts["app_scoped_id"] == "99"
    assert consent.credential.expires_at == clock() + timedelta(seconds=5183944)


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        (
            {
                "POST /oauth/access_token": [
                    (400, {"error_type": "OAuthException", "code": 400, "error_message": "Invalid"})
                ]
            },
            True,
        ),
        ({"POST /oauth/access_token": [error(190)]}, True),
        ({"POST /oauth/access_token": [(500, b"oops")]}, False),
        ({"POST /oauth/access_token": [(200, b"<html>")]}, False),
        ({"POST /oauth/access_token": [(200, SHORT)], "GET /access_token": [error(2, status=500)]}, False),
    ],
)
def test_a_consent_that_fails_is_refused_or_may_be_tried_again(instagram, answers, refused):
    _, adapter = instagram(answers)
    client = OAuthClient("app", Secret("app-secret"))
    with pytest.raises(ConsentRefused if refused else NotSent):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}"))


def test_a_personal_account_is_refused_with_the_reason(instagram):
    _, adapter = instagram(
        {
            "POST /oauth/access_token": [(200, SHORT)],
            "GET /access_token": [(200, {"access_token": "IGAA-long"})],
            "GET /v26.0/me": [(200, {"id": "99", "user_id": ME, "username": "acme", "account_type": "PERSONAL"})],
        }
    )
    client = OAuthClient("app", Secret("app-secret"))
    with pytest.raises(ConsentRefused, match="professional"):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}"))


@pytest.mark.parametrize("code", [190, 10, 100])
def test_an_account_that_instagram_does_not_show_is_not_connected(instagram, code):
    tokens = {"POST /oauth/access_token": [(200, SHORT)], "GET /access_token": [(200, {"access_token": "IGAA-long"})]}
    _, adapter = instagram({**tokens, "GET /v26.0/me": [error(code)]})
    client = OAuthClient("app", Secret("app-secret"))
    with pytest.raises(ConsentRefused):
        adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer={"code": "c"}, keep=Secret("{}"))


def test_what_needs_an_app_or_a_password_is_refused(instagram):
    _, adapter = instagram({})
    assert adapter.resolve_server("anything") == ""
    with pytest.raises(ConsentRefused):
        adapter.register(server="", redirect_uri=CALLBACK)
    with pytest.raises(ConsentRefused):
        adapter.sign_in(server="", identifier="acme", password=Secret("x"))


def test_a_young_token_is_not_renewed_and_an_old_one_is(instagram, credential, clock):
    renewed = {"access_token": "IGAA-next", "expires_in": 5184000, "permissions": "instagram_business_basic"}
    server, adapter = instagram({"GET /refresh_access_token": [(200, renewed)]})
    assert adapter.refresh(credential) is credential
    assert server.requests == []

    clock.advance(hours=24)
    after = adapter.refresh(credential)
    assert after.access_token == Secret("IGAA-next")
    assert after.expires_at == clock() + timedelta(days=60)
    assert adapter.refresh(after) is after


def test_a_token_over_its_time_cannot_be_renewed(instagram, credential, clock):
    server, adapter = instagram({})
    clock.advance(days=60)
    with pytest.raises(Disconnected):
        adapter.refresh(credential)
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error(190), Disconnected),
        (error(10), MissingPermission),
        (error(100), NotSent),
        (error(4), Throttled),
        ((200, {}), NotSent),
    ],
)
def test_a_renewal_that_fails_says_what_to_do(instagram, credential, clock, answer, expected):
    _, adapter = instagram({"GET /refresh_access_token": [answer]})
    clock.advance(days=2)
    with pytest.raises(expected):
        adapter.refresh(credential)


def test_giving_a_token_back_never_fails(instagram, credential):
    for answer in ((200, {"success": True}), error(190), (500, b"")):
        _, adapter = instagram({"DELETE /v26.0/me/permissions": [answer]})
        adapter.revoke(credential)
