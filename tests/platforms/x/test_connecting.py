"""Connecting to X: PKCE, tokens that work once, and who is to blame when they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.x import XAdapter
from apps.platforms.adapters.x.consent import challenge
from apps.platforms.calls import Feature, cannot
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import AccountDisabled, ConsentRefused, Disconnected, NotSent, Throttled, Uncertain
from tests.platforms.conformance.bench import CALLBACK
from tests.platforms.x.conftest import CLIENT, ME

TOKEN = "POST /2/oauth2/token"
EVERYTHING = " ".join(XAdapter.scopes)
TOKENS = {
    "token_type": "bearer",
    "expires_in": 7200,
    "access_token": "access-token-2",
    "scope": EVERYTHING,
    "refresh_token": "refresh-token-2",
}
PROFILE = {"data": {"id": ME, "name": "Acme", "username": "acme", "subscription_type": "None"}}
DEAD = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}


def walk(adapter, client=CLIENT, **answer):
    start = adapter.begin_consent(client=client, redirect_uri=CALLBACK, state="s")
    given = {"code": "code-1", "state": "s", **answer}
    return adapter.finish_consent(client=client, redirect_uri=CALLBACK, answer=given, keep=start.keep)


def form_of(server, number=0):
    return dict(parse_qsl(server.bodies[number].decode()))


def test_a_challenge_is_the_digest_of_its_verifier():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_consent_page_is_asked_for_all_scopes_with_a_challenge(x):
    _, adapter = x({})
    start = adapter.begin_consent(client=CLIENT, redirect_uri=CALLBACK, state="s")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(start.authorize_url).query).items()}
    assert urlsplit(start.authorize_url).path == "/i/oauth2/authorize"
    assert asked["scope"] == EVERYTHING
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["code_challenge"] not in start.keep.reveal()


def test_an_app_with_a_secret_shows_it_in_the_header_and_nowhere_else(x, sent):
    server, adapter = x({TOKEN: [(200, TOKENS)], "GET /2/users/me": [(200, PROFILE)]})
    consent = walk(adapter)
    assert sent[0].headers["authorization"] == "Basic bXlfY2xpZW50X2lkOm15X2NsaWVudF9zZWNyZXQ="
    assert set(form_of(server)) == {"grant_type", "code", "redirect_uri", "code_verifier"}
    assert consent.credential.refresh_token == Secret("refresh-token-2")
    assert consent.channels[0].url.endswith("/acme")


def test_an_app_without_a_secret_names_itself_in_the_form(x, sent):
    server, adapter = x({TOKEN: [(200, TOKENS)], "GET /2/users/me": [(200, PROFILE)]})
    walk(adapter, OAuthClient("public-app"))
    assert "authorization" not in sent[0].headers
    assert form_of(server)["client_id"] == "public-app"


def test_a_consent_without_uploads_is_told_at_once(x):
    partly = {**TOKENS, "scope": "tweet.read tweet.write users.read offline.access"}
    _, adapter = x({TOKEN: [(200, partly)], "GET /2/users/me": [(200, PROFILE)]})
    consent = walk(adapter)
    assert consent.missing_scopes == ("media.write",)
    assert cannot(XAdapter.calls, consent.credential.scopes) == {Feature.PUBLISH: ("media.write",)}


@pytest.mark.parametrize(
    ("subscription", "long_text", "max_text", "seconds"),
    [("None", "25000", 280, 140), ("Premium", "25000", 25_000, None), ("Basic", "4000", 4000, None)],
)
def test_the_subscription_decides_how_long_texts_and_videos_may_be(
    x, credential, subscription, long_text, max_text, seconds
):
    profile = {"data": {**PROFILE["data"], "subscription_type": subscription}}
    _, adapter = x({"GET /2/users/me": [(200, profile)]}, long_text=long_text)
    limits = adapter.check(credential).limits
    assert (limits["max_text"], limits["max_video_seconds"]) == (max_text, seconds)


@pytest.mark.parametrize(
    ("answer", "error", "part"),
    [
        ((400, DEAD), ConsentRefused, "start again"),
        ((401, {"error": "unauthorized_client"}), ConsentRefused, "operator"),
        ((503, {"title": "Service Unavailable"}), NotSent, "trouble"),
        ((429, {"title": "Too Many Requests"}), Throttled, "slow down"),
        ((200, {"token_type": "bearer"}), NotSent, "no sense"),
    ],
)  # fmt: skip
def test_a_refused_code_says_whose_fault_it_is(x, answer, error, part):
    _, adapter = x({TOKEN: [answer]})
    with pytest.raises(error, match=part) as caught:
        walk(adapter)
    assert "my_client_secret" not in repr(caught.value.evidence)


def test_saying_no_is_told_from_a_failure(x):
    _, adapter = x({})
    with pytest.raises(ConsentRefused, match="declined"):
        walk(adapter, code="", error="access_denied")
    with pytest.raises(ConsentRefused, match="start again"):
        walk(adapter, code="", error="server_error")


# --- refresh


def test_a_refresh_gives_a_new_pair_and_keeps_the_rest(x, credential, clock):
    server, adapter = x({TOKEN: [(200, TOKENS)]})
    renewed = adapter.refresh(credential)
    assert form_of(server) == {"grant_type": "refresh_token", "refresh_token": "refresh-token-1"}
    assert (renewed.access_token, renewed.refresh_token) == (Secret("access-token-2"), Secret("refresh-token-2"))
    assert renewed.expires_at == clock() + timedelta(hours=2)
    assert renewed.facts == credential.facts


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, DEAD), Disconnected),
        ((400, {"error": "invalid_grant"}), Disconnected),
        ((401, {"error": "unauthorized_client"}), NotSent),  # our own id or secret: no account is at fault
        ((400, {"error": "unauthorized_client"}), NotSent),
        ((403, {"title": "Forbidden", "detail": "?"}), NotSent),
        ((403, {"title": "Forbidden", "detail": "Your account is suspended."}), AccountDisabled),
        ((429, {"title": "Too Many Requests"}), Throttled),
        ((402, {"title": "CreditsDepleted"}), Throttled),
        ((408, b""), Uncertain),
        ((500, {}), Uncertain),
        ((200, {}), Uncertain),
        ((200, b"<html>"), Uncertain),
    ],
)
def test_only_a_dead_refresh_token_disconnects_and_a_lost_answer_is_uncertain(x, credential, answer, error):
    _, adapter = x({TOKEN: [answer]})
    with pytest.raises(error) as caught:
        adapter.refresh(credential)
    assert type(caught.value) is error
    assert "refresh-token-1" not in repr(caught.value.evidence)


def test_a_used_refresh_token_is_dead_and_so_is_what_came_of_it(bench, connected):
    renewed = bench.adapter.refresh(connected)
    with pytest.raises(Disconnected):
        bench.adapter.refresh(connected)
    with pytest.raises(Disconnected):
        bench.adapter.refresh(renewed)


def test_without_a_refresh_token_access_ends_with_its_time(x, credential, clock):
    _, adapter = x({})
    lasting = replace(credential, refresh_token=Secret(""))
    assert adapter.refresh(lasting) is lasting
    clock.advance(hours=3)
    with pytest.raises(Disconnected):
        adapter.refresh(lasting)


def test_both_tokens_are_given_back_whatever_x_says(x, credential):
    server, adapter = x({"POST /2/oauth2/revoke": [(500, {}), (200, {"revoked": True})]})
    adapter.revoke(credential)
    assert [form_of(server, n)["token"] for n in (0, 1)] == ["refresh-token-1", "access-token-1"]
