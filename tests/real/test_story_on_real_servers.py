"""The first light against servers that others wrote: a Bluesky PDS, by consent and by app password, and a Mastodon."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.journeys import steps
from tests.journeys.steps import Account
from tests.support.running import postroom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.real.servers import BlueskyAccount, BlueskyNetwork, MastodonServer
    from tests.support.browser import Open
    from tests.support.running import Postroom

pytestmark = pytest.mark.real

ZONE = "Europe/Oslo"
TEXT = "The kiln is open: forty bowls, no two alike. #ceramics"
ALT = "Bowls on a plank, still warm"
COMMENT = "Glaze recipe on request."


@pytest.fixture
def running(bluesky_network: BlueskyNetwork, mastodon_server: MastodonServer) -> Iterator[Postroom]:
    """Postroom as `manage.py run` starts it, knowing the real servers and no simulated one."""
    with postroom(
        SANDBOX_URL="",
        BLUESKY_DEVELOPMENT="1",
        BLUESKY_PLC_URL=bluesky_network.plc,
        BLUESKY_RESOLVER_URL=bluesky_network.pds,
        OUTBOUND_TRUSTED_ORIGINS=",".join([bluesky_network.pds, bluesky_network.plc, mastodon_server.origin]),
    ) as started:
        yield started


@pytest.fixture
def page(
    running: Postroom, open_browser: Open, bluesky_network: BlueskyNetwork, mastodon_server: MastodonServer
) -> Page:
    return open_browser(running.url, strangers=(bluesky_network.pds, mastodon_server.origin))


def test_a_post_goes_out_once_on_each_real_server(
    page: Page, running: Postroom, bluesky_network: BlueskyNetwork, mastodon_server: MastodonServer
):
    by_consent, by_password = bluesky_network.accounts
    steps.sign_up(page, running, name="Ragna Moe", email="ragna@kiln.example")
    steps.open_agency(page, name="Moe & Moe", client="The Kiln", zone=ZONE)
    accounts = [
        connect_by_consent(page, by_consent),
        connect_by_app_password(page, by_password),
        connect_mastodon(page, mastodon_server),
    ]

    page.get_by_role("link", name="New post").first.click()
    steps.choose_accounts(page, accounts)
    page.locator("#text").fill(TEXT)
    steps.add_picture(page, alt=ALT)
    page.get_by_label("First comment").fill(COMMENT)
    steps.set_time(page, steps.soon(ZONE))
    steps.press(page, "Schedule")
    steps.expect_published(page, accounts)

    for account in (by_consent, by_password):
        assert_once_on_bluesky(bluesky_network, account)
    assert_once_on_mastodon(mastodon_server)


# --- connecting


def connect_by_consent(page: Page, person: BlueskyAccount) -> Account:
    account = Account("bluesky", person.handle, person.handle, person.handle)
    steps.start_connecting(page, account)
    page.locator("input[type=password]").fill(person.password)
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Authorize").click()
    steps.expect_connected(page, account)
    return account


def connect_by_app_password(page: Page, person: BlueskyAccount) -> Account:
    account = Account("bluesky", person.handle, person.handle, person.handle)
    page.goto("/social-accounts/connect/")
    row = page.locator(".connect > li").filter(has_text=account.network)
    row.locator("summary").first.click()
    row.get_by_label("Handle or server address").fill(person.handle)
    row.get_by_text("Use an app password instead").click()
    row.get_by_label("App password", exact=True).fill(person.app_password)
    row.get_by_role("button", name="Connect with the app password").click()
    steps.expect_connected(page, account)
    return account


def connect_mastodon(page: Page, server: MastodonServer) -> Account:
    domain = ask(f"{server.origin}/api/v2/instance")["domain"]
    account = Account("mastodon", server.username, f"{server.username}@{domain}", server.origin)
    steps.start_connecting(page, account)
    page.get_by_role("button", name=server.username).click()
    steps.expect_connected(page, account)
    return account


# --- what anybody can read there


def assert_once_on_bluesky(network: BlueskyNetwork, account: BlueskyAccount) -> None:
    query = {"repo": account.did, "collection": "app.bsky.feed.post", "limit": 100}
    records = ask(f"{network.pds}/xrpc/com.atproto.repo.listRecords", query)["records"]
    values = [record["value"] for record in records]
    [post] = [value for value in values if value["text"] == TEXT]
    [comment] = [value for value in values if value["text"] == COMMENT]
    [uri] = [record["uri"] for record in records if record["value"]["text"] == TEXT]
    assert [image["alt"] for image in post["embed"]["images"]] == [ALT]
    assert comment["reply"]["parent"]["uri"] == uri


def assert_once_on_mastodon(server: MastodonServer) -> None:
    person = ask(f"{server.origin}/api/v1/accounts/lookup", {"acct": server.username})
    statuses = ask(f"{server.origin}/api/v1/accounts/{person['id']}/statuses", {"limit": 40})
    [post] = [status for status in statuses if said(status) == TEXT]
    [comment] = [status for status in statuses if said(status) == COMMENT]
    assert [picture["description"] for picture in post["media_attachments"]] == [ALT]
    assert comment["in_reply_to_id"] == post["id"]


def said(status: dict[str, Any]) -> str:
    return re.sub(r"<[^>]+>", "", status["content"])


def ask(url: str, query: dict[str, Any] | None = None) -> Any:
    return httpx.get(url, params=query, timeout=20, trust_env=False).raise_for_status().json()
