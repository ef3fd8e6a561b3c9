"""A person's browser: Debian's Chromium, watched for everything that a page of ours must never do.

A page that logs an error, breaks the content security policy, asks for anything from another origin, or gets an answer
of 400 or more that the story did not expect, fails its test in the end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.support import programs
from tests.support.sandbox import ROOT

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize

    from tests.support.running import Postroom

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    # Whatever a page asks for, nothing leaves the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
PATIENCE_MILLISECONDS = 15_000
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENSHOTS = ROOT / "var" / "screenshots"
# Each of these is an answer of 400 or more as well, and is judged there.
ANSWERED = re.compile(r"Failed to load resource|Response Status Error Code")
ON_VIOLATION = """document.addEventListener("securitypolicyviolation",
  (event) => console.error(`Against the policy: ${event.violatedDirective} ${event.blockedURI}`))"""


class Watch:
    """Notes what went wrong in a browser; `expect(422, "/compose/")` before something that shall be refused."""

    def __init__(self, home: str, others: tuple[str, ...] = (), strangers: tuple[str, ...] = ()) -> None:
        """Links may lead to `others`, which keep the same rules, and to `strangers`, whose pages are not judged."""
        self.home = _origin(home)
        self.known = {self.home, *map(_origin, others)}
        self.strangers = set(map(_origin, strangers))
        self.problems: list[str] = []
        self._expected: list[tuple[int, str]] = []

    def attach(self, context: BrowserContext) -> None:
        context.add_init_script(ON_VIOLATION)
        context.on("console", self._read)
        context.on("weberror", lambda error: self.problems.append(f"error in a script: {error.error}"))
        context.on("request", self._look_where)
        context.on("response", self._look_how)

    def expect(self, status: int, path: str) -> None:
        """The next answer with this status at this path is part of the story."""
        self._expected.append((status, path))

    def _read(self, message: ConsoleMessage) -> None:
        where = message.page.url if message.page else ""
        if message.type == "error" and not ANSWERED.search(message.text) and _origin(where) not in self.strangers:
            self.problems.append(f"console: {message.text} ({where})")

    def _look_where(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            return
        page = _origin(request.frame.url)
        if request.is_navigation_request():
            allowed = self.known | self.strangers
        elif page in self.strangers:
            return
        else:
            # Links may lead to other sites; a page of ours loads everything it needs from our own.
            allowed = {self.home} if page == self.home else self.known
        if _origin(request.url) not in allowed:
            self.problems.append(f"foreign request: {request.url} from {request.frame.url}")

    def _look_how(self, response: Response) -> None:
        if response.status < 400 or _origin(response.url) in self.strangers:
            return
        answer = (response.status, urlsplit(response.url).path)
        if answer in self._expected:
            self._expected.remove(answer)
        else:
            self.problems.append(f"answer {response.status}: {response.request.method} {response.url}")

    def verify(self) -> None:
        assert self.problems == []
        assert self._expected == [], "These answers never came"


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium, for one test."""
    from playwright.sync_api import expect, sync_playwright

    program = programs.chromium()
    if program is None:
        pytest.fail("Chromium was not found: install it (Debian: 'apt-get install chromium').")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield started
        started.close()


Open = Callable[..., "Page"]


@pytest.fixture
def open_browser(browser: Browser) -> Iterator[Open]:
    """`open_browser(home, ...)` is a page of a new profile; the test fails if a page did what none may do.

    It takes `others` and `strangers` as Watch does, and options of a browser's profile.
    """
    watches: list[Watch] = []

    def open_page(home: str, others: tuple[str, ...] = (), strangers: tuple[str, ...] = (), **options: object) -> Page:
        settings = {"base_url": home, "viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        watch = Watch(home, others, strangers)
        watch.attach(context)
        watches.append(watch)
        page = context.new_page()
        page.watch = watch  # type: ignore[attr-defined]
        return page

    yield open_page
    for watch in watches:
        watch.verify()


@pytest.fixture
def page(running: Postroom, open_browser: Open) -> Page:
    """A browser in front of `running`."""
    return open_browser(running.url, tuple(running.sandbox.health()["origins"].values()))


@pytest.fixture
def plain_page(running: Postroom, open_browser: Open) -> Page:
    """The same without scripts."""
    return open_browser(running.url, tuple(running.sandbox.health()["origins"].values()), java_script_enabled=False)


def sign_in(page: Page, client: Client) -> None:
    """Let a page's browser be the one in which `client` has signed in."""
    home = page.watch.home  # type: ignore[attr-defined]
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": home}])


def keeps_pictures() -> bool:
    return bool(os.environ.get("POSTROOM_SCREENSHOTS"))


def shoot(page: Page, name: str) -> None:
    """Pictures of a page on a desk and on a phone, by day and by night, where POSTROOM_SCREENSHOTS asks for them."""
    if not keeps_pictures():
        return
    before = page.viewport_size
    for place, size in (("desk", DESK), ("phone", PHONE)):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            save(page, SCREENSHOTS / f"{name}-{place}-{scheme}.png")
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)


def save(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
