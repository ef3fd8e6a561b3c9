"""A member sends a link to the client, who connects exactly one account again."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.core import tenancy
from apps.social_accounts.models import PortalLink, SocialAccount
from apps.social_accounts.services.marking import mark_signed_out
from apps.social_accounts.states import AccountState
from apps.tenants.models import Membership, Workspace
from apps.tenants.permissions import Role
from tests.social_accounts.conftest import Connecting
from tests.social_accounts.portal.conftest import Guest
from tests.social_accounts.rows import every
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(connecting: Connecting, workspace: Workspace) -> SocialAccount:
    """An account that was signed out at its platform."""
    found = connecting.consent("mastodon")
    connecting.sandbox.revoke_tokens("mastodon", "harbourcoffee")
    with tenancy.scope(organization_id=workspace.organization_id):
        mark_signed_out(account_ids=[found.pk], reason="Mastodon signed us out.")
        found.refresh_from_db()
    assert found.state == AccountState.NEEDS_REAUTH
    return found


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def guest(browser: Client, connecting: Connecting, account: SocialAccount) -> Guest:
    """The client, with the link that a member copied from the page."""
    page = browser.post(f"/social-accounts/{account.pk}/reconnect-link/").content.decode()
    token = re.search(r'/connect/([^/"]+)/"', page)
    assert token
    return Guest(connecting.sandbox, every(PortalLink)[0], token[1])


def fresh(account: SocialAccount) -> SocialAccount:
    with tenancy.scope(organization_id=account.organization_id):
        return SocialAccount.objects.select_related("grant").get(pk=account.pk)


def test_the_account_that_needs_it_offers_the_link(browser: Client, account: SocialAccount) -> None:
    page = browser.get(f"/social-accounts/{account.pk}/").content.decode()

    assert f"/social-accounts/{account.pk}/reconnect-link/" in page


def test_the_link_can_be_copied_and_sent_by_mail(browser: Client, account: SocialAccount) -> None:
    page = browser.post(f"/social-accounts/{account.pk}/reconnect-link/").content.decode()

    assert 'data-copy="portal-link"' in page
    assert 'href="mailto:?subject=Reconnect%20%40harbourcoffee' in page


def test_the_portal_offers_that_account_alone(guest: Guest, account: SocialAccount, workspace: Workspace) -> None:
    factories.account(workspace, "linkedin", handle="zanzibar")

    page = guest.visit().content.decode()

    assert f"Reconnect @{account.handle}" in page
    assert page.count("data-net=") == 1
    assert f'value="{fresh(account).grant.server}"' in page  # type: ignore[union-attr]
    assert "zanzibar" not in page
    assert guest.begin("linkedin").status_code == 422


def test_it_lives_again_under_its_id(guest: Guest, account: SocialAccount) -> None:
    done = guest.client.get(guest.connect()["Location"])

    assert done.status_code == 200
    assert account.handle in done.content.decode()
    assert fresh(account).state == AccountState.ACTIVE
    assert len(every(SocialAccount)) == 1


def test_the_link_is_over_once_it_is_used(guest: Guest) -> None:
    second_page = guest.consent_page()
    guest.connect()

    assert guest.visit().status_code == 410
    assert guest.begin().status_code == 410
    assert guest.come_back(second_page).status_code == 410


def test_somebody_else_at_the_platform_changes_nothing_and_may_try_again(guest: Guest, account: SocialAccount) -> None:
    refused = guest.connect("mastodon", "alderandfinch")

    assert refused.status_code == 400
    assert f"sign in there as @{account.handle}" in refused.content.decode()
    assert "alderandfinch" not in refused.content.decode()
    assert fresh(account).state == AccountState.NEEDS_REAUTH
    assert len(every(SocialAccount)) == 1
    guest.connect()
    assert fresh(account).state == AccountState.ACTIVE


def test_the_history_says_who_it_was(guest: Guest, browser: Client, account: SocialAccount) -> None:
    guest.connect()

    steps = [(step.title, step.text) for step in browser.get(f"/social-accounts/{account.pk}/").context["events"]]
    assert ("Reconnected", "by somebody with a portal link") in steps


def test_who_may_only_look_makes_no_link(account: SocialAccount, workspace: Workspace) -> None:
    viewer = factories.member(workspace.organization, Role.VIEWER, workspaces=[workspace])

    answer = factories.signed_in(viewer, at=workspace).post(f"/social-accounts/{account.pk}/reconnect-link/")

    assert answer.status_code == 403
    assert every(PortalLink) == []


def test_a_link_can_be_withdrawn(guest: Guest, browser: Client) -> None:
    listed = browser.get("/social-accounts/portal-links/").content.decode()
    assert "Only to reconnect @harbourcoffee" in listed

    browser.post(f"/social-accounts/portal-links/{guest.link.pk}/revoke/")

    assert guest.visit().status_code == 410
