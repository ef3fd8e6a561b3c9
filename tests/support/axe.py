"""axe-core in a page: what a person with a screen reader, or without a mouse, would stumble over.

axe comes with the package `axe-playwright-python`, of which only the script is used.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


@cache
def source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Every rule that the page breaks, with the places where it does."""
    page.evaluate(source())
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} ({'; '.join(node['target'][0] for node in one['nodes'][:5])})"
        for one in told["violations"]
    ]
