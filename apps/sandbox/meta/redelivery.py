"""Notices that did not arrive come again: at once, then less and less often, for 36 hours, and then never.

Nothing runs by itself on the sandbox's clock, so what has fallen due is sent with the platform's next call.
"""

from __future__ import annotations

from datetime import timedelta

from apps.sandbox.core import hooks
from apps.sandbox.core.world import World

LASTS = timedelta(hours=36)
FIRST_PAUSE = timedelta(minutes=1)
GROWTH = 3  # how far apart the attempts are is not documented, only that it becomes less and less often


def watch(world: World, platform: str, delivery: str) -> None:
    """Repeat this delivery if it turns out to have failed."""
    now = world.now().timestamp()
    state = {"delivery": delivery, "due": now, "pause": 0.0}
    world.box(platform, "watched").put(delivery, state, lives=LASTS)


def repeat(world: World, platform: str) -> None:
    """Send again what has failed and is due."""
    watched, deliveries = world.box(platform, "watched"), world.box(platform, "delivery")
    now = world.now()
    for thing in watched.all():
        said = deliveries.get(thing.data["delivery"])
        if said is None or (said["status"] is not None and 200 <= said["status"] < 300):
            watched.delete(thing.id)
        elif said["status"] is not None and thing.data["due"] <= now.timestamp() and thing.expires_at:
            again = hooks.deliver(world, platform, said["url"], said["body"].encode(), said["headers"])
            pause = thing.data["pause"] * GROWTH or FIRST_PAUSE.total_seconds()
            state = {"delivery": again, "due": now.timestamp() + pause, "pause": pause}
            watched.put(thing.id, state, lives=thing.expires_at - now)
