from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from pytest_django import Settings

from apps.core import clock as house_clock
from apps.events.models import Event
from apps.governor.lanes import Lane
from apps.social_accounts import services
from apps.social_accounts.models import Grant, SocialAccount
from apps.social_accounts.services.marking import mark_signed_out
from apps.social_accounts.states import AccountState, GrantState
from tests.social_accounts.conftest import Connecting

pytestmark = pytest.mark.django_db


def refreshed(connecting: Connecting, account: SocialAccount) -> bool:
    return services.refresh_grant(organization_id=account.organization_id, grant_id=account.grant_id)  # type: ignore[arg-type]


def grant_of(connecting: Connecting, account: SocialAccount) -> Grant:
    with connecting.manager.scope():
        return Grant.objects.get(pk=account.grant_id)


def state_of(connecting: Connecting, account: SocialAccount) -> str:
    with connecting.manager.scope():
        return SocialAccount.objects.get(pk=account.pk).state


def its_turn(connecting: Connecting, account: SocialAccount, **changes: object) -> None:
    """Its pause is over; the simulated platforms keep their own time, so the clock is left alone."""
    with connecting.manager.scope():
        Grant.objects.filter(pk=account.grant_id).update(refresh_at=house_clock.now(), **changes)


def test_a_refresh_stores_the_new_pair_before_anything_uses_it(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    before = grant_of(connecting, account)

    assert refreshed(connecting, account)

    after = grant_of(connecting, account)
    assert after.refresh_token != before.refresh_token
    assert after.version == before.version + 1
    with connecting.manager.scope():
        credential = services.credential_for(SocialAccount.objects.get(pk=account.pk))
    assert services.adapter_for("bluesky", is_test=False, lane=Lane.HEALTH).check(credential).handle == account.handle


def test_one_refresher_at_a_time(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    with connecting.manager.scope():
        Grant.objects.filter(pk=account.grant_id).update(refresh_started_at=house_clock.now())

    assert not refreshed(connecting, account)
    assert connecting.sandbox.count("bluesky", "refresh") == 0


def test_only_tokens_near_their_end_are_refreshed(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    assert services.refresh_expiring(now=house_clock.now()) == 0

    end = grant_of(connecting, account).expires_at
    assert end is not None
    assert services.refresh_expiring(now=end - timedelta(minutes=1)) == 1


def test_a_dead_grant_marks_its_account_once(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    connecting.sandbox.revoke_tokens("bluesky", "harbourcoffee.test")

    for _ in range(4):
        its_turn(connecting, account)
        refreshed(connecting, account)

    assert state_of(connecting, account) == AccountState.NEEDS_REAUTH
    assert grant_of(connecting, account).state == GrantState.DEAD
    with connecting.manager.scope():
        (told,) = Event.objects.filter(name="account.needs_reauth")
    assert (told.subject_id, told.workspace_id) == (account.grant_id, account.workspace_id)
    assert [listed["id"] for listed in told.payload["accounts"]] == [str(account.pk)]


def test_a_platform_that_is_ill_disconnects_nobody(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    connecting.sandbox.fault("error_before", platform="bluesky", path="refresh", times=None)

    assert not refreshed(connecting, account)

    assert state_of(connecting, account) == AccountState.ACTIVE
    assert grant_of(connecting, account).refresh_started_at is None


def test_a_lost_answer_leads_to_one_more_try_and_then_to_a_person(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    connecting.sandbox.fault("lost_after", platform="bluesky", path="refresh")

    assert not refreshed(connecting, account)
    assert grant_of(connecting, account).state == GrantState.SUSPECT
    assert state_of(connecting, account) == AccountState.ACTIVE

    # The old access token goes on working, and is used until its end.
    asked = connecting.sandbox.count("bluesky", "refresh")
    its_turn(connecting, account)
    assert not refreshed(connecting, account)
    assert connecting.sandbox.count("bluesky", "refresh") == asked
    assert state_of(connecting, account) == AccountState.ACTIVE

    # The first try did reach Bluesky and used the token up, so the second ends the session.
    its_turn(connecting, account, expires_at=house_clock.now() + timedelta(minutes=1))
    assert not refreshed(connecting, account)
    assert connecting.sandbox.count("bluesky", "refresh") > asked
    assert state_of(connecting, account) == AccountState.NEEDS_REAUTH


def test_a_platform_that_stays_silent_disconnects_nobody(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    connecting.sandbox.fault("error_before", platform="bluesky", path="refresh", times=None)

    for _ in range(3):
        assert not refreshed(connecting, account)
        its_turn(connecting, account)
    assert state_of(connecting, account) == AccountState.ACTIVE

    connecting.sandbox.clear()
    its_turn(connecting, account, expires_at=house_clock.now() + timedelta(minutes=1))
    assert refreshed(connecting, account)
    assert grant_of(connecting, account).state == GrantState.ACTIVE


def test_one_refusal_alone_is_not_believed(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    connecting.sandbox.revoke_tokens("bluesky", "harbourcoffee.test")

    refreshed(connecting, account)

    assert grant_of(connecting, account).state == GrantState.SUSPECT
    assert state_of(connecting, account) == AccountState.ACTIVE


def test_a_grant_that_nothing_publishes_with_dies_too(connecting: Connecting) -> None:
    account = connecting.consent("bluesky")
    with connecting.manager.scope():
        SocialAccount.objects.filter(pk=account.pk).update(state=AccountState.MISSING_PERMISSION)
    connecting.sandbox.revoke_tokens("bluesky", "harbourcoffee.test")

    refreshed(connecting, account)
    its_turn(connecting, account)
    refreshed(connecting, account)

    assert grant_of(connecting, account).state == GrantState.DEAD


def test_a_grant_that_cannot_be_opened_keeps_no_other_from_its_refresh(
    connecting: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = connecting.consent("bluesky"), connecting.consent("bluesky", "alderandfinch")
    with connecting.manager.scope():
        stolen = Grant.objects.filter(pk=sound.grant_id).values_list("refresh_token", flat=True).get()
        Grant.objects.filter(pk=broken.grant_id).update(refresh_token=stolen)
    end = grant_of(connecting, sound).expires_at
    assert end is not None

    assert services.refresh_expiring(now=end) == 2

    assert grant_of(connecting, sound).version > 2
    assert str(broken.grant_id) in caplog.text


def test_tokens_that_came_meanwhile_are_not_the_ones_that_were_refused(connecting: Connecting) -> None:
    before = house_clock.now()
    account = connecting.consent("mastodon")

    with connecting.manager.scope():
        assert not mark_signed_out(account_ids=[account.pk], reason="The old token was refused.", asked_at=before)
        assert mark_signed_out(account_ids=[account.pk], reason="So is this.", asked_at=house_clock.now())


def test_an_empty_refresh_token_never_takes_the_place_of_one_that_is_there(connecting: Connecting) -> None:
    from dataclasses import replace

    from apps.core.secrets import Secret
    from apps.social_accounts.services.credentials import credential_of, replace_tokens

    account = connecting.consent("bluesky")
    with connecting.manager.scope():
        grant = Grant.objects.get(pk=account.grant_id)
        kept = grant.refresh_token
        replace_tokens(grant, replace(credential_of(grant), refresh_token=Secret("")))

    assert grant_of(connecting, account).refresh_token == kept


class TestTheDailyCheck:
    def test_finds_an_account_that_was_revoked_on_the_platform(self, connecting: Connecting) -> None:
        account = connecting.consent("mastodon")
        connecting.sandbox.revoke_tokens("mastodon", "harbourcoffee")

        services.check_account(organization_id=account.organization_id, account_id=account.pk)

        assert state_of(connecting, account) == AccountState.NEEDS_REAUTH

    def test_changes_nothing_when_the_platform_is_ill(self, connecting: Connecting) -> None:
        account = connecting.consent("mastodon")
        connecting.sandbox.fault("error_before", platform="mastodon", times=None)

        services.check_account(organization_id=account.organization_id, account_id=account.pk)

        assert state_of(connecting, account) == AccountState.ACTIVE

    def test_goes_on_after_an_account_that_cannot_be_opened(self, connecting: Connecting) -> None:
        broken, sound = connecting.consent("mastodon"), connecting.consent("mastodon", "alderandfinch")
        with connecting.manager.scope():
            stolen = Grant.objects.filter(pk=sound.grant_id).values_list("access_token", flat=True).get()
            Grant.objects.filter(pk=broken.grant_id).update(access_token=stolen)
        later = house_clock.now() + timedelta(hours=25)
        checked_at = sound.checked_at

        assert services.check_accounts(now=later) == 2

        with connecting.manager.scope():
            assert SocialAccount.objects.get(pk=sound.pk).checked_at > checked_at

    def test_looks_at_each_account_once_a_day(self, connecting: Connecting) -> None:
        connecting.consent("mastodon")
        now = house_clock.now()

        assert services.check_accounts(now=now) == 0
        assert services.check_accounts(now=now + timedelta(hours=25)) == 1


class TestDisconnecting:
    @pytest.mark.parametrize("platform", ["instagram", "mastodon", "bluesky"])
    def test_forgets_the_tokens_and_keeps_the_account(self, connecting: Connecting, platform: str) -> None:
        account = connecting.consent(platform)
        services.disconnect(member=connecting.manager, account_id=account.pk)

        with connecting.manager.scope():
            assert SocialAccount.objects.get(pk=account.pk).state == AccountState.DISCONNECTED
            assert not Grant.objects.exists()

    def test_gives_the_token_back_to_the_platform(self, connecting: Connecting) -> None:
        account = connecting.consent("mastodon")
        services.disconnect(member=connecting.manager, account_id=account.pk)

        assert connecting.sandbox.count("mastodon", "revoke") == 1

    def test_gives_back_what_the_same_person_shares_between_accounts_with_the_last_of_them(
        self, connecting: Connecting
    ) -> None:
        connecting.sandbox.set("youtube", shared_google_user=True)
        try:
            for handle in ("cooking", "baking"):
                connecting.sandbox.create_account("youtube", handle)
            cooking, baking = (connecting.consent("youtube", handle) for handle in ("cooking", "baking"))

            services.disconnect(member=connecting.manager, account_id=cooking.pk)
            assert connecting.sandbox.count("youtube", "revoke") == 0
            assert services.check_accounts(now=house_clock.now() + timedelta(hours=25)) == 1
            assert state_of(connecting, baking) == AccountState.ACTIVE

            services.disconnect(member=connecting.manager, account_id=baking.pk)
            assert connecting.sandbox.count("youtube", "revoke") == 1
        finally:
            connecting.sandbox.set("youtube", shared_google_user=False)

    def test_works_when_the_key_of_the_tokens_is_lost(self, connecting: Connecting, settings: Settings) -> None:
        account = connecting.consent("mastodon")
        settings.KEYRING = f"another:{base64.b64encode(b'a' * 32).decode()}"

        services.disconnect(member=connecting.manager, account_id=account.pk)

        with connecting.manager.scope():
            assert not Grant.objects.exists()

    def test_works_while_the_platform_is_down(self, connecting: Connecting) -> None:
        account = connecting.consent("mastodon")
        connecting.sandbox.fault("lost_before", platform="mastodon", times=None)

        services.disconnect(member=connecting.manager, account_id=account.pk)

        assert state_of(connecting, account) == AccountState.DISCONNECTED

    def test_is_mended_by_connecting_again_under_the_same_id(self, connecting: Connecting) -> None:
        account = connecting.consent("mastodon")
        services.disconnect(member=connecting.manager, account_id=account.pk)

        assert connecting.consent("mastodon").pk == account.pk
