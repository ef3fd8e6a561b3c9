"""Waiting for what happens in another process or thread, for as long as it takes and no longer."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(is_true: Callable[[], object], *, seconds: float = 60) -> None:
    """Look again and again; an AssertionError when the time is over."""
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, "It did not happen in time"
        time.sleep(0.02)
