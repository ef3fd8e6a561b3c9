"""The schema is read in a browser with nothing from elsewhere, under the policy of these pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.support import programs
from tests.support.browser import ON_VIOLATION, OPTIONS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 60_000
# Redoc would fetch its maker's picture from its maker. The policy does not let it.
LOGO = "cdn.redoc.ly/redoc/logo-mini.svg"


@pytest.mark.parametrize("reader", ["docs", "redoc"])
def test_the_schema_can_be_read(live_server: LiveServer, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in this thread.
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=list(OPTIONS))
        page = browser.new_page()
        page.add_init_script(ON_VIOLATION)
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: wrong.append(request.url) if _is_foreign(request.url, live_server) else None)
        page.goto(f"{live_server.url}/api/v1/{reader}")
        if reader == "docs":  # The subjects, each to be opened.
            page.locator("#operations-tag-workspaces").click(timeout=PATIENCE)
        expect(page.get_by_text("/api/v1/workspaces").first).to_be_visible(timeout=PATIENCE)
        browser.close()

    assert [one for one in wrong if LOGO not in one] == []


def _is_foreign(url: str, server: LiveServer) -> bool:
    return not url.startswith((server.url, "data:", "blob:"))
