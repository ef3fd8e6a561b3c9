"""A post on its way through many hands: written, sent back, mended, approved by three, published, kept."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.journeys import steps
from tests.support.browser import PHONE, Open, shoot

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.steps import Account
    from tests.support.running import Postroom

pytestmark = pytest.mark.browser

# A client of this journey's own: its policy would keep back what other journeys publish.
CLIENT, HANDLE, ZONE = "Saltgate Bakery", "saltgate", "Europe/Berlin"
PEOPLE = ("Mara Lind", "Chidi Obi", "Ines Duarte")
GUEST = "Ingrid Salt"
WRONG, RIGHT = "Cardamom buns, folded 26 times.", "Cardamom buns, folded 27 times."


def signed_in(running: Postroom, open_browser: Open, role: str) -> Page:
    """Somebody of the agency in a browser of their own."""
    page = open_browser(running.url, tuple(running.sandbox.health()["origins"].values()))
    steps.sign_in(page, f"{role}@northlight.example")
    return page


def person(running: Postroom, open_browser: Open, role: str) -> Page:
    """The same, at the client."""
    page = signed_in(running, open_browser, role)
    steps.open_workspace(page, CLIENT)
    return page


def take_on_client(owner: Page, running: Postroom) -> Account:
    """The owner takes on a new client, opens it to the people of this story, and connects its account."""
    owner.goto("/settings/workspaces/new/")
    owner.get_by_label("Client").fill(CLIENT)
    owner.get_by_label("Time zone").select_option(ZONE)
    steps.press(owner, "Create workspace")
    for name in PEOPLE:
        owner.goto("/settings/members/")
        owner.get_by_role("link", name=f"Edit {name}").click()
        owner.get_by_role("group", name="Workspaces").get_by_label(CLIENT, exact=True).check()
        steps.press(owner, "Save")
    steps.open_workspace(owner, CLIENT)
    account = steps.accounts_of(running.sandbox, HANDLE)[1]
    running.sandbox.create_account(account.platform, HANDLE, name=CLIENT)
    steps.connect(owner, account)
    return account


def add_step(page: Page, *, name: str, role: str = "") -> None:
    """A step that a role decides, or else the client's guests."""
    page.get_by_role("region", name="Add a step").get_by_label("Name", exact=True).fill(name)
    if role:
        page.get_by_role("group", name="Roles that decide").get_by_label(role, exact=True).check()
    else:
        page.get_by_label("The client's guests decide", exact=True).check()
    page.get_by_label("When the time of an approved post changes").select_option("Keep the approval")
    steps.press(page, "Add the step")
    expect(page.locator("#toasts")).to_contain_text("Saved.")


def test_a_post_comes_from_its_creator_through_three_steps_to_its_readers(running: Postroom, open_browser: Open):
    owner = signed_in(running, open_browser, "owner")
    account = take_on_client(owner, running)
    creator, manager, compliance = (person(running, open_browser, role) for role in ("creator", "manager", "approver"))
    owner.goto("/approvals/")
    owner.get_by_role("link", name="Policy", exact=True).click()
    add_step(owner, name="Manager", role="Manager")
    add_step(owner, name="Compliance", role="Approver")
    add_step(owner, name="Client")

    creator.goto("/compose/")
    steps.choose_accounts(creator, [account])
    creator.locator("#text").fill(WRONG)
    steps.press(creator, "Save draft")
    steps.press(creator, "Submit for approval")
    expect(creator.locator("#post-state")).to_have_text("Waiting for approval")

    send_back(manager)
    mend(creator)

    approve_with_keys(manager)
    compliance.goto("/approvals/")
    compliance.locator("details[data-triage] > summary").click()
    steps.press(compliance, "Approve")
    expect(compliance.locator("#toasts")).to_contain_text("Approved.")
    expect(compliance.locator("main")).to_contain_text("Nothing waits for you")

    approve_on_a_phone(send_to_the_client(manager), running, open_browser)

    publish(manager)
    steps.expect_published(manager, [account])
    assert running.sandbox.texts(account.platform, account.handle, kind="post").count(RIGHT) == 1
    assert WRONG not in running.sandbox.texts(account.platform, account.handle)
    expect_record(manager)


