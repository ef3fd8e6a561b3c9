"""The guides as pages at /developers/: public, from our own origin, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from playwright.sync_api import expect, sync_playwright
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.live_server_helper import LiveServer

from apps.api import guides
from tests.dashboard.pages import Page
from tests.house import rules
from tests.support import programs
from tests.support.browser import ON_VIOLATION, OPTIONS

HOME = "/developers/"
ADDRESSES = [HOME, *(f"{HOME}{name}/" for name in guides.GUIDES)]


def read(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture(params=ADDRESSES)
def address(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_whoever_has_no_seat_reads_it_and_no_row_is_asked_for(
    address: str, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        page = Page(read(address))

    assert [len(page.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert len(page.ids) == len(set(page.ids))
    assert not page.scripts
    assert not page.all("style")
    assert not [one for one in page.elements for name in one.attributes if name == "style" or name.startswith("on")]
    loaded = [one.get("src") or one.get("href") for one in page.all("script", "link", "img", "use")]
    assert not [source for source in loaded if "//" in source]
    icons = {one.get("href").removeprefix("#") for one in page.all("use")}
    assert icons <= set(page.ids)


def test_every_link_leads_somewhere(address: str, db: None) -> None:
    ids_of: dict[str, list[str]] = {}
    for link in Page(read(address)).all("a"):
        target = urlsplit(urljoin(address, link.get("href")))
        if target.scheme or target.path == "/":
            continue
        assert target.path.startswith((HOME, "/api/v1/")), f"{link.get('href')} leads to nothing that integrators have"
        if target.path not in ids_of:
            page = Client().get(target.path)
            assert page.status_code == 200, link.get("href")
            ids_of[target.path] = Page(page.content.decode()).ids if target.path.startswith(HOME) else []
        assert not target.fragment or target.fragment in ids_of[target.path], link.get("href")


@pytest.mark.parametrize("name", sorted(guides.GUIDES))
def test_every_document_that_a_guide_names_is_there(name: str) -> None:
    path = guides.GUIDES[name].path
    named = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", path.read_text()) if "://" not in link]

    assert [link for link in named if link and not (path.parent / link).exists()] == []


def test_the_list_has_every_guide_and_the_reference(db: None) -> None:
    links = {link.get("href") for link in Page(read(HOME)).all("a")}

    assert {guide.url for guide in guides.GUIDES.values()} <= links
    assert {"/api/v1/docs", "/api/v1/redoc", "/api/v1/openapi.json"} <= links


def test_there_is_no_other_guide(db: None) -> None:
    assert Client().get(f"{HOME}adding-a-platform/").status_code == 404


def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> guides.Guide:
    (tmp_path / "one.md").write_text(text)
    monkeypatch.setattr(guides, "DOCS", tmp_path)
    return guides.Guide("one", "one.md", "Begin", "One.")


def test_html_in_a_document_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = guides.rendered(guide(tmp_path, monkeypatch, "# One\n\n<script>1</script>\n\n```sh\necho '<b>'\n```\n")).body

    assert "<script>" not in body
    assert "<b>" not in body


def test_a_link_to_what_is_not_for_integrators_is_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "# One\n\n[the ropes](../operations.md), [elsewhere](https://example.org/), [here](one.md#a)"
    monkeypatch.setattr(guides, "GUIDES", {"one": (one := guide(tmp_path, monkeypatch, words))})

    body = guides.rendered(one).body

    assert "<span>the ropes</span>" in body
    assert 'href="https://example.org/"' in body
    assert 'href="/developers/one/#a"' in body


def test_headings_with_the_same_words_have_places_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = guides.rendered(guide(tmp_path, monkeypatch, "# One\n\n## Main\n\n## A `key`\n\n## A key\n"))

    assert [(one.anchor, one.title) for one in read.sections] == [
        ("main-", "Main"), ("a-key", "A key"), ("a-key-", "A key"),
    ]  # fmt: skip


def test_a_guide_that_has_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = guide(tmp_path, monkeypatch, "# One")
    assert one.title == "One"
    one.path.write_text("# Another")
    assert one.title == "Another"


def test_the_image_has_what_is_shown() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", (rules.ROOT / "Dockerfile").read_text(), re.MULTILINE)
    left_out = (rules.ROOT / ".dockerignore").read_text().split()

    for one in guides.GUIDES.values():
        places = {f"docs/{one.file}", str(Path("docs", one.file).parent)}
        assert places & set(copied), one.file
        assert any(f"!{place}" in left_out for place in places), one.file


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone_nothing_is_too_wide_and_an_example_is_copied(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread.
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=list(OPTIONS))
        context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme="dark")
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.add_init_script(ON_VIOLATION)
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        for address in ADDRESSES:
            page.goto(f"{live_server.url}{address}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        page.goto(f"{live_server.url}{HOME}quick-start/")
        page.get_by_role("button", name="Copy this example").first.click()
        expect(page.get_by_role("button", name="Copied this example")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        browser.close()

    assert copied.startswith('curl -sf "$HOST/api/v1/organization"')
    assert wrong == []
