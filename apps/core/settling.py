"""What a web process has loaded stays until it ends, so that no collection of garbage need walk through it.

A full collection goes through every object there is. With the whole of Postroom loaded that takes a sixth of a second,
in the middle of somebody's page; without what was there from the beginning, a few thousandths.
"""

from __future__ import annotations

import gc
from typing import Final

from django.urls import get_resolver

YOUNG: Final = 20_000  # objects between two looks at the new ones; a request of 200 posts makes some hundred thousand


def settle() -> None:
    """Load all that requests are answered with, and leave it out of every later collection."""
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
