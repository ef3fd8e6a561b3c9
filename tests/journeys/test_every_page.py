"""A walk over the pages of a client at work: each fits a desk and a phone, by day and by night, and breaks no rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.support.browser import DESK, PHONE, keeps_pictures, save, shoot
from tests.support.sandbox import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.running import Postroom

pytestmark = pytest.mark.browser

OWNER = "owner@northlight.example"
PAGES = {
    "home": "/",
    "calendar": "/calendar/",
    "posts": "/posts/",
    "composer-empty": "/compose/",
    "media": "/media/",
    "accounts": "/social-accounts/",
    "connect": "/social-accounts/connect/",
    "first-run": "/welcome/",
    "emergency-stop": "/stops/",
    "emergency-stop-asks": "/stops/organization/",
    "settings-organization": "/settings/organization/",
    "settings-workspaces": "/settings/workspaces/",
    "settings-workspace": "/settings/workspaces/new/",
    "settings-members": "/settings/members/",
    "settings-invite": "/settings/members/invite/",
    "settings-profile": "/settings/profile/",
    "settings-second-factor": "/accounts/2fa/",
    "settings-mail": "/accounts/email/",
}
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def test_every_page_fits_a_desk_and_a_phone(page: Page, running: Postroom):
    look_at(page, "sign-in", "/accounts/login/")
    look_at(page, "sign-up", "/accounts/signup/")
    look_at(page, "password-reset", "/accounts/password/reset/")
    steps.sign_in(page, OWNER)
    steps.open_workspace(page, "Harbour Coffee")

    for name, address in PAGES.items():
        look_at(page, name, address)

    page.goto("/posts/?state=planned")
    page.locator(".post-row a.cover").first.click()
    look_at(page, "post-planned", page.url)
    page.get_by_role("link", name="Edit", exact=True).click()
    look_at(page, "composer", page.url)
    page.goto("/social-accounts/")
    page.get_by_role("row").get_by_role("link", name="Harbour Coffee", exact=True).first.click()
    look_at(page, "account", page.url)
    if keeps_pictures():
        page.goto("/calendar/")
        save(page, ROOT / "docs" / "images" / "calendar.png")


def look_at(page: Page, name: str, address: str) -> None:
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate(OVERFLOW) <= 0, f"{address} is wider than {size['width']} pixels"
    shoot(page, name)
