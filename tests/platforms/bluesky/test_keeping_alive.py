"""Refreshing, checking and giving back a connection of either kind."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from apps.platforms.errors import (
    Disconnected,
    NotSent,
    TokenExpired,
    Uncertain,
)
from tests.platforms import bluesky_world as world
from tests.platforms.bluesky.connecting import connect, sign_in
from tests.platforms.bluesky_world import DID, HANDLE, OTHER_DID, error


def test_a_consent_is_refreshed_with_the_key_it_was_given_to(adapter, network):
    credential = connect(adapter, network).credential

    fresh = adapter.refresh(credential)

    assert fresh.access_token != credential.access_token
    assert fresh.refresh_token != credential.refresh_token
    assert fresh.extra == credential.extra
    assert adapter.check(fresh).remote_id == DID


def test_a_refresh_token_shown_twice_is_a_dead_connection(adapter, network):
    credential = connect(adapter, network).credential
    adapter.refresh(credential)

    with pytest.raises(Disconnected):
        adapter.refresh(credential)


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (httpx.ReadTimeout("slow"), True),
        (httpx.Response(500), False),
        (httpx.Response(408), True),
        (httpx.Response(200, text="<html>"), True),
    ],
    ids=["no answer", "server error", "timeout", "garbage"],
)
def test_a_lost_answer_to_a_consents_refresh_is_uncertain(adapter, network, outcome, after):
    credential = connect(adapter, network).credential
    network.fail("/oauth/token", error(400, "use_dpop_nonce", dpop_nonce=network.nonce))
    network.fail("/oauth/token", outcome, after=after)

    with pytest.raises(Uncertain):
        adapter.refresh(credential)


def test_a_refresh_that_never_left_may_be_tried_again(adapter, network):
    credential = connect(adapter, network).credential
    network.fail("/oauth/token", httpx.ConnectError("refused"))

    with pytest.raises(NotSent):
        adapter.refresh(credential)
    assert adapter.refresh(credential).remote_user_id == DID


def test_a_page_in_front_of_the_server_says_nothing_of_a_consent(adapter, network):
    credential = connect(adapter, network).credential
    network.fail("/oauth/token", error(400, "use_dpop_nonce", dpop_nonce=network.nonce))
    network.fail("/oauth/token", httpx.Response(403, text="<html>"))

    with pytest.raises(NotSent):
        adapter.refresh(credential)
    assert adapter.refresh(credential).remote_user_id == DID


@pytest.mark.parametrize(
    "outcome", [httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(200, text="<html>")]
)
def test_a_lost_answer_to_a_sessions_refresh_may_simply_be_repeated(adapter, network, outcome):
    credential = sign_in(adapter).credential
    network.fail("refreshSession", outcome, after=True)

    with pytest.raises(NotSent):
        adapter.refresh(credential)
    assert adapter.check(adapter.refresh(credential)).remote_id == DID


def test_a_revoked_app_password_is_a_dead_connection(adapter, network):
    credential = sign_in(adapter).credential
    network.refresh_tokens.clear()

    with pytest.raises(Disconnected):
        adapter.refresh(credential)


@pytest.mark.parametrize("kind", [connect, lambda adapter, network: sign_in(adapter)], ids=["consent", "app password"])
def test_an_access_token_over_its_time_asks_for_a_refresh(adapter, network, kind):
    credential = kind(adapter, network).credential
    network.access_tokens.clear()

    with pytest.raises(TokenExpired):
        adapter.check(credential)
    assert adapter.check(adapter.refresh(credential)).remote_id == DID


@pytest.mark.parametrize("kind", [connect, lambda adapter, network: sign_in(adapter)], ids=["consent", "app password"])
def test_a_connection_is_given_back_and_dead_is_dead(adapter, network, kind):
    credential = kind(adapter, network).credential

    adapter.revoke(credential)
    adapter.revoke(credential)

    assert network.refresh_tokens == {}


@pytest.mark.parametrize("status", ["deactivated", "suspended", "takendown", "something new"])
def test_an_account_that_may_not_act_is_disconnected(adapter, network, status):
    credential = sign_in(adapter).credential
    network.active = {"active": False, "status": status}

    with pytest.raises(Disconnected):
        adapter.check(credential)


def test_a_credential_of_another_account_is_noticed(adapter):
    credential = replace(sign_in(adapter).credential, remote_user_id=OTHER_DID)

    with pytest.raises(Disconnected):
        adapter.check(credential)


@pytest.mark.parametrize("outcome", [httpx.ConnectError("gone"), error(400, "RepoNotFound")], ids=["gone", "unknown"])
def test_an_account_that_moved_to_another_server_is_disconnected(adapter, network, outcome):
    credential = sign_in(adapter).credential
    network.documents[DID] = world.document(DID, HANDLE, "https://elsewhere.acme.test")
    network.fail("getSession", outcome)

    with pytest.raises(Disconnected, match="no longer on the server"):
        adapter.check(credential)


def test_a_server_that_is_down_has_not_lost_its_accounts(adapter, network):
    credential = sign_in(adapter).credential
    network.fail("getSession", httpx.ConnectError("gone"))

    with pytest.raises(NotSent):
        adapter.check(credential)


def test_no_error_carries_a_token(adapter, network):
    credential = sign_in(adapter).credential
    token = credential.access_token.reveal()
    network.fail("getSession", error(400, "InvalidToken", f"Bad token {token}"))

    with pytest.raises(Disconnected) as dead:
        adapter.check(credential)

    assert token not in f"{dead.value.evidence} {dead.value}"
