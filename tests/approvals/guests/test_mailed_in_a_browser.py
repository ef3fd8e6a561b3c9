"""A member without scripts mails links to guests, and keeps the files of a comment while pointing at a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.posts.models import Post
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT
from tests.approvals.test_attachments import names
from tests.support import factories
from tests.support.browser import PHONE, Open, shoot, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def _sync_django(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def post(desk: Desk) -> Post:
    desk.policy(CLIENT)
    picture = factories.asset(desk.agency.workspace, alt="The long table", width=800, height=600)
    made = desk.post("One long table, forty chairs", assets=[picture])
    desk.submit(made)
    return made


@pytest.fixture
def phone(open_browser: Open, live_server: object, manager: Membership, desk: Desk) -> Page:
    """A telephone on which the manager has signed in, and whose browser runs no scripts."""
    page: Page = open_browser(str(live_server), viewport=PHONE, java_script_enabled=False, has_touch=True)
    sign_in(page, factories.signed_in(manager, at=desk.agency.workspace))
    return page


def test_links_are_mailed_from_the_page_that_shows_them(phone: Page, desk: Desk, post: Post) -> None:
    phone.goto(f"{reverse('approvals:link_new')}?request={desk.request(post).pk}")
    guests = {"Ingrid Solheim": "ingrid@alder.example", "Jonas Lie": "", "Mina": "mina@alder.example"}
    for number, (name, address) in enumerate(guests.items(), start=1):
        phone.locator(f"[name=name_{number}]").fill(name)
        phone.locator(f"[name=email_{number}]").fill(address)
    phone.get_by_role("button", name="Make the links").click()
    expect(phone.get_by_text("No mail address")).to_have_count(1)
    shoot(phone, "links-made")
    assert phone.evaluate(OVERFLOW) <= 0
    phone.get_by_role("button", name="Send it from Postroom to Ingrid Solheim").click()
    expect(phone.get_by_text("On its way to ingrid@alder.example.")).to_be_visible()
    expect(phone.locator("input.mono")).to_have_count(3)
    shoot(phone, "links-sent")
    phone.get_by_role("link", name="Done").click()
    expect(phone.get_by_text("the mail is on its way")).to_have_count(1)
    phone.get_by_role("button", name="Send from Postroom to Mina").click()
    expect(phone.get_by_text("the mail is on its way")).to_have_count(2)
    shoot(phone, "links")
    assert phone.evaluate(OVERFLOW) <= 0


def test_files_stay_while_a_picture_is_pointed_at(phone: Page, desk: Desk, post: Post, tmp_path: Path) -> None:
    file = tmp_path / "tray.jpg"
    file.write_bytes(factories.picture(colour="teal", form="JPEG"))
    phone.goto(reverse("approvals:review", args=[desk.request(post).pk]))
    phone.get_by_label("Comment", exact=True).fill("Closer, like this")
    phone.get_by_label("Files").last.set_input_files(file)
    phone.get_by_text("Point at a place in a picture").click()
    phone.locator("input[type=image]").first.click(position={"x": 40, "y": 30})

    expect(phone.get_by_label("tray.jpg")).to_be_checked()
    expect(phone.get_by_label("Comment", exact=True)).to_have_value("Closer, like this")
    phone.get_by_label("tray.jpg").scroll_into_view_if_needed()
    shoot(phone, "files-kept")
    assert phone.evaluate(OVERFLOW) <= 0
    phone.get_by_role("button", name="Comment", exact=True).last.click()
    expect(phone.get_by_text("Closer, like this")).to_be_visible()
    assert names(desk) == ["tray.jpg"]
