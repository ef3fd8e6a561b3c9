"""Who hears of a breaker, what pages say while one is open, and how an operator closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Entry
from apps.core import tenancy
from apps.core.secrets import Secret
from apps.events.models import Event
from apps.governor import services as governor
from apps.governor.buckets import party_of
from apps.governor.decisions import Change, Outcome, Request, ask, settle
from apps.governor.lanes import Lane
from apps.platforms.contract import Credential
from apps.social_accounts.models import Grant, OAuthApp, SocialAccount
from apps.social_accounts.pauses import pauses_of
from apps.social_accounts.services import credential_for
from apps.social_accounts.services.breakers import tell_of_breakers
from apps.tenants.models import Membership, Workspace
from tests.social_accounts.rows import every
from tests.support import factories
from tests.support.clock import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> OAuthApp:
    return factories.oauth_app("tiktok", server="")


@pytest.fixture
def browser(owner: Membership, workspace: Workspace) -> Client:
    return factories.signed_in(owner, at=workspace)


@pytest.fixture
def connect(app: OAuthApp) -> Callable[..., SocialAccount]:
    """An account of a workspace, through the operator's app."""

    def connected(workspace: Any, platform: str = "tiktok", **fields: Any) -> SocialAccount:
        account = factories.account(workspace, platform, **fields)
        if platform == "tiktok":
            with tenancy.scope(organization_id=account.organization_id):
                Grant.objects.filter(pk=account.grant_id).update(app=app)
        return account

    return connected


def fail(account: SocialAccount, clock: Clock, times: int = 5, *, host: str = "") -> list[Change]:
    """Calls for the account that the platform answers with 503."""
    return [
        change
        for _ in range(times)
        for change in settle(
            ask(Request(account.platform, party_of(account.platform, _credential(account), host=host), None,
                        Lane.PUBLISH, account.organization_id, clock.now)),
            Outcome(is_well=False, why="503"), now=clock.now,
        )
    ]  # fmt: skip


def _credential(account: SocialAccount) -> Credential:
    with tenancy.scope(organization_id=account.organization_id):
        row = SocialAccount.objects.select_related("grant__app", "grant__organization_app").get(pk=account.pk)
        return credential_for(row)


def key_of(change: Change) -> tuple[str, str, str]:
    return change.platform, change.kind, change.id


def test_the_pages_of_a_workspace_say_which_accounts_wait_and_until_when(workspace, browser, connect, clock):
    mine, other = connect(workspace, handle="harbour"), connect(workspace, handle="lighthouse")
    fail(mine, clock)

    for page in ("dashboard:home", "dashboard:accounts"):
        text = browser.get(reverse(page)).content.decode()
        assert "TikTok is not answering as it should" in text
        assert "@harbour: posts wait, and none is lost. Postroom tries again at " in text
        assert f"@{other.handle}: posts wait" not in text

    clock.advance(minutes=2)
    assert "The next post tries." in browser.get(reverse("dashboard:home")).content.decode()


def test_a_server_of_the_fediverse_that_fails_holds_its_accounts_alone(workspace, connect, clock):
    here = [connect(workspace, "mastodon", server="https://one.example", handle=name) for name in ("one", "two")]
    connect(workspace, "mastodon", server="https://two.example", handle="elsewhere")
    for _ in range(5):
        for account in here:
            fail(account, clock, 1, host="one.example")

    with tenancy.scope(organization_id=workspace.organization_id):
        held = {account.handle for pause in pauses_of(workspace.pk) for account in pause.accounts if pause.is_of_app}
    assert held == {"one", "two"}


def test_each_organization_concerned_is_told_once(workspace, stranger_workspace, connect, clock):
    mine, theirs = connect(workspace), connect(stranger_workspace)
    stranger = connect(stranger_workspace, "mastodon", server="https://one.example")
    opened = [change for _ in range(5) for one in (mine, theirs) for change in fail(one, clock, 1)]
    (of_app,) = [change for change in opened if change.kind == "app"]

    assert of_app.is_open
    assert tell_of_breakers() == 4  # of each token, and of the app
    assert tell_of_breakers() == 0

    of_apps = [event for event in every(Event) if event.payload["of"] == "app"]
    told = {event.organization_id: event for event in of_apps}
    assert {event.name for event in of_apps} == {"breaker.opened"}
    assert set(told) == {mine.organization_id, theirs.organization_id}
    assert told[mine.organization_id].payload["account_ids"] == [str(mine.pk)]
    assert str(stranger.pk) not in str(told[theirs.organization_id].payload)


def test_what_closes_by_itself_is_told_of_too(workspace, connect, clock):
    account = connect(workspace)
    fail(account, clock)
    clock.advance(minutes=2)
    party = party_of("tiktok", _credential(account), host="")
    request = Request("tiktok", party, None, Lane.PUBLISH, account.organization_id, clock.now)
    settle(ask(request), Outcome(is_well=True), now=clock.now)

    tell_of_breakers()

    assert sorted(event.name for event in every(Event)) == ["breaker.closed", "breaker.opened"]


def test_an_operator_sees_it_and_closes_it_by_hand(workspace, connect, admin_client, clock):
    account = connect(workspace)
    (change,) = fail(account, clock)
    address = reverse("admin:social_accounts_breakers")
    page = admin_client.get(address).content.decode()
    assert "TikTok" in page
    assert "503" in page
    assert "Circuit breakers" in admin_client.get(reverse("admin:social_accounts_oauthapp_changelist")).content.decode()

    platform, kind, id = key_of(change)
    answer = admin_client.post(address, {"platform": platform, "kind": kind, "id": id}, follow=True)

    assert "All are closed." in answer.content.decode()
    assert fail(account, clock, 1) == []
    assert [entry.verb for entry in every(Entry) if entry.organization_id == account.organization_id] == [
        "breaker.closed"
    ]
    assert "breaker.closed" in {event.name for event in every(Event)}
    again = admin_client.post(address, {"platform": platform, "kind": kind, "id": id}, follow=True)
    assert "It was closed already." in again.content.decode()


def test_nobody_but_the_operator_may_close_one(workspace, connect, browser, clock):
    (change,) = fail(connect(workspace), clock)
    platform, kind, id = key_of(change)
    address = reverse("admin:social_accounts_breakers")
    assert browser.post(address, {"platform": platform, "kind": kind, "id": id}).status_code in (302, 403)
    assert len(governor.open_breakers()) == 1


def test_the_accounts_of_other_tokens_go_on(workspace, connect, clock):
    broken, well = connect(workspace), connect(workspace)
    fail(broken, clock)
    who = _credential(well)
    request = Request("tiktok", party_of("tiktok", who, host=""), None, Lane.PUBLISH, well.organization_id, clock.now)
    assert ask(request).is_granted
    assert Secret("token") == who.access_token
    assert clock.now + timedelta(minutes=1) == governor.open_breakers()[0].until
