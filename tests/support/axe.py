"""axe-core in a page: what a person with a screen reader, or without a mouse, would stumble over.

axe is not among our packages. Where it is, this finds it: the package `axe-playwright-python`, or the file that
POSTROOM_AXE names.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILE = "axe.min.js"


def source() -> str | None:
    if named := os.environ.get("POSTROOM_AXE"):
        return Path(named).read_text("utf-8")
    found = importlib.util.find_spec("axe_playwright_python")
    folders = (found.submodule_search_locations or []) if found else []
    files = [Path(folder) / FILE for folder in folders]
    return next((file.read_text("utf-8") for file in files if file.is_file()), None)


def violations(page: Page) -> list[str]:
    """Every rule that the page breaks, with the places where it does; skips the test where there is no axe."""
    script = source()
    if script is None:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python, or name its file in POSTROOM_AXE")
    page.evaluate(script)
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']} ({'; '.join(node['target'][0] for node in one['nodes'][:5])})"
        for one in told["violations"]
    ]
