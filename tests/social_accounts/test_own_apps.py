"""An organization's own apps: which one speaks, who may see what of it, and whether the platform knows it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from apps.core import tenancy
from apps.core.actors import SYSTEM
from apps.core.secrets import Secret
from apps.social_accounts import services
from apps.social_accounts.errors import AppRefused, AppReplaced, ConnectionRefused
from apps.social_accounts.models import Grant, OAuthApp, OrganizationApp
from apps.social_accounts.services import own_apps
from apps.social_accounts.services.credentials import credential_of
from apps.tenants.models import Membership, Workspace
from config.platforms import SANDBOX_APPS
from tests.social_accounts.conftest import Connecting
from tests.support import factories
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.django_db
THREADS_ID, THREADS_SECRET = SANDBOX_APPS["threads"]
LINKEDIN = "/settings/connections/apps/linkedin/"
TESTABLE = ["facebook", "threads", "x", "linkedin", "tiktok", "youtube", "google_business"]


def enter(workspace: Workspace, platform: str = "threads", client_id: str = "", secret: str = "", **more: Any):
    known_id, known_secret = SANDBOX_APPS[platform]
    with tenancy.scope(organization_id=workspace.organization_id):
        return own_apps.enter_app(
            platform=platform,
            client_id=client_id or known_id,
            client_secret=Secret(secret or known_secret),
            actor=SYSTEM,
            **more,
        )


class TestWhichAppSpeaks:
    def test_the_organizations_own_goes_before_the_operators(
        self, connecting: Connecting, workspace: Workspace
    ) -> None:
        enter(workspace, client_id="an-app-of-our-own")

        assert "client_id=an-app-of-our-own" in connecting.begin("threads").authorize_url

    def test_another_organization_goes_on_with_the_operators(
        self, connecting: Connecting, stranger_workspace: Workspace
    ) -> None:
        enter(stranger_workspace, client_id="an-app-of-theirs")

        assert f"client_id={THREADS_ID}" in connecting.begin("threads").authorize_url

    def test_it_is_enough_where_the_operator_has_none(
        self, connecting: Connecting, workspace: Workspace, settings: Any
    ) -> None:
        settings.PLATFORM_APPS = {}
        with pytest.raises(ConnectionRefused):
            connecting.begin("threads")
        enter(workspace)

        account = connecting.consent("threads")

        with connecting.manager.scope():
            assert Grant.objects.get(pk=account.grant_id).organization_app is not None

    def test_a_grant_is_refreshed_by_the_app_that_it_was_given_to(
        self, connecting: Connecting, workspace: Workspace
    ) -> None:
        enter(workspace)
        account = connecting.consent("threads")

        enter(workspace, client_id="the-next-app", secret="the secret of the next app", confirmed=True)

        with connecting.manager.scope():
            client = credential_of(Grant.objects.get(pk=account.grant_id)).client
        assert client is not None
        assert (client.client_id, client.client_secret) == (THREADS_ID, Secret(THREADS_SECRET))

    def test_a_consent_under_way_comes_back_to_the_app_that_it_began_with(
        self, connecting: Connecting, workspace: Workspace
    ) -> None:
        enter(workspace)
        journey = connecting.begin("threads")
        enter(workspace, client_id="the-next-app", confirmed=True)

        back = connecting.sandbox.consent(journey.authorize_url, "harbourcoffee")
        account = connecting.finish("threads", back, journey.browser_token)

        with connecting.manager.scope():
            assert Grant.objects.get(pk=account.grant_id).organization_app.client_id == THREADS_ID

    def test_reconnecting_moves_an_account_to_the_app_in_use(
        self, connecting: Connecting, workspace: Workspace
    ) -> None:
        account = connecting.consent("threads")
        enter(workspace)

        connecting.consent("threads", reconnects=account.pk)

        with connecting.manager.scope():
            grant = Grant.objects.get(pk=account.grant_id)
        assert grant.app_id is None
        assert grant.organization_app_id is not None


class TestEnteringAnApp:
    def test_there_is_one_in_use_for_each_platform(self, workspace: Workspace) -> None:
        first = enter(workspace)
        again = enter(workspace, secret="another secret of the same app")
        other = enter(workspace, client_id="another app")

        assert again.pk == first.pk
        with tenancy.scope(organization_id=workspace.organization_id):
            assert own_apps.app_in_use("threads") == other
            assert own_apps.app_in_use("threads").client_secret == Secret(THREADS_SECRET)

    def test_replacing_one_that_accounts_hang_on_is_said_first(
        self, connecting: Connecting, workspace: Workspace
    ) -> None:
        enter(workspace)
        connecting.consent("threads")

        with pytest.raises(AppReplaced) as warned:
            enter(workspace, client_id="the-next-app")

        assert warned.value.accounts == 1
        with tenancy.scope(organization_id=workspace.organization_id):
            assert own_apps.app_in_use("threads").client_id == THREADS_ID

    def test_a_replaced_app_is_forgotten_with_the_last_of_its_tokens(
        self, connecting: Connecting, workspace: Workspace
    ) -> None:
        enter(workspace)
        account = connecting.consent("threads")
        enter(workspace, client_id="the-next-app", confirmed=True)
        assert own_apps.forget_replaced_apps() == 0

        services.disconnect(member=connecting.manager, account_id=account.pk)

        assert own_apps.forget_replaced_apps() == 1

    @pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
    def test_where_postroom_registers_itself_there_is_none(self, workspace: Workspace, platform: str) -> None:
        with tenancy.scope(organization_id=workspace.organization_id), pytest.raises(AppRefused):
            own_apps.enter_app(platform=platform, client_id="1", client_secret=Secret("2"), actor=SYSTEM)

    def test_its_secret_is_stored_sealed(self, workspace: Workspace) -> None:
        enter(workspace)

        with tenancy.scope(organization_id=workspace.organization_id):
            stored = OrganizationApp.objects.values().get()
        assert THREADS_SECRET not in str(stored)


class TestTheTest:
    @pytest.mark.parametrize("platform", TESTABLE)
    def test_says_that_the_platform_knows_the_app(
        self, platforms: Sandbox, workspace: Workspace, platform: str
    ) -> None:
        enter(workspace, platform)

        assert "knows this app" in own_apps.test_app(organization_id=workspace.organization_id, platform=platform)

    @pytest.mark.parametrize("platform", TESTABLE)
    def test_says_that_id_and_secret_do_not_fit(self, platforms: Sandbox, workspace: Workspace, platform: str) -> None:
        enter(workspace, platform, secret="the secret of some other app")

        with pytest.raises(AppRefused, match="does not accept this app"):
            own_apps.test_app(organization_id=workspace.organization_id, platform=platform)

    @pytest.mark.parametrize("platform", TESTABLE)
    def test_claims_nothing_when_the_platform_is_ill(
        self, platforms: Sandbox, workspace: Workspace, platform: str
    ) -> None:
        enter(workspace, platform)
        platforms.fault("error_before", platform=platform, times=None)

        with pytest.raises(AppRefused, match="Nothing is known about the app"):
            own_apps.test_app(organization_id=workspace.organization_id, platform=platform)

    @pytest.mark.parametrize("platform", ["instagram", "pinterest"])
    def test_says_where_only_a_consent_can_tell(self, platforms: Sandbox, workspace: Workspace, platform: str) -> None:
        enter(workspace, platform)

        with pytest.raises(AppRefused, match="without connecting an account"):
            own_apps.test_app(organization_id=workspace.organization_id, platform=platform)


@pytest.mark.django_db
class TestTheOperatorsTest:
    def test_the_command_says_of_each_app_whether_its_platform_knows_it(
        self, platforms: Sandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.PLATFORM_APPS = {"threads": (THREADS_ID, THREADS_SECRET)}
        call_command("test_apps", "threads")
        assert "knows this app" in capsys.readouterr().out

        wrong = OAuthApp(platform="threads", client_id="1234567890")
        wrong.client_secret = Secret("the secret of some other app")
        wrong.save()
        with pytest.raises(SystemExit) as ended:
            call_command("test_apps", "threads")

        said = capsys.readouterr().out
        assert ended.value.code == 1
        assert "1234567890: " in said
        assert "does not accept this app" in said
        assert THREADS_SECRET not in said


class TestThePage:
    @pytest.fixture
    def browser(self, owner: Membership, workspace: Workspace) -> Client:
        return factories.signed_in(owner, at=workspace)

    def test_shows_the_redirect_address_and_how_the_secret_ends(self, browser: Client, settings: Any) -> None:
        secret = "a-long-secret-that-ends-in-3f9a"
        browser.post(LINKEDIN, {"client_id": "our-app", "client_secret": secret})

        shown = browser.get(LINKEDIN).content.decode()

        assert f"{settings.PUBLIC_URL}/social-accounts/callback/linkedin/" in shown
        assert "secret ends in 3f9a" in shown
        assert secret not in shown

    def test_shows_what_to_enter_once_there_is_an_app(
        self, browser: Client, workspace: Workspace, settings: Any
    ) -> None:
        page = "/settings/connections/apps/threads/"
        assert "Once the app is saved, its addresses" in browser.get(page).content.decode()
        app = enter(workspace)

        shown = browser.get(page).content.decode()

        for path in ("inbound/threads/{}/", "compliance/threads/{}/deauthorize/", "compliance/threads/{}/deletion/"):
            assert f'value="{settings.PUBLIC_URL}/{path.format(app.pk)}"' in shown
        assert services.verify_token_of(app.pk).reveal() in shown

    def test_shows_no_token_and_no_callbacks_where_the_platform_has_none(
        self, browser: Client, workspace: Workspace
    ) -> None:
        app = enter(workspace, "linkedin")

        shown = browser.get(LINKEDIN).content.decode()

        assert f"/inbound/linkedin/{app.pk}/" in shown
        assert "/compliance/linkedin/" not in shown
        assert services.verify_token_of(app.pk).reveal() not in shown

    def test_says_why_there_is_no_address(self, browser: Client, workspace: Workspace) -> None:
        app = enter(workspace, "x")

        shown = browser.get("/settings/connections/apps/x/").content.decode()

        assert "consumer secret" in shown
        assert str(app.pk) not in shown

    @pytest.mark.parametrize(("platform", "is_asked"), [("youtube", True), ("google_business", False)])
    def test_shows_where_google_tells_of_lost_sign_ins(
        self, browser: Client, workspace: Workspace, settings: Any, platform: str, is_asked: bool
    ) -> None:
        page = f"/settings/connections/apps/{platform}/"
        assert "Once the app is saved, its addresses" in browser.get(page).content.decode()
        app = enter(workspace, platform)

        shown = browser.get(page).content.decode()

        assert "Address for Cross-Account Protection" in shown
        assert f'value="{settings.PUBLIC_URL}/inbound/{platform}/{app.pk}/"' in shown
        assert ("hub knows channels" in shown) is is_asked
        assert "Address for notices" not in shown
        assert services.verify_token_of(app.pk).reveal() not in shown

    def test_never_gives_a_refused_secret_back(self, browser: Client) -> None:
        answer = browser.post(LINKEDIN, {"client_id": "", "client_secret": "typed-by-somebody-in-haste"})

        assert answer.status_code == 422
        assert "typed-by-somebody-in-haste" not in answer.content.decode()

    def test_asks_before_an_app_is_replaced_that_accounts_hang_on(
        self, browser: Client, connecting: Connecting, workspace: Workspace
    ) -> None:
        enter(workspace, "threads")
        connecting.consent("threads")
        page, fields = "/settings/connections/apps/threads/", {"client_id": "next", "client_secret": "next secret"}

        asked = browser.post(page, fields)
        assert asked.status_code == 422
        assert "1 account was connected with the app in use" in asked.content.decode()

        assert browser.post(page, {**fields, "confirmed": "on"}).status_code == 302
        assert "In use: next" in browser.get(page).content.decode()

    def test_tests_and_removes(self, browser: Client, platforms: Sandbox, workspace: Workspace) -> None:
        enter(workspace, "linkedin")

        tested = browser.post(f"{LINKEDIN}test/", follow=True).content.decode()
        assert "LinkedIn knows this app" in tested

        browser.post(f"{LINKEDIN}remove/")
        assert "Test this app" not in browser.get(LINKEDIN).content.decode()

    def test_is_not_there_for_a_platform_that_takes_no_apps(self, browser: Client) -> None:
        assert browser.get("/settings/connections/apps/mastodon/").status_code == 404
