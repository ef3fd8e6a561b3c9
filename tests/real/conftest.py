"""Real servers take minutes to install, so these tests run only when asked for: `pytest tests/real -m real`."""

import pytest
from playwright.sync_api import sync_playwright

from tests.real import servers

BROWSER_MILLISECONDS = 20_000


def pytest_collection_modifyitems(config, items):
    if "real" in config.option.markexpr:
        return
    kept = [item for item in items if item.get_closest_marker("real") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def bluesky_network():
    with servers.bluesky_network() as network:
        yield network


@pytest.fixture(scope="session")
def mastodon_server():
    with servers.mastodon_server() as server:
        yield server


@pytest.fixture
def page():
    """A page of a real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(BROWSER_MILLISECONDS)
        yield page
        browser.close()
