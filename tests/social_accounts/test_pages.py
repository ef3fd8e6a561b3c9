"""Connecting, reconnecting, checking and disconnecting, as a browser meets them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.core import tenancy
from apps.platforms.contract import CHANNEL_SECRET, channel_secret
from apps.social_accounts import services
from apps.social_accounts.models import ConnectSession, SocialAccount
from apps.social_accounts.services.marking import mark_missing_permission
from apps.social_accounts.states import AccountState
from apps.tenants.models import Membership, Workspace, WorkspaceAccess
from apps.tenants.permissions import Role
from tests.support import factories
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.django_db
CONNECT, ACCOUNTS = "/social-accounts/connect/", "/social-accounts/"


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def account(browser: Client, platforms: Sandbox, workspace: Workspace) -> SocialAccount:
    come_back(browser, platforms, begin(browser, platforms))
    return only_account(workspace)


def begin(browser: Client, sandbox: Sandbox, path: str = CONNECT, **fields: str) -> str:
    """The address of the consent page that the form leads to."""
    answer = browser.post(path, {"platform": "mastodon", "address": sandbox.origin("mastodon"), **fields})
    assert answer.status_code == 200, answer.content
    return answer["Refresh"].removeprefix("0; url=")


def come_back(
    browser: Client, sandbox: Sandbox, page: str, handle: str = "harbourcoffee", *, allow: bool = True
) -> Any:
    back = sandbox.consent(page, handle, allow=allow)
    return browser.get(ACCOUNTS + back.partition(ACCOUNTS)[2])


def only_account(workspace: Workspace) -> SocialAccount:
    with tenancy.scope(organization_id=workspace.organization_id):
        return SocialAccount.objects.get(workspace=workspace)


def count(workspace: Workspace) -> int:
    with tenancy.scope(organization_id=workspace.organization_id):
        return SocialAccount.objects.filter(workspace=workspace).count()


class TestConnecting:
    def test_leads_to_the_platform_and_back_to_the_accounts(
        self, browser: Client, platforms: Sandbox, workspace: Workspace
    ) -> None:
        answer = come_back(browser, platforms, begin(browser, platforms))

        assert (answer.status_code, answer["Location"]) == (302, ACCOUNTS)
        assert only_account(workspace).state == AccountState.ACTIVE

    def test_in_two_tabs_ends_well_in_both(self, browser: Client, platforms: Sandbox, workspace: Workspace) -> None:
        first, second = begin(browser, platforms), begin(browser, platforms)

        assert come_back(browser, platforms, second, "alderandfinch")["Location"] == ACCOUNTS
        assert come_back(browser, platforms, first)["Location"] == ACCOUNTS
        assert count(workspace) == 2

    def test_that_somebody_declines_is_told_in_words(
        self, browser: Client, platforms: Sandbox, workspace: Workspace
    ) -> None:
        answer = come_back(browser, platforms, begin(browser, platforms), allow=False)

        assert answer.status_code == 400
        assert not count(workspace)

    def test_is_not_finished_in_another_browser(
        self, browser: Client, platforms: Sandbox, owner: Membership, workspace: Workspace
    ) -> None:
        page = begin(browser, platforms)
        another = factories.signed_in(owner, at=workspace)

        assert come_back(another, platforms, page).status_code == 400
        assert not count(workspace)

    def test_is_not_finished_by_whoever_is_not_signed_in(self, browser: Client, platforms: Sandbox) -> None:
        answer = come_back(Client(), platforms, begin(browser, platforms))

        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")

    def test_survives_a_stray_call_of_the_way_back(
        self, browser: Client, platforms: Sandbox, workspace: Workspace
    ) -> None:
        page = begin(browser, platforms)
        assert browser.get("/social-accounts/callback/mastodon/?state=guessed&code=x").status_code == 400

        assert come_back(browser, platforms, page)["Location"] == ACCOUNTS

    def test_keeps_nothing_of_the_journey_that_is_over(
        self, account: SocialAccount, browser: Client, workspace: Workspace
    ) -> None:
        with tenancy.scope(organization_id=workspace.organization_id):
            assert not ConnectSession.objects.get().keep


class TestReconnecting:
    def test_keeps_the_account(
        self, browser: Client, platforms: Sandbox, account: SocialAccount, workspace: Workspace
    ) -> None:
        page = begin(browser, platforms, f"/social-accounts/{account.pk}/reconnect/")

        # To its page, where it is decided what becomes of posts that waited.
        assert come_back(browser, platforms, page)["Location"] == f"/social-accounts/{account.pk}/"
        assert only_account(workspace).pk == account.pk

    def test_goes_to_the_platform_of_the_account_whatever_was_posted(
        self, browser: Client, platforms: Sandbox, account: SocialAccount
    ) -> None:
        page = begin(browser, platforms, f"/social-accounts/{account.pk}/reconnect/", platform="instagram")

        assert page.startswith(platforms.origin("mastodon"))

    def test_with_what_cannot_be_read_shows_the_form_again(
        self, browser: Client, platforms: Sandbox, account: SocialAccount
    ) -> None:
        answer = browser.post(f"/social-accounts/{account.pk}/reconnect/", {"address": "x" * 301})

        assert answer.status_code == 422

    def test_depends_on_the_role_at_the_accounts_client_and_not_at_the_chosen_one(
        self, platforms: Sandbox, account: SocialAccount, workspace: Workspace, other_workspace: Workspace
    ) -> None:
        both = factories.member(workspace.organization, Role.MANAGER, workspaces=[workspace])
        with tenancy.scope(organization_id=workspace.organization_id):
            WorkspaceAccess.objects.create(workspace=other_workspace, membership=both, role=Role.VIEWER)

        elsewhere = factories.signed_in(both, at=other_workspace)

        assert begin(elsewhere, platforms, f"/social-accounts/{account.pk}/reconnect/")


class TestLookingAfterAnAccount:
    def test_a_check_says_that_all_is_well(self, browser: Client, account: SocialAccount) -> None:
        answer = browser.post(f"/social-accounts/{account.pk}/check/", follow=True)

        assert "is connected and well" in answer.content.decode()

    def test_a_check_of_a_disconnected_account_says_so(self, browser: Client, account: SocialAccount) -> None:
        browser.post(f"/social-accounts/{account.pk}/disconnect/")

        answer = browser.post(f"/social-accounts/{account.pk}/check/", follow=True)

        assert "is not connected" in answer.content.decode()

    @pytest.mark.parametrize("deed", ["reconnect", "check", "disconnect"])
    def test_needs_more_than_a_look(
        self, platforms: Sandbox, account: SocialAccount, workspace: Workspace, deed: str
    ) -> None:
        viewer = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace])

        answer = factories.signed_in(viewer, at=workspace).post(f"/social-accounts/{account.pk}/{deed}/")

        assert answer.status_code == 403

    @pytest.mark.parametrize("deed", ["reconnect", "check", "disconnect"])
    def test_is_nothing_for_another_organization(
        self, account: SocialAccount, stranger_workspace: Workspace, deed: str
    ) -> None:
        stranger = factories.member(stranger_workspace.organization)

        assert factories.signed_in(stranger).post(f"/social-accounts/{account.pk}/{deed}/").status_code == 404


class TestTheHistoryOfAnAccount:
    def test_tells_of_every_connection_and_every_end_and_why_while_that_holds(
        self, browser: Client, platforms: Sandbox, account: SocialAccount, owner: Membership
    ) -> None:
        own = f"{ACCOUNTS}{account.pk}/"
        platforms.revoke_tokens("mastodon", "harbourcoffee")
        browser.post(f"{own}check/")
        signed_out = browser.get(own).context
        come_back(browser, platforms, begin(browser, platforms, f"{own}reconnect/"))
        browser.post(f"{own}disconnect/")

        told = [(step.title, step.text) for step in reversed(browser.get(own).context["events"])]

        by_owner = f"by {owner.user}"
        assert signed_out["events"][0].text == signed_out["account"].reason != ""
        assert told == [
            ("Connected", by_owner),
            ("Signed out", ""),
            ("Reconnected", by_owner),
            ("Disconnected", by_owner),
        ]

    def test_tells_which_permission_was_missing(
        self, browser: Client, account: SocialAccount, workspace: Workspace
    ) -> None:
        with tenancy.scope(organization_id=workspace.organization_id):
            mark_missing_permission(account_id=account.pk, reason="Mastodon was not allowed to write.")

        page = browser.get(f"{ACCOUNTS}{account.pk}/")

        latest = page.context["events"][0]
        assert (latest.title, latest.text) == ("Permission missing", "Mastodon was not allowed to write.")


class TestChoosingChannels:
    def test_each_is_chosen_by_hand_and_only_those_are_connected(
        self, browser: Client, platforms: Sandbox, workspace: Workspace
    ) -> None:
        arrived = come_back(browser, platforms, begin(browser, platforms, platform="linkedin", address=""), "lumenyoga")
        choice = arrived["Location"]
        shown = browser.get(choice).content.decode()
        assert "Page · lumenyoga" in shown
        assert "checked" not in shown

        refused = browser.post(choice)
        assert refused.status_code == 422
        assert count(workspace) == 0

        page_id = re.search(r'value="(urn:li:organization:[^"]+)"', shown)
        assert page_id
        browser.post(choice, {"channels": [page_id[1]]})

        account = only_account(workspace)
        assert (account.kind, account.handle) == ("page", "lumenyoga")

    def test_the_tokens_of_channels_that_nobody_chose_are_forgotten(
        self, browser: Client, platforms: Sandbox, workspace: Workspace
    ) -> None:
        platforms.set("facebook", more_channels=2)
        arrived = come_back(browser, platforms, begin(browser, platforms, platform="facebook", address=""), "lumenyoga")
        choice = arrived["Location"]
        offered = re.findall(r'name="channels" value="([^"]+)"', browser.get(choice).content.decode())
        assert len(offered) == 3

        browser.post(choice, {"channels": offered[:1]})

        account = only_account(workspace)
        with tenancy.scope(organization_id=workspace.organization_id):
            credential = services.credential_for(SocialAccount.objects.select_related("grant__app").get(pk=account.pk))
        kept = [name for name in credential.extra if name.startswith(CHANNEL_SECRET)]
        assert kept == [channel_secret(account.remote_id)] == [channel_secret(offered[0])]
