from __future__ import annotations

import dataclasses
import json

import pytest

from apps.core.secrets import Secret
from apps.platforms.errors import (
    ConsentRefused,
    Disconnected,
    MissingPermission,
    NotSent,
    Throttled,
    TokenExpired,
    Uncertain,
)


def test_a_consent_gives_tokens_and_the_channels_to_choose_from(bench):
    consent = bench.consent()

    (channel,) = consent.channels
    assert consent.missing_scopes == ()
    assert consent.credential.access_token
    assert consent.credential.remote_user_id
    assert channel.remote_id
    assert channel.handle
    assert channel.name


def test_what_a_consent_gives_survives_a_row_in_the_database(bench):
    consent = bench.consent()
    credential, (channel,) = consent.credential, consent.channels
    for stored in (credential.facts, channel.limits):
        assert json.loads(json.dumps(dict(stored))) == dict(stored)
    assert all(isinstance(secret, Secret) for secret in credential.extra.values())


def test_a_declined_consent_is_refused_in_words(bench):
    with pytest.raises(ConsentRefused) as caught:
        bench.consent(allow=False)
    assert caught.value.words


def test_the_health_read_tells_whose_token_it_is(bench, credential):
    profile = bench.adapter.check(credential)
    assert profile.remote_id == credential.channel_id
    assert profile.handle


def test_a_revoked_token_is_disconnected_wherever_it_is_used(bench, credential):
    written = bench.post()
    staged = bench.stage(written, credential, key="key-1")
    bench.revoke_tokens()

    for call in (
        lambda: bench.adapter.check(credential),
        lambda: bench.adapter.stage(bench.post(pictures=1), credential, key="key-2", before=None),
        lambda: bench.adapter.commit(written, staged, credential, key="key-1"),
    ):
        # A short-lived access token may only say that it is over; then the refresh says that it is over for good.
        with pytest.raises((Disconnected, TokenExpired)) as caught:
            call()
        assert caught.value.words
        if isinstance(caught.value, TokenExpired):
            with pytest.raises(Disconnected):
                bench.adapter.refresh(credential)
    assert bench.seen() == []


def test_tokens_that_were_given_back_are_dead_and_giving_them_back_twice_is_fine(bench, credential):
    bench.adapter.revoke(credential)
    bench.adapter.revoke(credential)
    assert bench.adapter.check(bench.connect()).remote_id == credential.channel_id


def test_a_consent_without_the_right_to_publish_is_told_apart(bench):
    credential = bench.limited()
    written = bench.post(pictures=1)
    with pytest.raises(MissingPermission):
        bench.publish(written, credential)
    assert bench.seen() == []


def test_a_refreshed_credential_works_and_keeps_what_it_knew(bench, credential):
    bench.clock.advance(hours=25)
    renewed = bench.adapter.refresh(credential)

    assert renewed.remote_user_id == credential.remote_user_id
    assert renewed.scopes == credential.scopes
    assert renewed.client == credential.client
    assert renewed.server == credential.server
    assert set(renewed.facts) == set(credential.facts)
    assert bench.adapter.check(renewed).remote_id == credential.channel_id
    if renewed.access_token != credential.access_token:
        assert renewed.expires_at is not None
        assert renewed.expires_at > bench.clock()


@pytest.mark.parametrize("fault", ["error_before", "lost_before", "error_after", "lost_after"])
def test_a_failed_health_read_never_disconnects(bench, credential, fault):
    bench.strike(fault, "check")
    with pytest.raises(NotSent):
        bench.adapter.check(credential)
    assert bench.adapter.check(credential).remote_id == credential.channel_id


def test_a_throttled_health_read_says_when_to_come_back(bench, credential):
    bench.strike("rate_limited", "check")
    with pytest.raises(Throttled) as caught:
        bench.adapter.check(credential)
    assert caught.value.retry_at is None or caught.value.retry_at > bench.clock()


def test_a_garbled_health_read_never_disconnects(bench, credential):
    bench.strike("garbage", "check")
    with pytest.raises(NotSent):
        bench.adapter.check(credential)


@pytest.mark.parametrize("fault", ["error_before", "lost_before", "error_after", "lost_after", "garbage"])
def test_a_failed_refresh_never_disconnects(bench, credential, fault):
    bench.clock.advance(hours=25)
    if not can_refresh(bench, credential):
        assert bench.adapter.refresh(credential) == credential
        return
    bench.strike(fault, "refresh")
    with pytest.raises((NotSent, Uncertain)):
        bench.adapter.refresh(credential)


def can_refresh(bench, credential):
    """Whether this platform's tokens end at all."""
    return credential.expires_at is not None


def test_a_credential_is_shown_without_its_secrets(bench, credential):
    shown = repr(credential) + str(dataclasses.asdict(bench.consent().channels[0]))
    assert credential.access_token.reveal() not in shown
