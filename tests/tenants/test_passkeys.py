"""Passkeys in a real browser, with a key made of software: added behind a password, used instead of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import factories

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def anna(organization: Any, workspace: Any) -> None:
    factories.member(organization, person=factories.user("anna@example.org", name="Anna"))


@pytest.fixture
def plugged_in(live_server: Any, anna: None, request: pytest.FixtureRequest) -> Page:
    """A browser with a key in it. It starts last, because nothing may be read from the database beside its loop."""
    page: Page = request.getfixturevalue("open_browser")(live_server.url)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/?next=/accounts/2fa/")
    page.get_by_label("Email").fill("anna@example.org")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("Second factor").first.wait_for()


def open_form(page: Page) -> None:
    """A key is added by somebody who has just shown again that it is them."""
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/accounts/2fa/webauthn/add/")


def add_key(page: Page) -> None:
    open_form(page)
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")


def test_a_passkey_signs_in_without_a_password(plugged_in):
    sign_in(plugged_in)
    add_key(plugged_in)
    plugged_in.context.clear_cookies()

    plugged_in.goto("/accounts/login/?next=/accounts/2fa/")
    plugged_in.get_by_role("button", name="Sign in with a passkey").click()

    plugged_in.get_by_text("1 added").wait_for()


def test_a_passkey_is_the_second_factor_after_a_password(plugged_in):
    sign_in(plugged_in)
    add_key(plugged_in)
    plugged_in.context.clear_cookies()

    plugged_in.goto("/accounts/login/?next=/accounts/2fa/")
    plugged_in.get_by_label("Email").fill("anna@example.org")
    plugged_in.get_by_label("Password").fill(factories.PASSWORD)
    plugged_in.get_by_role("button", name="Sign in", exact=True).click()
    plugged_in.get_by_role("button", name="Use a passkey or security key").click()

    plugged_in.get_by_text("1 added").wait_for()


def test_a_key_that_does_not_answer_leaves_a_word_on_the_page(plugged_in):
    sign_in(plugged_in)
    open_form(plugged_in)
    plugged_in.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('refused')) }")

    plugged_in.get_by_role("button", name="Add", exact=True).click()

    plugged_in.get_by_text("The key was not used.").wait_for()
