"""The simulated platforms: one line each, with the place of its port after the hub's."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from apps.sandbox.core.platform import Platform

PLATFORMS = {
    "apps.sandbox.instagram": 1,
    "apps.sandbox.mastodon": 2,
    "apps.sandbox.bluesky": 3,
    "apps.sandbox.facebook": 4,
    "apps.sandbox.threads": 5,
    "apps.sandbox.x": 6,
    "apps.sandbox.linkedin": 7,
    "apps.sandbox.tiktok": 8,
    "apps.sandbox.youtube": 9,
    "apps.sandbox.pinterest": 10,
    "apps.sandbox.google_business": 11,
}


def platforms() -> Iterator[tuple[Platform, int]]:
    """Each platform (its package's `PLATFORM`) and how far its port lies above the hub's."""
    for module, offset in PLATFORMS.items():
        yield import_module(module).PLATFORM, offset
