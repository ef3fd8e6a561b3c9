"""The machine goes dark while a post is on its way, and comes back: the post is out, once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from apps.platforms import registry
from tests.journeys import steps
from tests.journeys.visitor import Visitor, words
from tests.support.running import PASSWORD, Postroom, postroom
from tests.support.sandbox import Sandbox, SandboxServer

pytestmark = pytest.mark.browser  # the whole of Postroom runs for it, as for the journeys in a browser

OWNER = "owner@northlight.example"
TEXT = "The lights went out, the espresso did not."
HANDLES = {
    "bluesky": "harbourcoffee.test",
    "facebook": "harbourcoffee",
    "instagram": "harbourcoffee",
    "linkedin": "harbourcoffee",
    "mastodon": "harbourcoffee",
    "threads": "harbourcoffee",
    "x": "harbourcoffee",
}
PATIENCE_SECONDS = 90
# A lease that ends soon after the plug is pulled, and looks that do not wait for minutes.
QUICK = {
    "PUBLISH_LEASE_SECONDS": "12",
    "PUBLISH_REQUEST_SECONDS": "6",
    "PUBLISH_MARGIN_SECONDS": "2",
    "PUBLISH_SEARCH_SECONDS": "2,4,8,16",
}


@pytest.fixture
def platforms() -> Iterator[Sandbox]:
    """Platforms that stay up when Postroom does not."""
    with SandboxServer() as sandbox:
        yield sandbox


@pytest.fixture
def at_work(platforms: Sandbox) -> Iterator[Postroom]:
    with postroom(SANDBOX_URL=platforms.url, **QUICK) as running:
        yield running


def test_what_was_on_its_way_when_the_plug_was_pulled_is_out_exactly_once(at_work: Postroom, platforms: Sandbox):
    for platform, handle in HANDLES.items():
        platforms.fault("latency", platform=platform, account=handle, path="commit", seconds=4)
    with Visitor(at_work.url) as owner:
        owner.sign_in(OWNER, PASSWORD)
        address = publish_now(owner)
        wait(lambda: sum(fault["hits"] for fault in platforms.faults()) == len(HANDLES))
        at_work.pull_the_plug()
        wait(lambda: all(TEXT in platforms.texts(*account) for account in HANDLES.items()))

        at_work.start()
        wait(lambda: owner.get(address).count("View post") == len(HANDLES))

    for account in HANDLES.items():
        assert platforms.texts(*account, kind="post").count(TEXT) == 1


def publish_now(owner: Visitor) -> str:
    owner.get("/")
    page = owner.get("/settings/workspaces/")
    if place := re.search(r'name="workspace" value="([^"]+)">Open<span class="sr"> Harbour Coffee', page):
        owner.post("/settings/switch/", {"workspace": place[1]}, on="/settings/workspaces/")
    page = owner.get("/compose/")
    names = "|".join(registry.label(platform) for platform in HANDLES)
    chosen = re.findall(rf'name="accounts" value="([^"]+)"[^>]*? aria-label="(?:{names}) @', page)
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert len(chosen) == len(HANDLES), words(page)
    assert key
    form = {"form_key": unescape(key[1]), "text": TEXT, "accounts": chosen, "action": "publish_now"}
    page = owner.post("/compose/", form, on="/compose/", files={"files": ("bar.jpg", steps.jpeg(), "image/jpeg")})
    assert "card target" in page, words(page)
    return owner.here


def wait(until: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not until():
        assert time.monotonic() < give_up, "It took too long"
        time.sleep(0.2)
