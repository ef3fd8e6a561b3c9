from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.secrets import Secret
from apps.governor.lanes import Lane
from apps.social_accounts import services
from apps.social_accounts.errors import ConnectionRefused, LostRefresh
from apps.social_accounts.models import ConnectSession, Grant, OAuthApp, SocialAccount
from apps.social_accounts.services.credentials import credential_of, replace_tokens
from apps.social_accounts.states import AccountState
from apps.tenants.members import Member, member_of
from apps.tenants.models import Membership, Workspace
from tests.social_accounts.conftest import Connecting
from tests.support import factories
from tests.support.platforms import answer_of
from tests.support.sandbox import Sandbox

EVERY_PLATFORM = ["instagram", "mastodon", "bluesky"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("platform", EVERY_PLATFORM)
def test_an_account_is_connected_through_the_platforms_own_consent_page(connecting: Connecting, platform: str) -> None:
    account = connecting.consent(platform)

    assert account.state == AccountState.ACTIVE
    assert "harbourcoffee" in account.handle
    with connecting.manager.scope():
        credential = services.credential_for(account)
    assert (
        services.adapter_for(platform, is_test=False, lane=Lane.HEALTH).check(credential).remote_id == account.remote_id
    )


@pytest.mark.parametrize("platform", EVERY_PLATFORM)
def test_tokens_are_stored_sealed(connecting: Connecting, platform: str) -> None:
    account = connecting.consent(platform)

    with connecting.manager.scope():
        token = services.credential_for(account).access_token.reveal()
        stored = Grant.objects.filter(pk=account.grant_id).values().get()
    assert token not in str(stored)
    assert stored["access_token"].startswith("v1.")


def test_bluesky_connects_with_an_app_password_too(platforms: Sandbox, manager: Member) -> None:
    created = platforms.create_account("bluesky", "harbourcoffee")["credentials"]
    assert manager.workspace is not None

    _, accounts = services.sign_in(
        member=manager,
        workspace_id=manager.workspace.pk,
        platform="bluesky",
        address="",
        identifier="harbourcoffee.test",
        password=Secret(created["app_password"]),
    )

    assert [account.handle for account in accounts] == ["harbourcoffee.test"]


def test_a_wrong_app_password_is_refused_in_words(platforms: Sandbox, manager: Member) -> None:
    assert manager.workspace is not None
    with pytest.raises(ConnectionRefused, match="password"):
        services.sign_in(
            member=manager,
            workspace_id=manager.workspace.pk,
            platform="bluesky",
            address="",
            identifier="harbourcoffee.test",
            password=Secret("nope-nope-nope-nope"),
        )
    assert not SocialAccount.plain.exists()


def test_postroom_registers_itself_once_with_each_mastodon_server(connecting: Connecting) -> None:
    connecting.consent("mastodon", "harbourcoffee")
    connecting.consent("mastodon", "alderandfinch")

    assert OAuthApp.objects.filter(platform="mastodon").count() == 1
    with connecting.manager.scope():
        assert SocialAccount.objects.count() == 2


def test_a_server_that_has_forgotten_postroom_is_registered_at_again(connecting: Connecting) -> None:
    connecting.consent("mastodon", "harbourcoffee")
    OAuthApp.objects.filter(platform="mastodon").update(client_id="nobody-knows-me")

    connecting.consent("mastodon", "alderandfinch")

    assert OAuthApp.objects.filter(platform="mastodon").exclude(client_id="nobody-knows-me").count() == 1


def test_connecting_the_same_account_again_keeps_its_row(connecting: Connecting) -> None:
    first = connecting.consent("mastodon")
    second = connecting.consent("mastodon")

    assert second.pk == first.pk
    with connecting.manager.scope():
        assert Grant.objects.count() == 1


def test_reconnecting_as_somebody_else_changes_nothing(connecting: Connecting) -> None:
    account = connecting.consent("mastodon", "harbourcoffee")

    with pytest.raises(ConnectionRefused, match="signed in to Mastodon as @alderandfinch"):
        connecting.consent("mastodon", "alderandfinch", reconnects=account.pk)

    with connecting.manager.scope():
        assert [row.handle for row in SocialAccount.objects.all()] == [account.handle]


@pytest.mark.parametrize("platform", EVERY_PLATFORM)
def test_a_person_may_say_no(connecting: Connecting, platform: str) -> None:
    journey = connecting.begin(platform)
    shown = "harbourcoffee.test" if platform == "bluesky" else "harbourcoffee"
    back = connecting.sandbox.consent(journey.authorize_url, shown, allow=False)

    with pytest.raises(ConnectionRefused):
        connecting.finish(platform, back, journey.browser_token)

    assert not SocialAccount.plain.exists()


class TestAJourney:
    """One browser, one member, ten minutes, once."""

    def test_is_used_once(self, connecting: Connecting) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")
        connecting.finish("mastodon", back, journey.browser_token)

        with pytest.raises(ConnectionRefused, match="Start again"):
            connecting.finish("mastodon", back, journey.browser_token)

    def test_ends_after_ten_minutes(self, connecting: Connecting, clock: object) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")
        clock.advance(minutes=11)  # type: ignore[attr-defined]

        with pytest.raises(ConnectionRefused, match="too long ago"):
            connecting.finish("mastodon", back, journey.browser_token)

    def test_belongs_to_the_browser_that_began_it(self, connecting: Connecting) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")

        for foreign in ("", "another browser's token"):
            with pytest.raises(ConnectionRefused, match="another browser"):
                connecting.finish("mastodon", back, foreign)

    def test_belongs_to_the_organization_that_began_it(self, connecting: Connecting, owner: Membership) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")
        elsewhere = factories.organization(name="The other agency")
        factories.workspace(elsewhere)
        factories.member(elsewhere, person=owner.user)
        stranger = member_of(owner.user, elsewhere.pk)
        assert stranger is not None

        with pytest.raises(ConnectionRefused):
            services.finish_consent(
                member=stranger, platform="mastodon", answer=answer_of(back), browser_token=journey.browser_token
            )

    def test_comes_back_from_the_platform_it_went_to(self, connecting: Connecting) -> None:
        journey = connecting.begin("mastodon")
        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")

        with pytest.raises(ConnectionRefused):
            connecting.finish("instagram", back, journey.browser_token)


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254", "https://user:pw@example.invalid", "https://localhost:9"]
)
def test_an_address_that_is_no_public_server_is_refused_in_words(
    platforms: Sandbox, manager: Member, address: str
) -> None:
    assert manager.workspace is not None
    with pytest.raises(ConnectionRefused) as refused:
        services.begin_consent(member=manager, workspace_id=manager.workspace.pk, platform="mastodon", address=address)
    assert refused.value.field == "address"


