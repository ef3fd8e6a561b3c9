"""How Pinterest writes an instant: UTC, and usually without saying so."""

from __future__ import annotations

from datetime import datetime

from apps.sandbox.core.world import World


def wording(world: World, instant: datetime) -> str:
    zone = "Z" if world.setting("pinterest", "zone_in_times") else ""
    return f"{instant:%Y-%m-%dT%H:%M:%S}{zone}"
