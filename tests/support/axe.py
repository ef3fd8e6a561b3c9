"""axe-core in a page: what a person with a screen reader, or without a mouse, would stumble over.

axe comes with the package `axe-playwright-python`, of which only the script is used.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tests.support.browser import DESK, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A change of scheme begins transitions: a button measured on its way has neither the old contrast nor the new one.
# A transition may begin another, so it looks again; what turns for ever (a spinner) is not waited for.
STILL = """async () => {
  const moving = () => document.getAnimations().filter((one) =>
    one.playState !== "finished" && one.playState !== "paused" && one.effect?.getComputedTiming().endTime !== Infinity);
  for (let left = moving(); left.length; left = moving()) await Promise.allSettled(left.map((one) => one.finished));
}"""


@cache
def source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Every rule that the page breaks once nothing on it moves any more, with the places where it does."""
    page.evaluate(STILL)
    page.evaluate(source())
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} ({'; '.join(node['target'][0] for node in one['nodes'][:5])})"
        for one in told["violations"]
    ]


OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def flaws(page: Page) -> list[str]:
    """The same on a phone and on a desk, by day and by night; and whether the page is wider than either."""
    found = []
    for place, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        if (beyond := page.evaluate(OVERFLOW)) > 0:
            found.append(f"{place}: {beyond} pixels wider than it")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found += [f"{place}, {scheme}: {one}" for one in violations(page)]
    page.emulate_media(color_scheme="light")
    return found
