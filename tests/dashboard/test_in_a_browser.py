"""What scripts add to the composer and the frame, in Chromium, under the policy that the pages are served with."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from apps.core import clock, tenancy
from apps.media.models import Asset
from apps.posts.models import Part, PartMedia, Post
from apps.publishing.models import Publication
from apps.publishing.states import State
from tests.support import factories

CHROMIUM = shutil.which("chromium") or ""
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _sync_django() -> Iterator[None]:
    """The browser's driver runs an event loop in this thread, beside Django's ordinary use of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.fail("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def workspace(transactional_db):
    return factories.workspace(factories.organization("Northlight Agency"), "Café Luna", timezone="Europe/Berlin")


@pytest.fixture
def accounts(workspace):
    return {
        "mastodon": factories.account(workspace, "mastodon", handle="luna", name="Café Luna"),
        "bluesky": factories.account(workspace, "bluesky", handle="luna.test", name="Café Luna"),
    }


@pytest.fixture
def complaints() -> list[str]:
    """What the browser refused or tripped over; every test expects none."""
    return []


@pytest.fixture
def tab(chromium, live_server, workspace, accounts, complaints) -> Iterator[Page]:
    """A tab in which the owner has signed in."""
    client = factories.signed_in(factories.member(workspace.organization), at=workspace)
    context = chromium.new_context(base_url=live_server.url, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    # People leave a page; nobody tears it away while it asks for something.
    page.goto("about:blank")
    context.close()
    assert complaints == []


def choose(tab: Page, *names: str) -> None:
    for name in names:
        tab.get_by_role("checkbox", name=name).check(force=True)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "bun.png"
    file.write_bytes(factories.picture(size=(640, 480)))
    return file


def stored(workspace):
    return tenancy.scope(organization_id=workspace.organization_id)


def test_counters_and_previews_follow_the_words(tab):
    tab.goto("/compose/")
    choose(tab, "Bluesky @luna.test")
    tab.get_by_label("Shared text", exact=True).nth(1).fill("é" * 311)

    expect(tab.locator("#counters")).to_contain_text("11 over 300")
    expect(tab.locator("#preview mark")).to_have_text("é" * 11)
    expect(tab.locator("#problems")).to_contain_text("11 too many")

    tab.get_by_role("link", name="Edit the text").click()
    expect(tab.locator("#text")).to_be_focused()


def test_only_chosen_accounts_have_a_text_of_their_own(tab, accounts):
    tab.goto("/compose/")
    own = tab.locator("label.version", has_text="@luna.test")
    expect(own).to_be_hidden()

    choose(tab, "Bluesky @luna.test")
    own.click()
    tab.get_by_label("Text for Bluesky @luna.test").fill("Only there")

    expect(tab.locator("#preview")).to_contain_text("Only there")
    expect(tab.get_by_text("1 of 2 accounts")).to_be_visible()


def test_a_picture_goes_up_while_the_words_stay_and_the_post_is_planned(tab, workspace, picture):
    tab.goto("/compose/")
    choose(tab, "Mastodon @luna")
    tab.locator("#text").fill("Cardamom bun day")
    tab.locator("#files").set_input_files(picture)
    tab.get_by_label("Alt text of file 1").fill("A tray of buns")
    tab.get_by_role("button", name="Add a part to the thread").click()
    tab.get_by_label("Thread, part 1").fill("Second part")
    tomorrow = clock.now() + timedelta(days=1)
    tab.get_by_label("Day", exact=True).fill(f"{tomorrow:%Y-%m-%d}")
    tab.get_by_label("Time", exact=True).fill("09:30")
    expect(tab.locator("#preview img")).to_have_attribute("alt", "A tray of buns")

    tab.locator("form[data-composer] button", has_text="Schedule").click()

    tab.wait_for_url("**/posts/*/")
    with stored(workspace):
        post = Post.objects.get()
        assert [part.text for part in Part.objects.filter(post=post)] == ["Cardamom bun day", "Second part"]
        assert PartMedia.objects.get().alt == "A tray of buns"
        assert Publication.objects.get().post_id == post.pk


def test_pictures_change_places_by_their_buttons(tab, picture, tmp_path):
    other = tmp_path / "roll.png"
    other.write_bytes(factories.picture(size=(480, 640), colour="brown"))
    tab.goto("/compose/")
    tab.locator("#files").set_input_files([picture, other])
    expect(tab.locator("[data-media] .tile-foot")).to_have_text(["bun.png", "roll.png"])

    tab.get_by_role("button", name="Move file 2 earlier").click()
    expect(tab.locator("[data-media] .tile-foot")).to_have_text(["roll.png", "bun.png"])

    tab.get_by_role("button", name="Take file 1 out of the post").click()
    expect(tab.locator("[data-media] .tile-foot")).to_have_text(["bun.png"])


def test_files_keep_the_order_in_which_they_were_chosen_whichever_arrives_first(tab, picture, tmp_path):
    other = tmp_path / "roll.png"
    other.write_bytes(factories.picture(size=(480, 640), colour="brown"))
    held = []
    tab.route("**/media/uploads/", lambda route: route.continue_() if held else held.append(route))
    tab.goto("/compose/")

    with tab.expect_response("**/complete/"):
        tab.locator("#files").set_input_files([picture, other])
    held[0].continue_()

    expect(tab.locator("[data-media] .tile-foot")).to_have_text(["bun.png", "roll.png"])


def test_a_refused_file_is_told_and_nothing_is_lost(tab, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("hello")
    tab.goto("/compose/")
    tab.locator("#text").fill("My words")
    tab.locator("#files").set_input_files(notes)

    expect(tab.locator("[data-uploads] .error")).to_contain_text("notes.txt")
    expect(tab.locator("#text")).to_have_value("My words")


def test_leaving_with_unsaved_words_asks_first(tab):
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.goto("/compose/")
    tab.locator("#text").press_sequentially("My words")
    tab.get_by_role("link", name="Calendar").first.click()
    tab.wait_for_url("**/calendar/**")

    assert asked == ["beforeunload"]


def test_a_correction_counts_as_one_writes_and_is_saved(tab, workspace, accounts):
    post = factories.post(workspace, "é" * 301, accounts=accounts.values(), due_at=clock.now())
    factories.publication(post, accounts["mastodon"], state=State.PUBLISHED)
    words = {"problem": "rejected", "problem_words": "Bluesky refused the text.", "problem_field": "text"}
    factories.publication(post, accounts["bluesky"], state=State.FAILED, **words)
    tab.goto(f"/posts/{post.pk}/")
    tab.get_by_role("link", name="Correct the words for Bluesky").click()
    expect(tab.locator("#counters")).to_contain_text("1 over 300")
    expect(tab.get_by_label("Text", exact=True)).to_have_accessible_description(re.compile("refused the text"))

    tab.get_by_label("Text", exact=True).fill("Shorter")
    expect(tab.locator("#counters")).to_contain_text("7 / 300")
    tab.get_by_role("button", name="Save", exact=True).click()

    tab.wait_for_url(f"**/posts/{post.pk}/")
    expect(tab.get_by_text("Saved. It goes out when you try it again.")).to_be_visible()


def test_single_keys_work_and_can_be_switched_off(tab):
    tab.goto("/calendar/")
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_be_visible()
    tab.get_by_role("button", name="Turn single keys off").click()

    tab.keyboard.press("c")
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_be_hidden()
    assert "/calendar/" in tab.url

    tab.goto("/")
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()


def test_the_palette_finds_a_post_by_its_words(tab, workspace):
    factories.post(workspace, "We fold the dough 27 times", title="Buns")
    tab.goto("/calendar/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("dough")
    expect(tab.locator("#found")).to_contain_text("Buns")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")

    tab.wait_for_url("**/posts/*/")


def test_a_later_answer_of_the_palette_leaves_the_chosen_post_chosen(tab, workspace):
    factories.post(workspace, "We fold the dough 27 times", title="Buns")
    tab.goto("/calendar/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("dough")
    expect(tab.locator("#found")).to_contain_text("Buns")
    tab.keyboard.press("ArrowDown")
    chosen = tab.locator("#found a").first
    expect(chosen).to_be_focused()

    with tab.expect_response("**/search/**"):
        tab.evaluate("jump.value = 'fold the dough'; jump.dispatchEvent(new Event('input', {bubbles: true}))")

    expect(chosen).to_be_focused()


def test_a_theme_is_there_at_once_and_stays(tab):
    tab.goto("/calendar/")
    tab.get_by_role("button", name="Your menu").click()
    with tab.expect_response("**/preferences/"):
        tab.get_by_role("button", name="Dark").click()

    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    tab.reload()
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_month_turns_in_place(tab):
    tab.goto("/calendar/2026-10/")
    tab.get_by_role("link", name="November 2026").click()

    expect(tab.get_by_role("heading", level=1)).to_have_text("November 2026")
    assert tab.url.endswith("/calendar/2026-11/")
    tab.go_back()
    expect(tab.get_by_role("heading", level=1)).to_have_text("October 2026")


def test_a_phone_has_tabs_under_the_thumb_and_nothing_scrolls_sideways(tab, workspace, accounts):
    factories.post(
        workspace, title="A planned post with a title that is long", accounts=accounts.values(), due_at=clock.now()
    )
    tab.set_viewport_size({"width": 390, "height": 844})
    for address in ("/", "/calendar/", "/compose/", "/welcome/", "/search/?q=planned", "/social-accounts/"):
        tab.goto(address)
        expect(tab.get_by_role("navigation", name="Quick")).to_be_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, address

    tab.get_by_role("button", name="Open menu").click()
    expect(tab.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_lost_connection_is_waited_for_and_the_file_arrives_whole(tab, workspace, tmp_path, complaints):
    film = tmp_path / "noise.bmp"
    Image.effect_noise((2600, 2600), 80).convert("RGB").save(film)  # about 20 MB: several pieces
    tab.goto("/media/")
    lost = []

    def lose_the_second(route):
        if route.request.method == "PUT" and not lost and route.request.headers["upload-offset"] != "0":
            lost.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    tab.route("**/media/uploads/**", lose_the_second)
    tab.locator("[data-uploader] input[type=file]").set_input_files(film)

    expect(tab.locator(".file-tile")).to_contain_text("noise.bmp", timeout=60_000)
    assert lost
    # The browser notes the connection that this test has cut.
    complaints[:] = [one for one in complaints if "ERR_CONNECTION_RESET" not in one]
    with stored(workspace):
        asset = Asset.objects.get()
    assert asset.source_sha256 == hashlib.sha256(film.read_bytes()).hexdigest()


def test_a_picture_is_pasted_into_a_post_cropped_by_hand_and_planned(tab, workspace, accounts):
    tab.goto("/compose/")
    choose(tab, "Bluesky @luna.test")
    tab.locator("#text").fill("Cropped")
    tab.evaluate(
        """async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 400, height: 200 });
          canvas.getContext("2d").fillRect(0, 0, 400, 200);
          const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
          const data = new DataTransfer();
          data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(tab.locator("[data-media] .tile-foot")).to_have_text(["pasted.png"])
    tab.locator("details.cut summary").click()
    tab.locator("[data-stage] img").scroll_into_view_if_needed()
    stage = tab.locator("[data-stage] img").bounding_box()
    tab.mouse.move(stage["x"] + stage["width"] * 0.25, stage["y"] + stage["height"] * 0.1)
    tab.mouse.down()
    tab.mouse.move(stage["x"] + stage["width"] * 0.75, stage["y"] + stage["height"] * 0.9, steps=5)
    tab.mouse.up()
    box = tab.locator("[data-box-value]").input_value()
    tab.locator("form[data-composer] button", has_text="Save draft").click()
    tab.wait_for_url("**/posts/*/")

    left, top, width, height = (float(one) for one in box.split(","))
    assert (round(left), round(top), round(width), round(height)) == (25, 10, 50, 80)
    with stored(workspace):
        cut = PartMedia.objects.get().cut
    assert [round(share, 2) for share in cut["box"]] == [0.25, 0.1, 0.5, 0.8]
