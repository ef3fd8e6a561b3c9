"""What people do in Postroom, in the words of its pages."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import expect

from tests.support.running import PASSWORD
from tests.support.sandbox import Sandbox

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.running import Postroom

NETWORKS = {"instagram": "Instagram", "mastodon": "Mastodon", "bluesky": "Bluesky"}
# Less than that before the next full minute, and the plan is for the one after it.
HASTE = timedelta(seconds=20)
PUBLISHED_MILLISECONDS = 150_000


# --- people


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#nav")).to_be_visible()


def sign_up(page: Page, running: Postroom, *, name: str, email: str) -> None:
    """Make a sign-in and confirm the mail address with the link that was sent to it."""
    page.goto("/accounts/signup/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("a long walk by the sea")
    press(page, "Create sign-in")
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.goto(running.mail(to=email, link="/accounts/confirm-email/"))
    press(page, "Yes, confirm it")


def open_agency(page: Page, *, name: str, client: str, zone: str) -> None:
    """What a person does first who belongs to no organization."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Time zone").select_option(zone)
    press(page, "Create agency")
    page.get_by_label("Client").fill(client)
    press(page, "Create workspace")
    expect(page.locator("#nav")).to_contain_text(client)


def open_workspace(page: Page, name: str) -> None:
    """Go to another client; the page of all workspaces does it without scripts, too."""
    page.goto("/settings/workspaces/")
    choice = page.get_by_role("button", name=f"Open {name}")
    if choice.count():
        choice.click()
    expect(page.locator("#nav").get_by_text(name).first).to_be_visible()


# --- accounts


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the sandbox: what is typed to connect it, and what Postroom calls it."""

    platform: str
    handle: str
    shown: str
    address: str = ""

    @property
    def network(self) -> str:
        return NETWORKS[self.platform]


def accounts_of(sandbox: Sandbox, name: str) -> list[Account]:
    """The accounts of one client on the three platforms."""
    server = sandbox.origin("mastodon")
    return [
        Account("instagram", name, name),
        Account("mastodon", name, f"{name}@{urlsplit(server).netloc}", server),
        Account("bluesky", f"{name}.test", f"{name}.test", f"{name}.test"),
    ]


def start_connecting(page: Page, account: Account) -> None:
    """Choose a network, and leave for its consent page."""
    page.goto("/social-accounts/connect/")
    row = page.locator(".connect > li").filter(has_text=account.network)
    if not account.address:
        row.get_by_role("button", name="Connect").click()
        return
    row.locator("summary").first.click()
    row.get_by_label(re.compile("^(Server|Handle)")).fill(account.address)
    row.get_by_role("button", name=re.compile("^Continue at")).click()


def allow(page: Page, account: Account) -> None:
    """Choose an account on the sandbox's consent page and allow."""
    page.locator("label.choice").filter(has=page.get_by_text(f"@{account.handle}", exact=True)).click()
    page.get_by_role("button", name="Allow").click()


def deny(page: Page) -> None:
    page.get_by_role("button", name="Deny").click()


def expect_connected(page: Page, account: Account) -> None:
    expect(page.locator("#toasts")).to_contain_text(f"Connected {account.network} @{account.shown}")
    expect(page.get_by_role("row").filter(has_text=f"{account.network} · {account.shown}")).to_be_visible()


def connect(page: Page, account: Account) -> None:
    start_connecting(page, account)
    allow(page, account)
    expect_connected(page, account)


# --- posts


def jpeg(size: tuple[int, int] = (1080, 1080), colour: str = "#7b4b2a") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "JPEG")
    return content.getvalue()


def account_box(page: Page, account: Account) -> Locator:
    return page.get_by_role("checkbox", name=f"{account.network} @{account.shown}", exact=True)


def choose_accounts(page: Page, accounts: Sequence[Account]) -> None:
    for account in accounts:
        account_box(page, account).check(force=True)  # the box lies under the account's picture


def add_picture(page: Page, *, alt: str, name: str = "latte.jpg") -> None:
    """Choose a file, wait until it is there, and describe it."""
    page.locator("#files").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": jpeg()})
    upload = page.get_by_role("button", name="Add the chosen files")
    if upload.is_visible():
        upload.click()
    described = page.get_by_label("Alt text of file 1")
    described.fill(alt)
    expect(described).to_have_value(alt)


def soon(zone: str) -> datetime:
    """The next full minute in this zone that leaves time to finish the form: at most 80 seconds ahead."""
    now = datetime.now(ZoneInfo(zone))
    minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return minute if minute - now > HASTE else minute + timedelta(minutes=1)


def set_time(page: Page, at: datetime) -> None:
    page.get_by_label("Day", exact=True).fill(f"{at:%Y-%m-%d}")
    page.get_by_label("Time", exact=True).fill(f"{at:%H:%M}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def card(page: Page, account: Account) -> Locator:
    """The part of a post's page that is about one account."""
    title = page.get_by_role("heading", name=f"{account.network} @{account.shown}")
    return page.locator("section.target").filter(has=title)


def expect_published(page: Page, accounts: Sequence[Account]) -> list[str]:
    """Watch the page until it says, by itself, that all is out; the addresses it links to."""
    links = [card(page, account).get_by_role("link", name="View post") for account in accounts]
    for link in links:
        expect(link).to_be_visible(timeout=PUBLISHED_MILLISECONDS)
    expect(page.locator("#post-state")).to_have_text("Published")
    return [link.get_attribute("href") or "" for link in links]
