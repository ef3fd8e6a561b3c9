"""A client's guest with a phone and no scripts, and what axe says of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from apps.core import clock as system_clock
from apps.media.models import Asset
from apps.posts.models import Post
from apps.social_accounts.models import SocialAccount
from apps.tenants.models import Membership
from tests.approvals.conftest import Desk
from tests.approvals.guests.conftest import CLIENT, Guest
from tests.support import axe, factories
from tests.support.browser import DESK, PHONE, Open, shoot

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
TEXTS = (
    "One long table, forty chairs, four courses from the rye harvest. Saturday 7 November, doors at 17:30. #rughøst",
    "Cardamom bun day. We fold the dough 27 times, and eat it once.",
    "Jam jars, refilled. Bring yours back and we take ten kroner off.",
    "Ask the baker: what is the best bread for a cold day?",
    "Why we stone-mill. https://alder.example/mill",
)


@pytest.fixture(autouse=True)
def _sync_django(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser's driver runs an event loop in this thread, beside Django's ordinary use of it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def posts(desk: Desk) -> list[Post]:
    """Five posts of a month, with pictures, on two networks; they wait for the client."""
    desk.policy(CLIENT)
    place = desk.agency.workspace
    accounts = [
        factories.account(place, platform, handle="alderandrye", name="Alder & Rye")
        for platform in ("instagram", "linkedin")
    ]
    made = []
    for number, text in enumerate(TEXTS):
        picture = factories.asset(place, alt=f"Picture {number}")
        post = desk.post(text, on=accounts, assets=[picture])
        with desk.agency.scope():
            at = system_clock.now() + timedelta(days=number + 1)
            Post.objects.filter(pk=post.pk).update(due_at=at, local_due_at=at, timezone="UTC")
        desk.submit(desk.agency.read(post))
        made.append(post)
    return made


@pytest.fixture
def guest(posts: list[Post], invite: Callable[..., Guest]) -> Guest:
    return invite(*posts, title="October, second half")


@pytest.fixture
def phone(open_browser: Open, live_server: object) -> Page:
    """A telephone whose browser runs no scripts."""
    return open_browser(str(live_server), viewport=PHONE, java_script_enabled=False, has_touch=True)


def test_a_month_is_signed_off_with_two_rejections(phone: Page, desk: Desk, posts: list[Post], guest: Guest) -> None:
    phone.goto(guest.home)
    expect(phone.get_by_role("heading", level=1)).to_have_text("October, second half")
    expect(phone.locator(".review-one")).to_have_count(len(posts))
    for number, words in ((0, "It is five courses now"), (2, "Not this week")):
        phone.get_by_role("link", name=re.compile(f"^Something else {TEXTS[number][:20]}")).click()
        phone.get_by_label("Your words for the team").fill(words)
        phone.get_by_role("button", name="Reject").click()
        expect(phone.get_by_role("status")).to_contain_text("Rejected. The team has your words.")
    phone.get_by_role("link", name="Approve all that are left (3)").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Approve all that are left")

    phone.get_by_role("button", name="Approve all that are left (3)").click()

    expect(phone.get_by_role("status")).to_contain_text("3 posts are approved.")
    expect(phone.get_by_text("Everything here is decided.")).to_be_visible()
    states = [desk.request(post).state for post in posts]
    assert states == ["rejected", "approved", "rejected", "approved", "approved"]
    assert [one.note for one in guest.said(posts[0].pk)] == ["It is five courses now"]


def test_a_change_is_shown_and_talked_about_and_another_time_proposed(
    phone: Page, desk: Desk, posts: list[Post], guest: Guest
) -> None:
    phone.goto(f"{guest.home}{posts[0].pk}/")
    accounts = [one for one in _accounts(desk) if one.platform == "instagram"]
    desk.edit(posts[0], TEXTS[0].replace("four", "five"), on=accounts)
    phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_role("alert")).to_contain_text("so nothing was decided")
    expect(phone.get_by_role("region", name="What changed").locator("ins").first).to_have_text("five")

    phone.get_by_label("Write a comment").fill("The chef is happy")
    phone.get_by_label("Which words is it about?").fill("five courses")
    phone.get_by_role("region", name="Comments").get_by_role("button", name="Send").last.click()
    expect(phone.get_by_role("status")).to_contain_text("Your comment is with the team.")
    phone.get_by_text("Propose another time").click()
    phone.get_by_label("Day").fill("2031-01-04")
    phone.get_by_label("Time", exact=True).fill("10:30")
    phone.get_by_role("button", name="Propose this time").click()
    expect(phone.get_by_role("status")).to_contain_text("stays where it is until they move it")
    assert [one.thread.anchor["kind"] for one in guest.comments()] == ["text", "time"]


def test_another_network_is_looked_at_without_scripts(phone: Page, posts: list[Post], guest: Guest) -> None:
    phone.goto(guest.home)
    first = phone.locator(".review-one").first
    expect(first.locator(".pv.feed").first).to_be_visible()
    expect(first.locator(".pv").nth(1)).to_be_hidden()
    first.locator("label.preview-tab").nth(1).click()
    expect(first.locator(".pv").nth(1)).to_be_visible()


def test_a_tap_on_a_picture_marks_the_place_without_scripts(phone: Page, posts: list[Post], guest: Guest) -> None:
    phone.goto(f"{guest.home}{posts[0].pk}/")
    phone.get_by_text("Point at a place in a picture").click()
    phone.get_by_label("Write a comment").fill("Not these")
    picture = phone.get_by_role("button", name="Point at picture 1: Picture 0")
    picture.click(position={"x": 64, "y": 96})

    expect(phone.get_by_role("status").first).to_contain_text("The place is marked.")
    expect(phone.get_by_label("Write a comment")).to_have_value("Not these")
    assert float(phone.get_by_label("From the left, in percent").input_value()) == pytest.approx(25, abs=0.5)
    assert phone.evaluate(OVERFLOW) <= 0
    shoot(phone, "review-pointed")
    phone.get_by_role("button", name="Send").last.click()

    expect(phone.get_by_role("status").first).to_contain_text("Your comment is with the team.")
    expect(phone.get_by_role("link", name="Mark 1", exact=True)).to_be_visible()
    (said,) = guest.comments()
    assert (said.thread.anchor["x"], said.thread.anchor["y"]) == (
        pytest.approx(0.25, abs=0.01),
        pytest.approx(0.5, abs=0.01),
    )


def test_every_page_fits_and_axe_finds_nothing(
    open_browser: Open, live_server: object, desk: Desk, posts: list[Post], guest: Guest, invite: Callable[..., Guest],
    manager: Membership,
) -> None:  # fmt: skip
    guest.pressed(f"{posts[0].pk}/comment/", text="It is five", quote="four courses")
    with desk.agency.scope():
        digest = Asset.objects.get(alt="Picture 0").sha256
    guest.pressed(f"{posts[0].pk}/comment/", text="Not these", picture=digest, x="25", y="50")
    guest.says(desk.request(posts[1]), "reject", "Not this")
    guest.says(desk.request(posts[2]), "approve")
    guarded, over = invite(posts[0], passcode="rye bread"), invite(posts[0])
    with desk.agency.scope():
        over.link.delete()
    page = open_browser(str(live_server))
    page.watch.expect(404, over.home)  # type: ignore[attr-defined]
    page.watch.expect(404, over.home)  # type: ignore[attr-defined]
    addresses = {
        "month": guest.home, "post": f"{guest.home}{posts[0].pk}/", "decided": f"{guest.home}{posts[1].pk}/",
        "rest": f"{guest.home}rest/", "passcode": guarded.home, "over": over.home,
    }  # fmt: skip
    for name, address in addresses.items():
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            page.goto(address)
            assert page.evaluate(OVERFLOW) <= 0, f"{name} is wider than {size['width']} pixels"
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert axe.violations(page) == [], f"{name} at {size['width']} pixels, {scheme}"
            page.emulate_media(color_scheme="light")
        shoot(page, f"review-{name}")


def _accounts(desk: Desk) -> list[SocialAccount]:
    with desk.agency.scope():
        return list(SocialAccount.objects.all())
