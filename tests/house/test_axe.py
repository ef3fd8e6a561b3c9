"""What axe is asked about is a page that stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><head><title>A page</title><style>
  button { background: #fff; color: #1b1d22; transition: background .6s }
  .spinner { animation: turn 1s infinite } @keyframes turn { to { rotate: 1turn } }
  @media (prefers-color-scheme: dark) { body { background: #111 } button { background: #000; color: #fff } }
</style></head><body><main><h1>A page</h1><button>Save</button><span class="spinner"></span></main></body></html>"""


def test_a_button_on_its_way_to_the_dark_is_measured_when_it_is_there(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE.replace("<h1>A page</h1>", "<h1><button>Open</button></h1>"))
    assert axe.violations(page) == []

    page.emulate_media(color_scheme="dark")

    assert axe.violations(page) == []
