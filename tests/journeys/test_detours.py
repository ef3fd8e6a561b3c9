"""What a story does when it does not go straight: refused posts, denied consent, a browser without scripts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys import steps

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.running import Postroom

pytestmark = pytest.mark.browser

OWNER = "owner@northlight.example"
TOO_LONG = "One breath in, one breath out. " * 10  # 310 characters, of which Bluesky takes 300


def tomorrow(zone: str) -> datetime:
    return datetime.now(ZoneInfo(zone)).replace(hour=9, minute=30) + timedelta(days=1)


def test_a_refused_post_keeps_its_words_and_pictures_and_names_the_problem(page: Page, running: Postroom):
    accounts = steps.accounts_of(running.sandbox, "lumenyoga")
    steps.sign_in(page, OWNER)
    steps.open_workspace(page, "Lumen Yoga")
    page.goto("/compose/")
    steps.choose_accounts(page, accounts)
    page.locator("#text").fill(TOO_LONG)
    steps.add_picture(page, alt="A mat by the window")
    page.get_by_label("First comment").fill("Bring a friend")
    steps.set_time(page, tomorrow("Asia/Tokyo"))

    page.watch.expect(422, "/compose/")
    steps.press(page, "Schedule")

    expect(page.get_by_text("Nothing you wrote is lost.")).to_be_visible()
    expect(page.locator("#text-error")).to_contain_text("Bluesky takes at most 300 characters; this text has 310")
    expect(page.locator("#text")).to_have_value(TOO_LONG)
    expect(page.get_by_role("listitem").get_by_role("img", name="A mat by the window")).to_be_visible()
    expect(page.get_by_label("Alt text of file 1")).to_have_value("A mat by the window")
    expect(page.get_by_label("First comment")).to_have_value("Bring a friend")
    for account in accounts:
        expect(steps.account_box(page, account)).to_be_checked()

    page.locator("#text").fill("One breath in, one breath out.")
    steps.press(page, "Schedule")
    expect(page.locator("#post-state")).to_have_text("Scheduled")


@pytest.mark.parametrize("number", range(3), ids=steps.NETWORKS)
def test_a_denied_consent_says_what_to_do(number: int, page: Page, running: Postroom):
    account = steps.accounts_of(running.sandbox, "northlight")[number]
    steps.sign_in(page, OWNER)
    steps.start_connecting(page, account)

    page.watch.expect(400, f"/social-accounts/callback/{account.platform}/")
    steps.deny(page)

    expect(page.get_by_role("heading", name="Not connected")).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("was declined|did not allow"))
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Connect an account")).to_be_visible()


def test_a_post_is_written_and_planned_without_scripts(plain_page: Page, running: Postroom):
    page = plain_page
    new = steps.accounts_of(running.sandbox, "alderandfinchhome")[1]
    accounts = [*steps.accounts_of(running.sandbox, "alderandfinch"), new]
    steps.sign_in(page, OWNER)
    steps.open_workspace(page, "Alder & Finch")
    steps.connect(page, new)

    page.goto("/compose/")
    steps.choose_accounts(page, accounts)
    page.locator("#text").fill("Sawdust on the floor, oil on the oak.")
    steps.add_picture(page, alt="An oak board, half oiled")
    page.get_by_label("First comment").fill("Open until six.")
    steps.set_time(page, tomorrow("America/New_York"))
    steps.press(page, "Schedule")

    expect(page.locator("#post-state")).to_have_text("Scheduled")
    for account in accounts:
        expect(steps.card(page, account)).to_contain_text("Goes out")
    expect(page.get_by_role("img", name="An oak board, half oiled")).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("#text")).to_have_value("Sawdust on the floor, oil on the oak.")
    expect(page.get_by_label("Alt text of file 1")).to_have_value("An oak board, half oiled")
