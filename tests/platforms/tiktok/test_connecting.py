from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.secrets import Secret
from apps.platforms.adapters.tiktok.consent import challenge
from apps.platforms.errors import ConsentRefused, Disconnected, NotSent, Throttled, Uncertain
from tests.platforms.tiktok.conftest import CLIENT, OPEN_ID, fine, refused

TOKEN, WHO, CREATOR = "POST /v2/oauth/token/", "GET /v2/user/info/", "POST /v2/post/publish/creator_info/query/"
WEB = "https://app.example.com/cb/tiktok/"
TOKENS = {
    "access_token": "act.testAccess01", "expires_in": 7200, "open_id": OPEN_ID, "refresh_token": "rft.testRefresh01",
    "refresh_expires_in": 15552000, "scope": "user.info.basic,video.publish,video.upload,video.list",
    "token_type": "Bearer",
}  # fmt: skip
SOMEBODY = fine(user={"open_id": OPEN_ID, "display_name": "Demo Shop", "avatar_url": "https://p16.example.com/a"})
CAPPED = refused(200, "spam_risk_too_many_posts")


def asked(adapter, redirect_uri):
    start = adapter.begin_consent(client=CLIENT, redirect_uri=redirect_uri, state="s")
    return start, {name: value[0] for name, value in parse_qs(urlsplit(start.authorize_url).query).items()}


def test_the_challenge_is_hexadecimal_and_not_the_form_everybody_else_wants():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"


def test_a_web_app_has_no_pkce_and_an_app_on_this_machine_has(tiktok):
    _, adapter = tiktok({})
    start, query = asked(adapter, WEB)
    assert (query["client_key"], query["disable_auto_auth"]) == ("awtest", "1")
    assert query["scope"].split(",") == list(adapter.scopes)
    assert "code_challenge" not in query
    assert "client_id" not in query

    start, query = asked(adapter, "http://localhost:8000/back")
    assert query["code_challenge"] == challenge(json.loads(start.keep.reveal())["verifier"])


def test_a_code_is_sent_as_it_was_read_from_the_address_and_what_was_unticked_is_told(tiktok, clock):
    server, adapter = tiktok({TOKEN: [(200, TOKENS)], WHO: [SOMEBODY], CREATOR: [CAPPED]})
    start, _ = asked(adapter, WEB)
    consent = adapter.finish_consent(client=CLIENT, redirect_uri=WEB, answer={"code": "CODE*0!"}, keep=start.keep)

    form = server.bodies[0].decode()
    assert "code=CODE%2A0%21" in form
    assert "redirect_uri=https%3A%2F%2Fapp.example.com%2Fcb%2Ftiktok%2F" in form
    assert "code_verifier" not in form
    credential = consent.credential
    assert (credential.expires_at - clock()).total_seconds() == 7200
    assert (credential.refresh_expires_at - clock()).total_seconds() == 15552000
    assert consent.missing_scopes == ("user.info.profile", "user.info.stats")
    assert "username" not in server.requests[1][1], "a field without its scope would be silently absent"
    assert (consent.channels[0].handle, consent.channels[0].avatar_url) == ("Demo Shop", "")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {"error": "invalid_grant", "error_description": "Used", "log_id": "L"}), ConsentRefused),
        ((400, {"error": "invalid_client", "error_description": "Key", "log_id": "L"}), ConsentRefused),
        ((503, b""), NotSent),
        ((200, b"<html>"), NotSent),
        (refused(429, "rate_limit_exceeded"), Throttled),
    ],
)
def test_a_code_that_is_not_taken_gives_nothing(tiktok, answer, error):
    _, adapter = tiktok({TOKEN: [answer]})
    with pytest.raises(error):
        adapter.finish_consent(client=CLIENT, redirect_uri=WEB, answer={"code": "c"}, keep=Secret("{}"))


def test_a_renewed_token_replaces_the_old_one_and_the_used_one_is_dead(bench, connected):
    renewed = bench.adapter.refresh(connected)
    assert renewed.refresh_token != connected.refresh_token
    assert bench.adapter.check(renewed).limits == {"max_video_seconds": 600}
    with pytest.raises(Disconnected):
        bench.adapter.refresh(connected)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {"error": "invalid_grant", "error_description": "Over", "log_id": "L"}), Disconnected),
        ((200, {"error": "invalid_grant"}), Disconnected),
        ((401, {"error": "invalid_client"}), NotSent),
        ((400, {"error": "invalid_request"}), NotSent),
        ((500, {"error": "server_error"}), Uncertain),
        ((200, {"data": {}}), Uncertain),
        ((429, {"error": "rate_limit_exceeded"}), Throttled),
    ],
)
def test_only_a_dead_refresh_token_ends_a_connection(tiktok, credential, answer, error):
    _, adapter = tiktok({TOKEN: [answer]})
    with pytest.raises(error):
        adapter.refresh(credential)


def test_lives_that_are_not_told_are_not_made_up(tiktok, credential):
    _, adapter = tiktok({TOKEN: [(200, {"access_token": "act.new", "refresh_token": "rft.new", "expires_in": "soon"})]})
    renewed = adapter.refresh(credential)
    assert (renewed.expires_at, renewed.scopes, renewed.refresh_token.reveal()) == (None, credential.scopes, "rft.new")


def test_whoever_has_no_refresh_token_reconnects(tiktok, credential):
    _, adapter = tiktok({})
    with pytest.raises(Disconnected):
        adapter.refresh(replace(credential, refresh_token=Secret("")))