def test_an_operator_who_set_nothing_up_is_named(platforms: Sandbox, manager: Member, settings: object) -> None:
    settings.PLATFORM_APPS = {}  # type: ignore[attr-defined]
    assert manager.workspace is not None
    with pytest.raises(ConnectionRefused, match="not set up on this server"):
        services.begin_consent(member=manager, workspace_id=manager.workspace.pk, platform="instagram")


def test_an_app_follows_the_settings_that_name_it(platforms: Sandbox, connecting: Connecting, settings: object) -> None:
    connecting.consent("instagram")
    client_id, _ = settings.PLATFORM_APPS["instagram"]  # type: ignore[attr-defined]
    settings.PLATFORM_APPS = {"instagram": (client_id, "the next secret")}  # type: ignore[attr-defined]

    connecting.begin("instagram")

    assert OAuthApp.objects.get(platform="instagram").client_secret == Secret("the next secret")


def test_a_refresh_under_way_gives_way_to_a_new_consent(connecting: Connecting) -> None:
    account = connecting.consent("mastodon")
    with connecting.manager.scope():
        under_way = Grant.objects.get(pk=account.grant_id)

    connecting.consent("mastodon")

    with connecting.manager.scope(), pytest.raises(LostRefresh):
        replace_tokens(under_way, credential_of(under_way))


def test_channels_are_chosen_once(connecting: Connecting) -> None:
    account = connecting.consent("mastodon")
    with connecting.manager.scope():
        session = ConnectSession.objects.get(grant=account.grant_id)
        with pytest.raises(ConnectionRefused, match="already"):
            services.take_channels(session=session, remote_ids=[account.remote_id], actor=connecting.manager.actor)


def test_a_journey_that_is_over_is_forgotten_with_tokens_that_nobody_chose(connecting: Connecting) -> None:
    chosen, unchosen = connecting.consent("mastodon"), connecting.consent("mastodon", "alderandfinch")
    with connecting.manager.scope():
        SocialAccount.objects.filter(pk=unchosen.pk).delete()
    connecting.begin("mastodon")

    assert services.forget_journeys(now=clock.now() + timedelta(hours=23)) == 0
    assert services.forget_journeys(now=clock.now() + timedelta(hours=25)) == 3

    with connecting.manager.scope():
        assert [grant.pk for grant in Grant.objects.all()] == [chosen.grant_id]
        assert not ConnectSession.objects.exists()


def test_what_a_server_says_of_an_account_is_taken_as_far_as_it_fits(workspace: Workspace) -> None:
    account = factories.account(workspace, url="https://one.example/@cup")
    account.introduce(handle="cup\0" * 100, name="", url="javascript:alert(1)")

    assert account.handle == ("cup" * 100)[:255]
    assert account.url == "https://one.example/@cup"


def test_a_permission_that_was_not_given_is_known_at_once(
    connecting: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = ("profile", "read:accounts", "read:statuses", "write:statuses")
    monkeypatch.setattr("apps.platforms.adapters.mastodon.consent.SCOPES", scopes)

    account = connecting.consent("mastodon")

    assert account.state == AccountState.MISSING_PERMISSION
    assert "publish posts" in account.reason


def test_workspaces_never_share_a_grant(
    connecting: Connecting, platforms: Sandbox, owner: Membership, other_workspace: Workspace
) -> None:
    here = connecting.consent("mastodon")
    there_member = member_of(owner.user, other_workspace.organization_id, workspace_id=other_workspace.pk)
    assert there_member is not None
    there = Connecting(platforms, there_member).consent("mastodon")

    assert there.pk != here.pk
    assert there.grant_id != here.grant_id
