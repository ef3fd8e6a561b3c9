"""The first light: from the sign-in to a post that is live on three platforms, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.support.browser import shoot
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.running import Postroom

pytestmark = pytest.mark.browser

MANAGER, OWNER = "manager@northlight.example", "owner@northlight.example"
ZONE = "Europe/Berlin"  # of Harbour Coffee
TEXT = "New beans from Huila: red apple, panela, a long finish. On bar from today."
ALT = "A scoop of fresh beans over a paper bag"
COMMENT = "Filter or espresso? Tell us below."


def test_an_agency_connects_three_accounts_and_its_post_goes_out_on_time(page: Page, running: Postroom):
    accounts = steps.accounts_of(running.sandbox, "harbourroasters")
    steps.sign_in(page, MANAGER)
    steps.open_workspace(page, "Harbour Coffee")
    for account in accounts:
        steps.connect(page, account)

    page.get_by_role("link", name="New post").first.click()
    steps.choose_accounts(page, accounts)
    page.locator("#text").fill(TEXT)
    steps.add_picture(page, alt=ALT)
    page.get_by_label("First comment").fill(COMMENT)
    steps.set_time(page, steps.soon(ZONE))
    steps.press(page, "Schedule")
    expect(page.locator("#post-state")).to_have_text("Scheduled")
    links = steps.expect_published(page, accounts)

    expect_once_in_each_feed(page, running, accounts)
    for link in links:
        page.goto(link)
        expect(page.locator("article.post").first).to_contain_text(TEXT)


def reload_until_shown(page: Page, what: Locator) -> None:
    """A comment follows its post, and the sandbox's page does not renew itself."""

    def is_shown() -> bool:
        page.reload()
        return what.count() == 1

    wait_until(is_shown)


def expect_once_in_each_feed(page: Page, running: Postroom, accounts: list[steps.Account]) -> None:
    """As people see it, and as the sandbox counts."""
    for account in accounts:
        page.goto(f"{running.sandbox.url}/feed/{account.platform}/{account.handle}")
        posts = page.locator("main article.post").filter(has=page.locator("> p.text", has_text=TEXT))
        expect(posts).to_have_count(1)
        expect(posts.get_by_role("img", name=ALT)).to_be_visible()
        comments = posts.locator(".replies article.post")
        reload_until_shown(page, comments)
        expect(comments).to_contain_text(COMMENT)
        assert running.sandbox.texts(account.platform, account.handle, kind="post") == [TEXT]
        assert running.sandbox.texts(account.platform, account.handle, kind="reply") == [COMMENT]
        assert running.sandbox.counts(account.platform, account.handle)["repeated"] == 0


def test_a_new_person_comes_from_the_sign_up_to_the_first_steps(page: Page, running: Postroom):
    steps.sign_up(page, running, name="Nora Vale", email="nora@valeandco.example")
    steps.open_agency(page, name="Vale & Co", client="Bakery Sol", zone="Europe/Lisbon")

    page.goto("/")
    expect(page.get_by_role("heading", name="Welcome to your postroom, Nora")).to_be_visible()
    shoot(page, "first-run")
    page.get_by_role("link", name="Connect account").click()
    expect(page.get_by_role("heading", name="Connect an account of Bakery Sol")).to_be_visible()
