"""The simulated platforms: every package here that has a place.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import import_module
from operator import itemgetter
from pathlib import Path

from apps.sandbox.core.platform import Platform


def places() -> dict[str, int]:
    """How far the port of each platform lies above the hub's, in order."""
    found = {
        path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))["port_above_the_hub"]
        for path in Path(__file__).parent.glob("*/place.toml")
    }
    return dict(sorted(found.items(), key=itemgetter(1)))


def platforms() -> Iterator[tuple[Platform, int]]:
    """Each platform (its package's `PLATFORM`) and how far its port lies above the hub's."""
    for name, above in places().items():
        yield import_module(f"apps.sandbox.{name}").PLATFORM, above
