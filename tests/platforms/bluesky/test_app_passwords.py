"""Signing in with an app password."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.platforms.errors import (
    ConsentRefused,
    Throttled,
)
from tests.platforms.bluesky.connecting import sign_in
from tests.platforms.bluesky_world import DID, HANDLE, PDS, error


def test_an_app_password_connects(adapter, clock):
    credential = sign_in(adapter).credential

    assert (credential.remote_user_id, credential.server) == (DID, PDS)
    assert credential.expires_at == clock() + timedelta(minutes=120)
    assert credential.refresh_expires_at == clock() + timedelta(days=90)
    assert adapter.check(credential).handle == HANDLE


def test_the_main_password_is_refused_and_its_session_closed(adapter, network):
    network.session_scope = "com.atproto.access"

    with pytest.raises(ConsentRefused, match="app password"):
        sign_in(adapter)

    assert network.refresh_tokens == {}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(401, "AuthenticationRequired"), "handle and app password"),
        (error(401, "AuthFactorTokenRequired"), "main password"),
        (error(401, "AccountTakedown"), "suspended"),
    ],
    ids=["wrong", "second factor", "suspended"],
)
def test_a_refused_sign_in_is_told_in_words(adapter, network, answer, words):
    network.fail("createSession", answer)

    with pytest.raises(ConsentRefused, match=words):
        sign_in(adapter)


def test_a_deactivated_account_is_not_connected(adapter, network):
    network.active = {"active": False, "status": "deactivated"}

    with pytest.raises(ConsentRefused, match="deactivated"):
        sign_in(adapter)


def test_too_many_sign_ins_are_throttled_until_the_server_says(adapter, network, clock):
    reset = clock() + timedelta(minutes=5)
    network.fail("createSession", error(429, "RateLimitExceeded", ratelimit_reset=str(int(reset.timestamp()))))

    with pytest.raises(Throttled) as throttled:
        sign_in(adapter)

    assert throttled.value.retry_at == reset