def send_back(manager: Page) -> None:
    """Ask for changes, with a comment about the very words."""
    manager.goto("/approvals/")
    item = manager.locator("details[data-triage]").filter(has_text=WRONG)
    item.locator("summary").click()
    item.get_by_role("link", name="Open the review").click()
    manager.locator("#id_comment_quote").fill("26 times")
    manager.locator("#id_comment_text").fill("It is one more.")
    steps.press(manager, "Comment")
    expect(manager.locator(".thread .anchor")).to_have_text("26 times")
    manager.locator("#id_note").fill("Count again, please.")
    steps.press(manager, "Request changes")
    expect(manager.get_by_role("heading", level=1)).to_contain_text("Changes requested")


def mend(creator: Page) -> None:
    """Read what was said, write it anew, and ask again."""
    creator.reload()
    creator.get_by_role("link", name="Open the review").click()
    expect(creator.locator(".thread")).to_contain_text("It is one more.")
    creator.get_by_role("link", name="Open the post").click()
    creator.get_by_role("link", name="Edit", exact=True).click()
    creator.locator("#text").fill(RIGHT)
    steps.press(creator, "Save draft")
    steps.press(creator, "Submit for approval")
    creator.get_by_role("link", name="Open the review").click()
    expect(creator.locator(".thread .anchor")).to_contain_text("not in the text any more")
    expect(creator.locator("ins")).to_have_text(RIGHT)
    steps.press(creator, "Resolve")
    expect(creator.locator(".thread")).to_contain_text("resolved")


def approve_with_keys(manager: Page) -> None:
    """The first press of A opens the post, the second approves it; what else was on the plan waits there too."""
    manager.goto("/approvals/")
    items = manager.locator("details[data-triage]")
    mine = next(number for number, item in enumerate(items.all()) if RIGHT in item.inner_text())
    for _ in range(mine + 1):
        manager.keyboard.press("j")
    manager.keyboard.press("a")
    expect(items.nth(mine).locator("> .stack > div").first).to_have_text(RIGHT)
    expect(items.nth(mine)).to_have_attribute("open", "")
    shoot(manager, "approvals-queue")
    manager.keyboard.press("a")
    expect(manager.locator("#toasts")).to_contain_text("Approved.")


def send_to_the_client(manager: Page) -> str:
    """The address of a link for the client's guest."""
    manager.goto("/approvals/?view=board")
    manager.get_by_role("link", name=RIGHT).click()
    manager.get_by_role("link", name="Send to the client").click()
    manager.get_by_label("Name").first.fill(GUEST)
    steps.press(manager, "Make the links")
    return manager.get_by_label("Link", exact=True).input_value()


def approve_on_a_phone(url: str, running: Postroom, open_browser: Open) -> None:
    """The guest has no login, and a browser without scripts."""
    phone = open_browser(running.url, viewport=PHONE, java_script_enabled=False, has_touch=True)
    phone.goto(url)
    expect(phone.locator("main")).to_contain_text(RIGHT)
    phone.get_by_role("button", name="Approve", exact=True).first.click()
    expect(phone.get_by_role("status")).to_contain_text("Approved")


def publish(manager: Page) -> None:
    """The whole is approved, so it may be planned; the policy keeps approvals whatever the hour."""
    manager.goto("/approvals/?view=board")
    manager.get_by_role("link", name=RIGHT).click()
    manager.get_by_role("link", name="Open the post").click()
    manager.get_by_role("link", name="Edit", exact=True).click()
    steps.set_time(manager, steps.soon(ZONE))
    steps.press(manager, "Schedule")
    expect(manager.locator("#post-state")).to_have_text("Scheduled")


def expect_record(manager: Page) -> None:
    """The signed record of what was approved is to be had, and shows it."""
    manager.get_by_role("link", name="Open the review").click()
    with manager.expect_download() as began:
        manager.get_by_role("link", name="Signed record").click()
    document = pypdfium2.PdfDocument(io.BytesIO(Path(began.value.path()).read_bytes()))
    words = document[0].get_textpage().get_text_bounded()
    for expected in (RIGHT, CLIENT, "Mara Lind", "Ines Duarte", GUEST, "Count again, please."):
        assert expected in words
