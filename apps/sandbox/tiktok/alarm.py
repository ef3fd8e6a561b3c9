"""What falls due by itself: looked for when the clock was moved, with every request, and when its time has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from apps.sandbox.core.world import World

A_LITTLE_LATER = 0.02  # so that it is due when it is looked for


def wake(world: World, seconds: float, settle: Callable[[World], None]) -> None:
    """Call `settle` after so many seconds of real time, should the clock not have been moved before."""
    asyncio.get_running_loop().call_later(max(0.0, seconds) + A_LITTLE_LATER, settle, world)
