"""Tokens that end, on servers where they do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apps.core.secrets import Secret
from apps.platforms.contract import OAuthClient
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    NotSent,
    Throttled,
    TokenExpired,
    Uncertain,
)
from tests.platforms.mastodon.servers import account_at


def test_a_token_that_ends_is_renewed_with_its_refresh_token(adapter, scripted, clock):
    answer = {"access_token": "T2", "refresh_token": "R2", "expires_in": 3600, "scope": "read write"}
    server = scripted({"POST /oauth/token": [(200, answer)]})
    renewed = adapter.refresh(account_at(server, refresh_token=Secret("R1"), expires_at=clock()))
    assert (renewed.access_token, renewed.refresh_token) == (Secret("T2"), Secret("R2"))
    assert renewed.expires_at == clock() + timedelta(hours=1)
    assert renewed.facts == {"account_id": "7", "software": "mastodon"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant"}, Disconnected),
        (401, {"error": "invalid_client"}, Disconnected),
        (403, {"error": "unauthorized_client"}, Disconnected),
        (403, b"<html>", NotSent),  # of a machine in front of the server, which says nothing of the token
        (404, b"<html>", NotSent),
        (408, b"", Uncertain),
        (429, {}, Throttled),
        (500, {}, Uncertain),
        (200, b"<html>", Uncertain),
        (200, {"access_token": 5}, Uncertain),
    ],
)
def test_a_failed_renewal_says_whether_the_old_token_may_be_used_up(adapter, scripted, status, body, error):
    server = scripted({"POST /oauth/token": [(status, body)]})
    with pytest.raises(error) as caught:
        adapter.refresh(account_at(server, refresh_token=Secret("R1")))
    assert type(caught.value) is error


def test_a_token_over_its_time_is_renewed_and_a_dead_one_is_not(adapter, scripted, clock):
    server = scripted({"GET /api/v1/accounts/verify_credentials": [(401, {"error": "The access token expired"})]})
    over = account_at(server, refresh_token=Secret("R1"), expires_at=clock())
    with pytest.raises(TokenExpired):
        adapter.check(over)
    for dead in (replace(over, expires_at=clock() + timedelta(hours=1)), replace(over, refresh_token=Secret(""))):
        with pytest.raises(Disconnected):
            adapter.check(dead)


def test_a_forgotten_registration_shows_in_the_evidence(adapter, scripted):
    forgotten = (401, {"error": "invalid_client", "error_description": "no"})
    server = scripted({"POST /oauth/token": [(400, {"error": "invalid_grant"}), forgotten]})
    client = OAuthClient("CID", Secret("SEC"), server.origin)
    keep = adapter.begin_consent(client=client, redirect_uri="https://p.example/", state="s").keep
    with pytest.raises(ConsentRefused) as caught:
        adapter.finish_consent(client=client, redirect_uri="https://p.example/", answer={"code": "c"}, keep=keep)
    assert caught.value.evidence.code == "invalid_client"
    with pytest.raises(ConsentRefused) as caught:
        adapter.begin_consent(client=client, redirect_uri="https://p.example/", state="s")
    assert caught.value.evidence.code == "invalid_client"


def test_giving_back_a_token_is_only_tried_again_when_the_server_is_ill(adapter, scripted):
    adapter.revoke(account_at(scripted({"POST /oauth/revoke": [(403, {"error": "unauthorized_client"})]})))
    with pytest.raises(NotSent):
        adapter.revoke(account_at(scripted({"POST /oauth/revoke": [(503, {})]})))
